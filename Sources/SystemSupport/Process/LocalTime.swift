internal import CPlatform
internal import Glibc

/// Dates for people and pages.
package enum LocalTime {
  /// The current time in the local zone, with its offset, as in 2025-03-01T14:05:09+01:00 (RFC 3339).
  package static var now: String {
    var seconds = time_t(system_wall_clock_nanoseconds() / 1_000_000_000)
    var parts = unsafe tm()
    // SAFETY: both pointers are valid during the call, which writes the second.
    guard unsafe localtime_r(&seconds, &parts) != nil else { return "?" }
    return unsafe text(parts)
  }

  private static func text(_ parts: tm) -> String {
    let offset = unsafe Int(parts.tm_gmtoff) / 60
    let date = unsafe [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
    let time = unsafe [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)]
    return date.map(twoDigits).joined(separator: "-") + "T" + time.map(twoDigits).joined(separator: ":")
      + (offset < 0 ? "-" : "+") + "\(twoDigits(abs(offset) / 60)):\(twoDigits(abs(offset) % 60))"
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
