import Foundation
import Imaging
import TestSupport

@testable import Codecs

/// What became of a file: planes without their padding, or the error that was thrown.
struct Decoded: Equatable {
  var planes: [Data] = []
  var damage: CodecError?
  var failure: CodecError?

  init(_ bytes: [UInt8], _ request: DecodeRequest, limits: DecodeLimits = DecodeLimits(), with decoder: Decoder) {
    unsafe bytes.withUnsafeBytes { bytes in
      do {
        _ = try unsafe decoder.readHeader(bytes, limits: limits)
        let decoded = try decoder.decode(request)
        damage = decoded.report.damage
        switch decoded.picture {
        case .pixels(let plane): planes = [Decoded.samples(plane)]
        case .yCbCr(let colour):
          planes = [Decoded.samples(colour.luma), Decoded.samples(colour.cb), Decoded.samples(colour.cr)]
        }
      } catch {
        failure = error as? CodecError
      }
      decoder.finish()
    }
  }

  private static func samples(_ plane: borrowing Plane) -> Data {
    var result = Data(capacity: plane.rowByteCount * plane.size.height)
    for y in 0..<plane.size.height {
      unsafe result.append(plane.row(y).assumingMemoryBound(to: UInt8.self), count: plane.rowByteCount)
    }
    return result
  }
}

extension DecodeRequest {
  static func all(denominators: [Int] = [8, 4, 2, 1]) -> [DecodeRequest] {
    denominators.flatMap { denominator in
      [Content.planes, .gray, .colour].map { content in
        var request = DecodeRequest()
        request.denominator = denominator
        request.content = content
        return request
      }
    }
  }

  var everything: DecodeRequest {
    var request = self
    request.reading = .everything
    return request
  }
}

/// A sample as a progressive JPEG.
func progressive(
  _ name: String, shrunkBy denominator: Int = 1, _ content: DecodeRequest.Content = .planes, quality: Int = 85
) throws -> [UInt8] {
  let pool = BufferPool()
  let decoder = Decoder(pool: pool)
  let encoder = Encoder(pool: pool)
  return try unsafe Places.sample(name).withUnsafeBytes { bytes in
    _ = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
    var request = DecodeRequest()
    request.denominator = denominator
    request.content = content
    let picture = try decoder.decode(request).unwrapped()
    var encoding = EncodeRequest(format: .jpeg)
    encoding.jpeg.scans = .progressive
    encoding.jpeg.quality = quality
    return try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(picture, encoding)) }
  }
}

func scans(of bytes: [UInt8]) -> ProgressiveScans? {
  unsafe bytes.withUnsafeBytes { unsafe ProgressiveScans($0.bytes) }
}

/// The entropy-coded data of the scans that are never left out.
func keptData(of bytes: [UInt8]) -> [Range<Int>] {
  let details = scans(of: bytes)?.details ?? []
  return unsafe bytes.withUnsafeBytes { bytes in
    let span = unsafe bytes.bytes
    var kept: [Range<Int>] = []
    var offset = 2
    while let (marker, start) = span.marker(at: offset), marker != 0xD9 {
      offset = start + 2 + span.integer(start + 2)
      guard marker == 0xDA, let end = span.endOfScan(from: offset, hasRestarts: true) else { continue }
      if !details.contains(where: { $0.bytes.lowerBound == start }) { kept.append(offset..<end) }
      offset = end
    }
    return kept
  }
}
