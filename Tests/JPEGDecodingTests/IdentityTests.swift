import DecoderTrials
import Foundation
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore
@testable import JPEGDecoding

@Suite("JPEGDecoding equals libjpeg or declines")
struct IdentityTests {
  private let decoder = Decoder(pool: BufferPool())

  /// Small images of every kind that is accepted.
  private static let made: [(name: String, bytes: [UInt8])] = {
    var made: [(String, [UInt8])] = []
    for (name, divisor) in [("dogs/rex.jpg", 4), ("dogs/luna.jpg", 4), ("patterns/orientation-6.jpg", 2)] {
      for scans in [JPEGScans.baseline, .progressive] {
        for subsampling in [ChromaSubsampling.half, .halfWidth, .none] {
          for content in [DecodeRequest.Content.planes, .gray] where content == .planes || subsampling == .none {
            let bytes = try? recoded(Places.sample(name), shrunkBy: divisor, content) {
              $0.jpeg.scans = scans
              $0.jpeg.subsampling = subsampling
              $0.jpeg.quality = subsampling == .half ? 97 : 70
            }
            made.append(("\(name) \(scans) \(subsampling) \(content)", bytes ?? []))
          }
        }
      }
    }
    return made
  }()

  private func comparisons(_ bytes: [UInt8]) -> [Trial.Comparison] {
    DecodeRequest.scaled.map { Trial.compare(bytes, $0, with: decoder) }
  }

  @Test func `every kind of file is accepted and identical, for any number of threads`() {
    for (name, bytes) in Self.made {
      for var request in DecodeRequest.scaled {
        for workers in [1, 2, 5] {
          request.workers = workers
          #expect(Trial.compare(bytes, request, with: decoder) == .same, "\(name), \(workers) workers")
        }
      }
    }
  }

  @Test func `sample files are identical or declined, and unsupported kinds are declined`() throws {
    let all = try #require(FileManager.default.enumerator(at: Places.samples, includingPropertiesForKeys: nil))
    let files = all.compactMap { $0 as? URL }.filter { $0.pathExtension == "jpg" }
    #expect(files.count > 10)
    for file in files {
      let bytes = [UInt8](try Data(contentsOf: file))
      for comparison in comparisons(bytes) {
        if case .differs(let what) = comparison { Issue.record("\(file.lastPathComponent): \(what)") }
        if file.path.contains("/broken/") { #expect(comparison != .same, "\(file.lastPathComponent)") }
      }
    }
    #expect(comparisons(try Places.sample("patterns/noise-restart.jpg")).allSatisfy { $0 == .same }, "with restarts")
    #expect(comparisons(try Places.sample("patterns/cmyk.jpg")).allSatisfy { $0 != .same })
  }

  @Test func `of 5,000 damaged files, none is accepted that libjpeg decodes differently`() {
    var limits = DecodeLimits()
    limits.pixelCount = 1 << 18
    let sources = Self.made.map(\.bytes).filter { $0.count < 8000 }
    #expect(sources.count > 4)
    var (accepted, declined) = (0, 0)
    for number in 0..<5000 {
      var random = Randomness(seed: UInt64(number))
      let source = sources[number % sources.count]
      var bytes = source
      if number % 4 == 0 {
        var mutator = Mutator(seed: UInt64(number), samples: sources)
        bytes = mutator.mutated(source)
      } else {
        // One bit of the second half, which is mostly entropy-coded data. Many such files are accepted.
        bytes[source.count / 2 + random.below(source.count / 2)] ^= 1 << UInt8(random.below(8))
      }
      var request = DecodeRequest.scaled[random.below(DecodeRequest.scaled.count)]
      request.workers = 1 + number % 3
      switch Trial.compare(bytes, request, limits: limits, with: decoder) {
      case .same: accepted += 1
      case .declined: declined += 1
      case .differs(let what): Issue.record("number \(number), 1/\(request.denominator): \(what)")
      }
    }
    #expect(accepted > 1000 && declined > 1000, "\(accepted) accepted, \(declined) declined")
  }

  @Test func `a declined file has libjpeg's result and messages`() throws {
    for name in ["truncated", "truncated-progressive", "bit-flipped"] {
      let bytes = try Places.sample("broken/\(name).jpg")
      for request in DecodeRequest.scaled {
        var reference = request
        reference.decoder = .libjpeg
        #expect(Trial(bytes, request, with: decoder) == Trial(bytes, reference, with: decoder), "\(name)")
      }
    }
  }

  @Test func `JPEGDecoding is not used if everything must be read or libjpeg is selected`() {
    var request = DecodeRequest.scaled[0]
    request.reading = .everything
    _ = Trial(Self.made[0].bytes, request, with: decoder)
    #expect(decoder.scaledVerdict == nil)
    request.reading = .needed
    request.decoder = .libjpeg
    _ = Trial(Self.made[0].bytes, request, with: decoder)
    #expect(decoder.scaledVerdict == nil)
    request.decoder = .auto
    _ = Trial(Self.made[0].bytes, request, with: decoder)
    #expect(decoder.scaledVerdict == .decoded)
  }

  @Test func `bytes after the end marker and fill bytes before markers change nothing`() throws {
    for (name, bytes) in Self.made.prefix(12) {
      #expect(comparisons(bytes + [0, 1, 0xFF, 0xD8, 2]).allSatisfy { $0 == .same }, "\(name)")
      let scan = try #require((0..<bytes.count).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
      var filled = bytes
      filled.insert(contentsOf: [0xFF, 0xFF, 0xFF], at: bytes.count - 2)
      filled.insert(contentsOf: [0xFF, 0xFF], at: scan)
      #expect(comparisons(filled).allSatisfy { $0 == .same }, "\(name)")
      var extra = bytes
      extra.insert(0, at: bytes.count - 2)
      // At 1/2, every scan is read.
      let half = DecodeRequest.scaled.first { $0.denominator == 2 && $0.content == .planes }
      #expect(Trial.compare(extra, try #require(half), with: decoder) != .same, "an extraneous byte: \(name)")
    }
  }
}
