import ImageCodecs
import ImageCore
import TestSupport
import Testing

/// A file that was decoded as a whole and, if the decoder did not decline that, in strips.
struct DecodedFile {
  let header: ImageHeader
  private(set) var report = DecodeReport()
  private(set) var channels = 0
  private(set) var samples: [Int] = []
  /// Nil if the decoder declined strips.
  private(set) var stripSamples: [Int]?

  init(_ bytes: [UInt8], _ limits: DecodeLimits = DecodeLimits(), deadline: UInt64? = nil) throws {
    let decoder = Decoder(pool: BufferPool())
    var strips: [Int] = []
    (header, report, channels, samples) = try unsafe bytes.withUnsafeBytes { bytes in
      defer { decoder.finish() }
      let header = try unsafe decoder.readHeader(bytes, limits: limits)
      if let deadline { decoder.setDeadline(deadline) }
      let decoding = try decoder.decodeStrips(DecodeRequest()) { strip in
        switch strip {
        case .pixels(let plane): strips += plane.samples
        case .yCbCr: break
        }
        return true
      }
      let decoded = try decoder.decode(DecodeRequest())
      let report = decoded.report
      guard case .pixels(let plane) = decoded.unwrapped() else { return (header, report, 0, []) }
      if case .decoded(let other) = decoding { #expect(other == report) } else { strips = [-1] }
      return (header, report, plane.channels, plane.samples)
    }
    stripSamples = strips == [-1] ? nil : strips
  }

  /// The samples of a pixel.
  func pixel(_ x: Int, _ y: Int) -> [Int] {
    let start = (y * header.size.width + x) * channels
    return Array(samples[start..<start + channels])
  }

  static func error(_ bytes: [UInt8], _ limits: DecodeLimits = DecodeLimits()) -> CodecError? {
    do {
      _ = try DecodedFile(bytes, limits)
      return nil
    } catch {
      return error as? CodecError
    }
  }
}
