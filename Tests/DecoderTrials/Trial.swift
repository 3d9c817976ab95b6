package import Foundation
package import ImageCodecs
import ImageCore
package import JPEGDecoding

/// The outcome for a file: planes without their padding and the report, or the error that was thrown.
package struct Trial: Equatable {
  package private(set) var planes: [Data] = []
  package private(set) var report = DecodeReport()
  package private(set) var failure: CodecError?

  package init(
    _ bytes: [UInt8], _ request: DecodeRequest, limits: DecodeLimits = DecodeLimits(), with decoder: Decoder
  ) {
    unsafe bytes.withUnsafeBytes { bytes in
      do throws(CodecError) {
        _ = try unsafe decoder.readHeader(bytes, limits: limits)
        let decoded = try decoder.decode(request)
        report = decoded.report
        switch decoded.image {
        case .pixels(let plane): planes = [Trial.samples(plane)]
        case .yCbCr(let color):
          planes = [Trial.samples(color.luma), Trial.samples(color.cb), Trial.samples(color.cr)]
        }
      } catch {
        failure = error
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

  // MARK: - Comparison with libjpeg

  package enum Comparison: Equatable {
    /// Left to libjpeg, or not requested: there is nothing to compare.
    case declined(Unsupported?)
    case same
    case differs(String)
  }

  /// Decodes with `JPEGDecoding` and, if that accepts the file, with libjpeg.
  package static func compare(
    _ bytes: [UInt8], _ request: DecodeRequest, limits: DecodeLimits = DecodeLimits(), with decoder: Decoder
  ) -> Comparison {
    let ours = Trial(bytes, request, limits: limits, with: decoder)
    switch decoder.scaledVerdict {
    case .decoded: break
    case .declined(let reason): return .declined(reason)
    case nil, .timeout, .outOfMemory, .stopped: return .declined(nil)
    }
    var reference = request
    reference.decoder = .libjpeg
    let theirs = Trial(bytes, reference, limits: limits, with: decoder)
    if ours == theirs { return .same }
    if ours.planes != theirs.planes { return .differs("planes") }
    return .differs("report: \(theirs.failure.map { "\($0)" } ?? "\(theirs.report)")")
  }
}

extension DecodeRequest {
  /// All requests that `JPEGDecoding` serves.
  package static let scaled: [DecodeRequest] = [8, 4, 2, 1].flatMap { denominator in
    [Content.planes, .gray].map { content in
      var request = DecodeRequest()
      request.denominator = denominator
      request.content = content
      return request
    }
  }
}

/// Encodes an image as another JPEG: progressive, or with other subsampling or quality.
package func recoded(
  _ bytes: [UInt8], shrunkBy denominator: Int = 1, _ content: DecodeRequest.Content = .planes,
  change: (inout EncodeRequest) -> Void
) throws -> [UInt8] {
  let pool = BufferPool()
  let decoder = Decoder(pool: pool)
  let encoder = Encoder(pool: pool)
  return try unsafe bytes.withUnsafeBytes { bytes in
    _ = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
    var request = DecodeRequest()
    request.denominator = denominator
    request.content = content
    let image = try decoder.decode(request).unwrapped()
    var encoding = EncodeRequest(format: .jpeg)
    change(&encoding)
    return try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(image, encoding)) }
  }
}
