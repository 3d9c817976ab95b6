internal import TextFormatting

/// Whether and when a failed download is tried again.
package struct RetryRule: Sendable {
  /// Tries after the first.
  package var retries = 4
  /// Before the second try; it doubles from there.
  package var firstWait = Duration.milliseconds(500)
  package var maxBackoff = Duration.seconds(30)
  /// What a server may ask for (Retry-After); one that asks for more is for another day.
  package var maxRetryAfter = Duration.seconds(120)

  package init() {}

  package enum Verdict: Equatable, Sendable {
    case again(after: Duration)
    case giveUp
    case wishTooLong
  }

  /// Answers of a server that may be another the next time (RFC 9110, 15.5.9, 15.6; RFC 6585, 4).
  static func isPassing(_ status: Int) -> Bool { status == 408 || status == 425 || status == 429 || status >= 500 }

  /// Whether an answer says that there were too many requests, and not that this one cannot be answered.
  static func isAboutPace(_ status: Int, wish: Duration?) -> Bool { status == 429 || status == 503 && wish != nil }

  /// - Parameters:
  ///   - tries: made so far, 1 or more.
  ///   - wish: what the server asked for.
  ///   - chance: 0..<1. Clients that failed at one time do not come back at one time.
  package func verdict(afterTries tries: Int, wish: Duration?, chance: Double) -> Verdict {
    if tries > retries { return .giveUp }
    if let wish, wish > maxRetryAfter { return .wishTooLong }
    // 2^20 is beyond any longest wait, and no overflow.
    let doubled = min(firstWait * (1 << min(max(tries - 1, 0), 20)), maxBackoff)
    let own = doubled * (0.5 + chance / 2)
    return .again(after: max(own, wish ?? .zero))
  }

  /// Retry-After: seconds, or a date (RFC 9110, 10.2.3).
  /// - Parameter now: seconds since 1970.
  package static func wish(_ header: String, now: Int64) -> Duration? {
    if header.isEmpty { return nil }
    if header.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      // More digits than an hour's worth are too long in any case.
      return .seconds(Int64(header.prefix(9)) ?? .max / 2)
    }
    return CurlLibrary.seconds(ofDate: header).map { .seconds(max(0, $0 - now)) }
  }
}
