import DecoderTrials
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore
@testable import JPEGDecoding

@Suite("The markers predict whether a file is accepted")
struct AcceptanceTests {
  private let decoder = Decoder(pool: BufferPool())
  private let progressive: [UInt8]

  init() throws {
    progressive = try recoded(Places.sample("dogs/rex.jpg"), shrunkBy: 4) { $0.jpeg.scans = .progressive }
  }

  private func refusal(_ bytes: [UInt8], maxScans: Int = 0) -> Unsupported? {
    unsafe bytes.withUnsafeBytes { unsafe ScaledDecoder.refusal(of: $0, maxScans: maxScans) }
  }

  private func path(_ bytes: [UInt8]) throws -> DecoderKind {
    try unsafe bytes.withUnsafeBytes { bytes in
      defer { decoder.finish() }
      return try unsafe decoder.readHeader(bytes, limits: DecodeLimits()).path(of: bytes, limits: DecodeLimits())
    }
  }

  /// The ranges of the scans, headers included.
  private func scans(_ bytes: [UInt8]) throws -> [Range<Int>] {
    let file = try unsafe bytes.withUnsafeBytes { try unsafe Parser.parse($0.bytes, maxScans: 0) }
    return file.scans.map { $0.data.lowerBound - 8 - 2 * $0.components.count..<$0.data.upperBound }
  }

  @Test func `a progressive file with a missing scan or two swapped scans is predicted and left to libjpeg`()
    throws
  {
    #expect(refusal(progressive) == nil)
    #expect(try path(progressive) == .scaled)
    let scans = try scans(progressive)
    #expect(scans.count == 10)
    var odd = scans.map { Array(progressive[..<$0.lowerBound] + progressive[$0.upperBound...]) }
    // Swaps the first two scans. The bytes between them follow the second.
    odd.append(
      Array(
        progressive[..<scans[0].lowerBound] + progressive[scans[0].upperBound..<scans[1].upperBound]
          + progressive[scans[0]] + progressive[scans[1].upperBound...]))
    for (index, bytes) in odd.enumerated() {
      #expect(refusal(bytes) == .script, "\(index)")
      #expect(try path(bytes) == .library, "\(index)")
      let trial = Trial(bytes, DecodeRequest.scaled[0], with: decoder)
      #expect(decoder.scaledVerdict == .declined(.script), "\(index)")
      #expect(trial.planes.count == 3 || index >= scans.count, "libjpeg takes it without a scan")
    }
  }

  @Test func `the refusal predicted from the markers is that of the decoding`() throws {
    let baseline = try recoded(Places.sample("dogs/rex.jpg"), shrunkBy: 4) { $0.jpeg.scans = .baseline }
    var random = Randomness(seed: 26)
    var found: [Bool: Int] = [:]
    for bytes in [baseline, progressive] {
      for _ in 0..<150 {
        var changed = bytes
        // Markers and tables are at the start of the file and before each scan.
        changed[2 + random.below(700)] = random.nastyByte()
        let limits = DecodeLimits()
        // A new decoder each time: if libjpeg refuses the header, the verdict on an earlier file would remain.
        let decoder = Decoder(pool: BufferPool())
        _ = Trial(changed, DecodeRequest.scaled[0], limits: limits, with: decoder)
        guard let verdict = decoder.scaledVerdict else { continue }
        let reason = refusal(changed, maxScans: limits.scanCount)
        found[reason == nil, default: 0] += 1
        if let reason { #expect(verdict == .declined(reason)) }
      }
    }
    #expect(found[true, default: 0] > 50 && found[false, default: 0] > 5, "\(found)")
  }

  @Test func `a truncated file and one with too many scans are refused`() throws {
    #expect(refusal(Array(progressive.dropLast(2))) == .extent)
    #expect(refusal([]) == .markers)
    #expect(refusal(progressive, maxScans: 10) == nil)
    #expect(refusal(progressive, maxScans: 9) == .scanCount)
  }
}
