internal import Glibc
internal import TextFormatting

/// An estimate with its 95 % confidence interval.
package struct ConfidenceInterval: Hashable, Sendable {
  package let estimate: Double
  package let lowest: Double
  package let highest: Double

  package init(estimate: Double, lowest: Double, highest: Double) {
    self.estimate = estimate
    self.lowest = lowest
    self.highest = highest
  }

  /// The mean, with an interval by Student's t. One sample has an infinite interval.
  /// - Parameter samples: at least one. They must be independent: a machine varies more between rounds than within one, so a sample
  ///   is what a whole round gave.
  package init(meanOf samples: [Double]) {
    precondition(!samples.isEmpty, "a mean needs a sample")
    let count = Double(samples.count)
    let mean = samples.reduce(0, +) / count
    guard samples.count > 1 else {
      self.init(estimate: mean, lowest: -.infinity, highest: .infinity)
      return
    }
    let variance = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    let reach = studentQuantile(degrees: samples.count - 1) * (variance / count).squareRoot()
    self.init(estimate: mean, lowest: mean - reach, highest: mean + reach)
  }

  /// The ratio of two quantities. Pairs the samples of each round, in which both had the same conditions. The estimate is the
  /// geometric mean of the ratios; the interval is that of the mean of their logarithms. With logarithms, a factor of 2 and a
  /// factor of 1/2 are equally far from 1.
  /// - Parameters: two lists of equal length, all values above 0.
  package init(ratioOf numerators: [Double], to denominators: [Double]) {
    precondition(numerators.count == denominators.count, "each round gives a pair of samples")
    let logarithm = ConfidenceInterval(meanOf: zip(numerators, denominators).map { log($0 / $1) })
    self.init(estimate: exp(logarithm.estimate), lowest: exp(logarithm.lowest), highest: exp(logarithm.highest))
  }

  package func contains(_ value: Double) -> Bool { lowest <= value && value <= highest }
}

// MARK: - Text and JSON

extension ConfidenceInterval {
  /// For example "1.80 to 1.90".
  var rangeText: String { "\(decimal(lowest)) to \(decimal(highest))" }

  /// For example "1.85 (1.80 to 1.90)", for tables.
  var cellText: String { "\(decimal(estimate)) (\(rangeText))" }

  /// Of a speed-up, for example "1.92 times as fast as serial (95 %: 1.88 to 1.96)".
  var speedText: String { "\(decimal(estimate)) times as fast as serial (95 %: \(rangeText))" }

  /// Of a ratio, the difference from 1, for example "95 %: -0.9 to 3.4 %".
  var changeText: String { "95 %: \(percent(lowest - 1)) to \(percent(highest - 1)) %" }

  /// Of a ratio, for example "37 % longer (95 %: 30 to 45 %)". Large ratios are easier to read as factors: "about 10 times as long
  /// (95 %: 5.3 to 18 times)".
  func words(_ quantity: Quantity) -> String {
    if estimate > 1.95 {
      return "about \(twoDigits(estimate)) times \(quantity.equal) "
        + "(95 %: \(twoDigits(lowest)) to \(twoDigits(highest)) times)"
    }
    return estimate < 1
      ? "\(percent(1 - estimate)) % \(quantity.less) (95 %: \(percent(1 - highest)) to \(percent(1 - lowest)) %)"
      : "\(percent(estimate - 1)) % \(quantity.more) (\(changeText))"
  }

  private func percent(_ share: Double) -> String { twoDigits(share * 100) }

  /// Of a share, for example "3.9 % (95 %: 3.5 to 4.3 %)".
  var shareText: String {
    func text(_ value: Double) -> String { decimal(value * 100, places: abs(value) < 0.01 ? 2 : 1) }
    return "\(text(estimate)) % (95 %: \(text(lowest)) to \(text(highest)) %)"
  }

  var json: JSONObjectWriter {
    var line = JSONObjectWriter()
    line.add("estimate", number: estimate)
    line.add("lowest", number: lowest)
    line.add("highest", number: highest)
    return line
  }
}

/// The quantity of a ratio, for the words that compare it.
enum Quantity {
  case time, amount

  var more: String { self == .time ? "longer" : "more" }
  var less: String { self == .time ? "less time" : "less" }
  var equal: String { self == .time ? "as long" : "as much" }
}
