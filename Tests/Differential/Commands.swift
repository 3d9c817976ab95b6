import DecoderTrials
import Foundation
import ImageCodecs
import ImageCore
import JPEGDecoding

/// The results of the files so far.
struct RunStatistics {
  private let decoder = Decoder(pool: BufferPool())
  private var files = 0
  private var same = 0
  private(set) var differing = 0
  private var declined: [String: Int] = [:]

  mutating func compare(_ bytes: [UInt8], name: String, limits: DecodeLimits = DecodeLimits()) {
    files += 1
    for var request in DecodeRequest.scaled {
      // All three ways: on one thread, in bands or scan by scan, and with more threads than there can be bands.
      request.workers = [1, 2, 5][files % 3]
      switch Trial.compare(bytes, request, limits: limits, with: decoder) {
      case .same: same += 1
      case .declined(let reason): declined[reason?.rawValue ?? "not asked for", default: 0] += 1
      case .differs(let what):
        differing += 1
        if differing <= 20 { print("\(name): 1/\(request.denominator) \(request.content): \(what)") }
      }
    }
  }

  /// - Returns: the exit status. The caller releases this value before it exits. Otherwise the decoder looks like a leak.
  func told() -> Int32 {
    let reasons = declined.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    print("\(files) files, \(same + differing) decodings accepted, \(differing) of them differ")
    print("declined: \(reasons.isEmpty ? "none" : reasons)")
    return differing == 0 ? 0 : 1
  }
}

func compare(_ paths: [String]) -> Int32 {
  var statistics = RunStatistics()
  for path in paths { statistics.compare(bytes(path), name: path) }
  return statistics.told()
}

func mutate(_ samples: [[UInt8]], seconds: Double, seed: UInt64) -> Int32 {
  if samples.isEmpty { complain("no JPEG") }
  var limits = DecodeLimits()
  limits.pixelCount = 1 << 22
  let clock = ContinuousClock()
  let end = clock.now + .seconds(seconds)
  var statistics = RunStatistics()
  var number: UInt64 = 0
  print("jpeg-differential: seed \(seed), \(samples.count) samples, \(seconds) s")
  while clock.now < end {
    var mutator = Mutator(seed: seed &+ number, samples: samples)
    let bytes = mutator.mutated(samples[Int(number) % samples.count])
    let before = statistics.differing
    statistics.compare(bytes, name: "seed \(seed &+ number)", limits: limits)
    if statistics.differing > before {
      _ = FileManager.default.createFile(atPath: "differs-\(seed &+ number).jpg", contents: Data(bytes))
    }
    number += 1
  }
  return statistics.told()
}

/// Processor time of both decoders, in turn, at each scale.
func time(_ files: [String], rounds: Int) {
  let decoder = Decoder(pool: BufferPool())
  for request in DecodeRequest.scaled where request.content == .planes {
    var reference = request
    reference.decoder = .libjpeg
    var (ours, theirs) = (0.0, 0.0)
    for path in files {
      let bytes = bytes(path)
      var minimum = (Double.infinity, Double.infinity)
      for _ in 0..<rounds {
        minimum.0 = min(minimum.0, seconds(bytes, request, decoder))
        minimum.1 = min(minimum.1, seconds(bytes, reference, decoder))
      }
      ours += minimum.0
      theirs += minimum.1
    }
    let figures = String(format: "%.4f s, libjpeg %.4f s, ratio %.2f", ours, theirs, theirs / ours)
    print("1/\(request.denominator): JPEGDecoding \(figures)")
  }
}

private func seconds(_ bytes: [UInt8], _ request: DecodeRequest, _ decoder: Decoder) -> Double {
  unsafe bytes.withUnsafeBytes { bytes in
    let start = clock()
    _ = try? unsafe decoder.readHeader(bytes, limits: DecodeLimits())
    _ = try? decoder.decode(request).unwrapped()
    decoder.finish()
    return Double(clock() - start) / Double(CLOCKS_PER_SEC)
  }
}
