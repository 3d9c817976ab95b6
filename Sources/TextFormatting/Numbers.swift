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
  guard value.isFinite, value < 1e15 else { return "?" }
  if value >= 99.95 { return String(Int(value.rounded())) }
  let tenths = Int((value * 10).rounded())
  return "\(tenths / 10).\(tenths % 10)"
}

/// "0:07", "12:30", "3:05:00".
package func clockTime(_ duration: Duration) -> String {
  let seconds = Int(duration.components.seconds)
  let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
  let tail = twoDigits(seconds % 60)
  return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(tail)" : "\(minutes):\(tail)"
}

private func twoDigits(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }
