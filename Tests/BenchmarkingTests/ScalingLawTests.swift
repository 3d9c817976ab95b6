import Benchmarking
import TestSupport
import Testing

@Suite struct ScalingLawTests {
  /// The times of simulated runs: those of the law, with noise of 1 % from run to run and 3 % from round to round.
  private func times(
    _ law: ScalingLaw, _ share: Double, _ coherency: Double = 0, counts: [Int], rounds: Int,
    _ random: inout SeededNumbers
  ) -> [Int: [Double]] {
    var times: [Int: [Double]] = [:]
    for _ in 0..<rounds {
      let pace = 1 + (random.noise() - 1)
      for count in counts {
        let noise = 1 + (random.noise() - 1) / 3
        let speedUp = law.speedUp(Double(count), serialShare: share, coherency: coherency)
        times[count, default: []].append(20 * pace * noise / speedUp)
      }
    }
    return times
  }

  @Test func `a serial share of 3.9 % is found within half a point, with any seed`() throws {
    for seed in 1...60 {
      var random = SeededNumbers(seed: UInt64(seed))
      let measured = times(.amdahl, 0.039, counts: [1, 2, 4, 8], rounds: 5, &random)
      let fit = try #require(FittedLaw(.amdahl, times: measured))
      #expect(abs(fit.serialShare.estimate - 0.039) < 0.005, "seed \(seed): \(fit.serialShare)")
      #expect(fit.worstResidual < 0.02)
    }
  }

  @Test func `without noise the factors are exact, and the residuals are zero`() throws {
    for (share, coherency) in [(0.0, 0.0), (0.039, 0.0), (0.1, 0.002), (0.5, 0.03)] {
      let counts = [1, 2, 4, 8, 16]
      let exact = Dictionary(
        uniqueKeysWithValues: counts.map { count in
          let speedUp = ScalingLaw.universal.speedUp(Double(count), serialShare: share, coherency: coherency)
          return (count, [7 / speedUp, 7 / speedUp])
        })
      let fit = try #require(FittedLaw(.universal, times: exact))
      #expect(abs(fit.serialShare.estimate - share) < 1e-9)
      #expect(abs((fit.coherency?.estimate ?? 1) - coherency) < 1e-9)
      #expect(fit.worstResidual < 1e-9)
      if coherency == 0 {
        let amdahl = try #require(FittedLaw(.amdahl, times: exact))
        #expect(abs(amdahl.serialShare.estimate - share) < 1e-9)
      }
    }
  }

  @Test func `in many seeded fits, 95 of 100 intervals contain the true factors`() throws {
    var random = SeededNumbers(seed: 11)
    for rounds in [3, 6] {
      let trials = 800
      var held = (amdahl: 0, share: 0, coherency: 0)
      for _ in 0..<trials {
        let plain = try #require(
          FittedLaw(.amdahl, times: times(.amdahl, 0.039, counts: [1, 2, 4], rounds: rounds, &random)))
        if plain.serialShare.lowest <= 0.039 && 0.039 <= plain.serialShare.highest { held.amdahl += 1 }
        let fit = try #require(
          FittedLaw(.universal, times: times(.universal, 0.05, 0.004, counts: [1, 2, 4, 8], rounds: rounds, &random)))
        if fit.serialShare.lowest <= 0.05 && 0.05 <= fit.serialShare.highest { held.share += 1 }
        let coherency = try #require(fit.coherency)
        if coherency.lowest <= 0.004 && 0.004 <= coherency.highest { held.coherency += 1 }
      }
      for count in [held.amdahl, held.share, held.coherency] {
        #expect((0.93...0.968).contains(Double(count) / Double(trials)), "\(held) with \(rounds) rounds")
      }
    }
  }

  @Test func `too few points have no fit`() {
    let all: [Int: [Double]] = [1: [8, 8], 2: [4, 4], 4: [2, 2], 8: [1, 1]]
    #expect(FittedLaw(.amdahl, times: all.filter { $0.key <= 2 }) == nil)
    #expect(FittedLaw(.amdahl, times: all.filter { $0.key <= 4 }) != nil)
    #expect(FittedLaw(.universal, times: all.filter { $0.key <= 4 }) == nil)
    #expect(FittedLaw(.universal, times: all) != nil)
    #expect(FittedLaw(.amdahl, times: all.filter { $0.key > 1 }) == nil, "without one worker there is no measure")
  }

  @Test func `the peak is reported only within the measured range`() throws {
    func fit(_ coherency: Double) throws -> FittedLaw {
      var random = SeededNumbers(seed: 3)
      return try #require(
        FittedLaw(
          .universal, times: times(.universal, 0.02, coherency, counts: [1, 2, 4, 8, 16], rounds: 6, &random)))
    }
    let early = try #require(try fit(0.02).peak)
    #expect(abs(early - 7) < 0.5)
    #expect(try fit(0.0005).peak == nil, "44 workers were never measured")
    #expect(try fit(0).peak == nil)
  }

  @Test func `the Karp-Flatt share equals values calculated by hand`() {
    let ratio = ConfidenceInterval(ratioOf: [1.8, 1.8], to: [1, 1])
    #expect(abs(karpFlatt(ratio, workers: 2).estimate - (1 / 1.8 - 0.5) / 0.5) < 1e-12)
    let share = karpFlatt(ConfidenceInterval(ratioOf: [1.7, 1.9], to: [1, 1]), workers: 2)
    #expect(share.lowest < share.estimate && share.estimate < share.highest)
    // The serial share of Amdahl's law is found again for any count.
    for count in [2, 3, 8, 64] {
      let speedUp = ScalingLaw.amdahl.speedUp(Double(count), serialShare: 0.039)
      #expect(
        abs(karpFlatt(ConfidenceInterval(ratioOf: [speedUp, speedUp], to: [1, 1]), workers: count).estimate - 0.039)
          < 1e-12)
    }
  }
}
