import DecoderTrials
import ImageCodecs
import ImageCore

/// Encodes random images, each with one of the builds of the loops, and with libjpeg.
/// - Returns: the exit status.
func encode(_ count: Int, seed: UInt64) throws -> Int32 {
  let pool = BufferPool()
  let theirs = try LibjpegEncoder(pool: pool)
  let builds = InstructionSet.allCases.filter(\.isSupported).map { JPEGEncoder(pool: pool, instructions: $0) }
  var differing = 0
  for number in 0..<count {
    let trial = EncodingTrial(seed: seed &+ UInt64(number), maxSide: number % 50 == 0 ? 500 : 80)
    if try trial.isSame(builds[number % builds.count], theirs, pool: pool) { continue }
    differing += 1
    if differing <= 20 { print(trial) }
  }
  print("\(count) encodings, \(differing) of them differ")
  return differing == 0 ? 0 : 1
}
