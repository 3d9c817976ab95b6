import Foundation
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

/// `make sanitize` runs this suite under the sanitizers. Here it checks that nothing traps, and that the same bytes give the same
/// result.
@Suite("Promise 6: no undefined behavior, whatever the bytes") struct HostileBytesTests {
  /// The report and a hash of the samples, or the error.
  private func verdict(_ bytes: [UInt8], _ decoder: Decoder, denominator: Int, _ content: DecodeRequest.Content)
    -> String
  {
    unsafe bytes.withUnsafeBytes { bytes in
      defer { decoder.finish() }
      var limits = DecodeLimits()
      limits.pixelCount = 1 << 18
      do {
        _ = try unsafe decoder.readHeader(bytes, limits: limits)
        var request = DecodeRequest()
        request.denominator = denominator
        request.content = content
        let decoded = try decoder.decode(request)
        let report = "\(decoded.report)"
        switch decoded.image {
        case .pixels(let plane): return report + sum(pixels(of: plane))
        case .yCbCr(let planes): return report + sum(pixels(of: planes.luma)) + sum(pixels(of: planes.cb))
        }
      } catch {
        return "\(error)"
      }
    }
  }

  private func sum(_ bytes: [UInt8]) -> String {
    var hasher = Hasher()
    unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    return "\(hasher.finalize())"
  }

  private static let small = ["patterns", "broken"].flatMap { folder -> [String] in
    let files = try? FileManager.default.contentsOfDirectory(atPath: Places.samples.appending(path: folder).path)
    return (files ?? []).sorted().map { "\(folder)/\($0)" }
  }.filter { ((try? Places.sample($0).count) ?? 0) < 20_000 }

  @Test(arguments: small)
  func `50 seeded changes, and a cut at every fiftieth of the file`(name: String) throws {
    let whole = try Places.sample(name)
    var numbers = SeededNumbers(seed: 16)
    let used = Decoder(pool: BufferPool())
    for step in 0..<50 {
      var changed = whole
      for _ in 0...step % 4 where !changed.isEmpty {
        changed[Int(numbers.next() % UInt64(changed.count))] = UInt8(truncatingIfNeeded: numbers.next() >> 8)
      }
      for bytes in [changed, Array(whole.prefix(whole.count * step / 50))] {
        let denominator = 1 << (step % 4)
        let content = [DecodeRequest.Content.color, .planes, .gray][step % 3]
        // Previous files must have no effect: a used decoder and a new one give the same result.
        let fresh = verdict(bytes, Decoder(pool: BufferPool()), denominator: denominator, content)
        #expect(verdict(bytes, used, denominator: denominator, content) == fresh, "step \(step)")
      }
    }
  }
}
