// Formatting of measured numbers for people, independent of the locale.

/// Three digits, with at most three decimals, and all digits before the point: "0.482", "4.82", "48.2", "482".
package func decimal(_ value: Double) -> String {
  let size = abs(value)
  return decimal(value, places: size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3)
}

package func decimal(_ value: Double, places: Int) -> String {
  guard value.isFinite, abs(value) < 1e12 else { return value > 0 ? "infinity" : "?" }
  let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
  let units = Int((abs(value) * Double(scale)).rounded())
  let sign = value < 0 && units > 0 ? "-" : ""
  if places == 0 { return sign + String(units) }
  let decimals = String(units % scale)
  return sign + "\(units / scale)." + String(repeating: "0", count: places - decimals.count) + decimals
}

/// A fraction as "3.1 %", "18 %".
package func percent(_ share: Double) -> String { decimal(share * 100, places: share < 0.0995 ? 1 : 0) + " %" }

package func milliseconds(_ seconds: Double) -> String { decimal(seconds * 1000) + " ms" }

/// "1 core", "2 cores".
package func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

extension String {
  /// "image" becomes "Image".
  package var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
