internal import Glibc
internal import SystemSupport

/// A few samples of one quantity. The median, because one run that was disturbed must not move the answer.
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

  /// From lowest to highest, as a share of the median.
  package var spread: Double { median > 0 ? (highest - lowest) / median : 0 }
}

/// How many times one quantity is another, with a 95 % confidence interval.
package struct Ratio: Hashable, Sendable {
  package let estimate: Double
  package let lowest: Double
  package let highest: Double

  /// Pairs the samples of one round, in which both met the same machine: the geometric mean of the ratios, and Student's t
  /// over their logarithms for the interval. Logarithms, because "twice" and "half" are equally far from "the same".
  ///
  /// With one round there is no interval: it then reaches from 0 to infinity.
  /// - Parameters: two lists of one length, all above 0.
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

  /// Whether "the same" lies inside the interval: the difference cannot be told from noise.
  package var mayBeOne: Bool { lowest <= 1 && highest >= 1 }
}

/// The 97.5 % quantile of Student's t distribution: 95 % lie between it and its negative.
/// - Parameter degrees: of freedom, 1 or more.
package func studentQuantile(degrees: Int) -> Double {
  precondition(degrees >= 1, "two samples at least make a spread")
  if degrees <= smallQuantiles.count { return smallQuantiles[degrees - 1] }
  // Cornish and Fisher's expansion around the normal quantile; right to four decimals from here on.
  let (z, n) = (1.959964, Double(degrees))
  let first = (z * z * z + z) / (4 * n)
  let second = (5 * z * z * z * z * z + 16 * z * z * z + 3 * z) / (96 * n * n)
  return z + first + second
}

/// For 1 to 30 degrees, from the tables that every handbook has.
private let smallQuantiles = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
  2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
  2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
]

/// For targets and files that need no other function of the C library.
func logarithm(_ value: Double) -> Double { log(value) }
func exponential(_ exponent: Double) -> Double { exp(exponent) }
