internal import Glibc

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
