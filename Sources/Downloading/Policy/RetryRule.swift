internal import TextFormatting

/// Whether and when a failed download is tried again.
package struct RetryRule: Sendable {
  /// The maximum number of tries after the first.
  package var retries = 4
  /// The wait before the second try. It doubles with each further try.
  package var firstWait = Duration.milliseconds(500)
  package var maxBackoff = Duration.seconds(30)
  /// Upper bound for Retry-After. With a larger value the download fails instead of waiting.
  package var maxRetryAfter = Duration.seconds(120)

  package init() {}

  package enum Verdict: Equatable, Sendable {
    case again(after: Duration)
    case giveUp
    case wishTooLong
  }

  /// Whether the status is transient, so that a later request may succeed (RFC 9110, 15.5.9, 15.6; RFC 6585, 4).
  static func isPassing(_ status: Int) -> Bool { status == 408 || status == 425 || status == 429 || status >= 500 }

  /// Whether a status means too many requests, rather than a problem with this one.
  static func isAboutPace(_ status: Int, wish: Duration?) -> Bool { status == 429 || status == 503 && wish != nil }

  /// - Parameters:
  ///   - tries: the tries so far, 1 or more.
  ///   - wish: the Retry-After value of the server.
  ///   - chance: a random number in 0..<1. The jitter keeps clients that failed at the same time from retrying at the same time.
  package func verdict(afterTries tries: Int, wish: Duration?, chance: Double) -> Verdict {
    if tries > retries { return .giveUp }
    if let wish, wish > maxRetryAfter { return .wishTooLong }
    // 2^20 times the first wait exceeds the maximum wait, and does not overflow.
    let doubled = min(firstWait * (1 << min(max(tries - 1, 0), 20)), maxBackoff)
    let own = doubled * (0.5 + chance / 2)
    return .again(after: max(own, wish ?? .zero))
  }

  /// Parses Retry-After: seconds, or a date (RFC 9110, 10.2.3).
  /// - Parameter now: the current time in seconds since 1970.
  package static func wish(_ header: String, now: Int64) -> Duration? {
    if header.isEmpty { return nil }
    if header.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      // Nine digits are enough: any longer value exceeds the upper bound.
      return .seconds(Int64(header.prefix(9)) ?? .max / 2)
    }
    return CurlLibrary.seconds(ofDate: header).map { .seconds(max(0, $0 - now)) }
  }
}
