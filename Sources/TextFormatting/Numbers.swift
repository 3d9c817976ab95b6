// Formatting of numbers for people and scripts, independent of the locale.

/// Seconds with up to `places` decimals (0...9), truncated, without trailing zeros: "0.0121", "3".
package func decimalSeconds(_ duration: Duration, places: Int) -> String {
  let (seconds, attoseconds) = duration.components
  var digits = String(attoseconds / 1_000_000_000)
  digits = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
  var decimals = digits.prefix(places)
  while decimals.last == "0" { decimals.removeLast() }
  return decimals.isEmpty ? String(seconds) : "\(seconds).\(decimals)"
}

/// Decimal units, with one decimal below 100: "812 B", "9.1 kB", "48.0 MB".
package func humanByteCount(_ count: Int) -> String {
  var value = Double(count)
  var unit = "B"
  for larger in ["kB", "MB", "GB", "TB"] where value >= 1000 {
    value /= 1000
    unit = larger
  }
  return (unit == "B" ? String(count) : threeDigits(value)) + " " + unit
}

/// One decimal below 100, none above: "4.7", "632".
package func threeDigits(_ value: Double) -> String {
  value < 1e12 ? decimal(value, places: value >= 99.95 ? 0 : 1) : "?"
}

/// "0:07", "12:30", "3:05:00".
package func clockTime(_ duration: Duration) -> String {
  let seconds = Int(duration.components.seconds)
  let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
  let tail = paddedDigits(seconds % 60)
  return hours > 0 ? "\(hours):\(paddedDigits(minutes)):\(tail)" : "\(minutes):\(tail)"
}

private func paddedDigits(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }

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

/// Two significant digits, at most two decimals, and no decimal zeros: "0.42", "5", "5.3", "18", "880".
package func twoDigits(_ value: Double) -> String {
  let size = abs(value)
  guard size < 99.5 else {
    var unit = 10.0
    while size >= 99.5 * unit, unit < 1e12 { unit *= 10 }
    return decimal((value / unit).rounded() * unit, places: 0)
  }
  let text = decimal(value, places: size >= 9.95 ? 0 : size >= 0.995 ? 1 : 2)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text == "0.00" ? "0" : text
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
