import DecoderTrials
import Foundation
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore
@testable import JPEGDecoding

@Suite("Bands between restart markers")
struct RestartSegmentsTests {
  private let decoder = Decoder(pool: BufferPool())

  private func bands(_ bytes: [UInt8], maximum: Int) throws -> [Segment] {
    try unsafe bytes.withUnsafeBytes { bytes in
      let file = try unsafe Parser.parse(bytes.bytes, maxScans: 0)
      return try unsafe file.bands(maximum: maximum, bytes: bytes.bytes)
    }
  }

  private func restarting() throws -> [(name: String, bytes: [UInt8])] {
    let progressive = try #require(Data(base64Encoded: KindTests.restarting, options: .ignoreUnknownCharacters))
    return [("sequential", try Places.sample("patterns/noise-restart.jpg")), ("progressive", [UInt8](progressive))]
  }

  @Test func `bands cover all rows and data, split at the expected markers`() throws {
    for (name, bytes) in try restarting() {
      let whole = try bands(bytes, maximum: 1)[0]
      for maximum in [2, 3, 100] {
        let bands = try bands(bytes, maximum: maximum)
        #expect((2...maximum).contains(bands.count), "\(name)")
        #expect(bands.flatMap(\.rows) == Array(whole.rows))
        for (index, scan) in whole.file.scans.enumerated() {
          let parts = bands.map { $0.file.scans[index] }
          #expect(parts[0].data.lowerBound == scan.data.lowerBound && parts[0].nextRestart == 0)
          #expect(parts[parts.count - 1].data.upperBound == scan.data.upperBound)
          for (part, next) in zip(parts, parts.dropFirst()) {
            #expect(next.data.lowerBound == part.data.upperBound + 2)
            let marker = bytes[part.data.upperBound..<next.data.lowerBound]
            #expect(marker.elementsEqual([0xFF, 0xD0 + (next.nextRestart + 7) & 7]))
          }
        }
      }
    }
  }

  @Test func `a file without markers at row starts is one band`() throws {
    for scans in [JPEGScans.baseline, .progressive] {
      let bytes = try recoded(Places.sample("dogs/rex.jpg"), shrunkBy: 4) { $0.jpeg.scans = scans }
      #expect(try bands(bytes, maximum: 4).count == 1)
    }
  }

  @Test func `planes and verdicts equal those of one thread, even for damaged data`() throws {
    for (name, bytes) in try restarting() {
      for number in 0..<600 {
        var mutator = Mutator(seed: UInt64(number), samples: [bytes])
        let changed = number == 0 ? bytes : mutator.mutated(bytes)
        var request = DecodeRequest.scaled[number % DecodeRequest.scaled.count]
        var limits = DecodeLimits()
        limits.pixelCount = 1 << 20
        let one = Trial(changed, request, limits: limits, with: decoder)
        let verdict = decoder.scaledVerdict
        request.workers = 2 + number % 4
        #expect(Trial(changed, request, limits: limits, with: decoder) == one, "\(name) \(number)")
        #expect((decoder.scaledVerdict == .decoded) == (verdict == .decoded), "\(name) \(number)")
      }
    }
  }

  @Test func `a missing or unexpected marker is declined`() throws {
    for (name, bytes) in try restarting() {
      let bands = try bands(bytes, maximum: 2)
      let marker = bands[0].file.scans[0].data.upperBound
      #expect(bytes[marker] == 0xFF)
      var changed = bytes
      changed[marker + 1] ^= 1
      #expect(throws: Unsupported.extent, "\(name)") { try self.bands(changed, maximum: 2) }
      changed = bytes
      changed.removeSubrange(marker..<marker + 2)
      for workers in [1, 2] {
        var request = DecodeRequest.scaled[0]
        request.workers = workers
        _ = Trial(changed, request, with: decoder)
        #expect(decoder.scaledVerdict != .decoded, "\(name)")
      }
    }
  }
}
