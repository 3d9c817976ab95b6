import Benchmarking
import TestSupport
import Testing
import TextFormatting

@Suite struct StatisticsTests {
  @Test func `the median of an odd and of an even number of samples, and the spread`() {
    #expect(Summary([3, 1, 2]).median == 2)
    let even = Summary([4, 1, 3, 2])
    #expect(even.median == 2.5 && even.lowest == 1 && even.highest == 4)
    #expect(even.spread == 3 / 2.5)
    #expect(Summary([Duration.milliseconds(250), .milliseconds(500), .seconds(9)]).median == 0.5)
    #expect(Summary([0.0]).spread == 0)
  }

  @Test(arguments: [(1, 12.7062), (2, 4.3027), (9, 2.2622), (30, 2.0423), (31, 2.0395), (60, 2.0003), (120, 1.9799)])
  func `Student's t has the quantiles of the tables`(degrees: Int, quantile: Double) {
    #expect(abs(studentQuantile(degrees: degrees) - quantile) < 0.0002)
  }

  /// log 2, log 4 and log 8 have the mean log 4 and the standard deviation log 2. So the interval is 4 times and divided by
  /// 2^(4.3027 / sqrt 3).
  @Test func `a ratio and its interval equal values calculated by hand`() {
    let ratio = ConfidenceInterval(ratioOf: [2, 8, 24], to: [1, 2, 3])
    #expect(abs(ratio.estimate - 4) < 1e-9)
    #expect(abs(ratio.highest - 22.3814) < 0.002)
    #expect(abs(ratio.lowest - 16 / 22.3814) < 0.002)
    #expect(ratio.contains(1))
  }

  @Test func `a slow round that affects both does not widen their ratio's interval`() {
    let ratio = ConfidenceInterval(ratioOf: [2, 4, 20], to: [1, 2, 10])
    #expect(abs(ratio.estimate - 2) < 1e-9)
    #expect(abs(ratio.highest - ratio.lowest) < 1e-9)
    #expect(!ratio.contains(1))
  }

  @Test(
    arguments: [
      (0, "0"), (0.42, "0.42"), (-1.24, "-1.2"), (4.96, "5"), (5.347, "5.3"), (9.96, "10"), (17.78, "18"),
      (99.6, "100"),
      (875.1, "880"), (1678.2, "1700"), (.infinity, "infinity"),
    ] as [(Double, String)])
  func `two significant digits`(value: Double, text: String) { #expect(twoDigits(value) == text) }

  @Test func `one round has no interval`() {
    let ratio = ConfidenceInterval(ratioOf: [3], to: [2])
    #expect(abs(ratio.estimate - 1.5) < 1e-9)
    #expect(ratio.lowest == 0 && ratio.highest == .infinity && ratio.contains(1))
  }

  @Test func `in many seeded comparisons, 95 of 100 intervals contain the true ratio`() {
    var random = SeededNumbers(seed: 7)
    for rounds in [3, 5, 12] {
      let trials = 4000
      let held = (0..<trials).count { _ in
        let walls = (0..<rounds).map { _ in (1.9 * random.noise(), random.noise()) }
        let ratio = ConfidenceInterval(ratioOf: walls.map(\.0), to: walls.map(\.1))
        return ratio.lowest <= 1.9 && 1.9 <= ratio.highest
      }
      #expect((0.94...0.965).contains(Double(held) / Double(trials)), "\(held) with \(rounds) rounds")
    }
  }
}

extension SeededNumbers {
  /// Around 1, with a standard deviation of 3 %. The sum of twelve uniform numbers is approximately normal.
  mutating func noise() -> Double {
    1 + 0.03 * ((0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &self) })
  }
}
