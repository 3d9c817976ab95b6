internal import Glibc
internal import SystemSupport

/// Summarizes a few samples of one quantity. It uses the median, so that one disturbed run does not change the result.
package struct Summary: Hashable, Sendable {
  package let median: Double
  package let lowest: Double
  package let highest: Double

  /// - Parameter samples: at least one.
  package init(_ samples: [Double]) {
    let sorted = samples.sorted()
    precondition(!sorted.isEmpty, "a summary is of something")
    let middle = sorted.count / 2
    median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    lowest = sorted[0]
    highest = sorted[sorted.count - 1]
  }

  package init(_ durations: [Duration]) { self.init(durations.map(\.inSeconds)) }

  /// The range from lowest to highest, relative to the median.
  package var spread: Double { median > 0 ? (highest - lowest) / median : 0 }
}

/// The ratio of two quantities, with a 95 % confidence interval.
package struct Ratio: Hashable, Sendable {
  package let estimate: Double
  package let lowest: Double
  package let highest: Double

  /// Pairs the samples of each round, in which both had the same conditions. The estimate is the geometric mean of the ratios;
  /// the interval is Student's t over their logarithms. With logarithms, a factor of 2 and a factor of 1/2 are equally far from
  /// 1.
  ///
  /// With one round there is no interval: it is then 0 to infinity.
  /// - Precondition: the lists have equal length, and all values are above 0.
  package init(of numerators: [Double], to denominators: [Double]) {
    precondition(numerators.count == denominators.count && !numerators.isEmpty, "samples come in pairs")
    let logarithms = zip(numerators, denominators).map { log($0 / $1) }
    let count = Double(logarithms.count)
    let mean = logarithms.reduce(0, +) / count
    estimate = exp(mean)
    guard logarithms.count > 1 else {
      lowest = 0
      highest = .infinity
      return
    }
    let variance = logarithms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    let reach = studentQuantile(degrees: logarithms.count - 1) * (variance / count).squareRoot()
    lowest = exp(mean - reach)
    highest = exp(mean + reach)
  }

  /// Whether the interval contains 1: the difference is not significant.
  package var mayBeOne: Bool { lowest <= 1 && highest >= 1 }
}

/// The 97.5 % quantile of Student's t distribution: 95 % lie between it and its negative.
/// - Parameter degrees: the degrees of freedom, 1 or more.
package func studentQuantile(degrees: Int) -> Double {
  precondition(degrees >= 1, "two samples at least make a spread")
  if degrees <= smallQuantiles.count { return smallQuantiles[degrees - 1] }
  // The Cornish-Fisher expansion around the normal quantile. The error is below 0.0001 from 31 degrees on.
  let (z, n) = (1.959964, Double(degrees))
  let first = (z * z * z + z) / (4 * n)
  let second = (5 * z * z * z * z * z + 16 * z * z * z + 3 * z) / (96 * n * n)
  return z + first + second
}

/// The quantiles for 1 to 30 degrees of freedom, from standard tables.
private let smallQuantiles = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
  2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
  2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
]

/// Wrappers for targets and files that need no other function of the C library.
func logarithm(_ value: Double) -> Double { log(value) }
func exponential(_ exponent: Double) -> Double { exp(exponent) }
