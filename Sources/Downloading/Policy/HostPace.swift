internal import TextFormatting

/// How fast a host is asked, as its refusals say (RFC 6585, 4; RFC 9110, 15.6.4): each halves how many requests it gets at
/// once; where that is one already, they are kept apart in time. Answers that are none raise the pace again, step by step.
struct HostPace {
  /// Answers before the pace rises by a step.
  private static let answersForStep = 20
  private static let shortestSpacing = Duration.milliseconds(50)
  private static let usualSpacing = Duration.milliseconds(250)
  private static let longestSpacing = Duration.seconds(120)

  private let maxAtOnce: Int
  /// The most requests at once.
  private(set) var atOnce: Int
  /// The least time between the starts of two requests.
  private(set) var spacing = Duration.zero
  /// Answers that were no refusals.
  private(set) var servedCount = 0
  private var servedSinceStep = 0
  /// Until then refusals are of requests that went out before the last one was known.
  private var refusedUntil: ContinuousClock.Instant?

  init(maxAtOnce: Int) {
    self.maxAtOnce = maxAtOnce
    atOnce = maxAtOnce
  }

  var isSlowed: Bool { atOnce < maxAtOnce || spacing > .zero }

  mutating func refused(wish: Duration?, now: ContinuousClock.Instant) {
    if let refusedUntil, now < refusedUntil { return }
    refusedUntil = now + (wish ?? .zero)
    servedSinceStep = 0
    if atOnce > 1 {
      atOnce /= 2
    } else {
      // A little more than is wished: requests take different times on their way.
      let wished = (wish ?? HostPace.usualSpacing) * 21 / 20
      spacing = min(max(spacing * 3 / 2, wished), HostPace.longestSpacing)
    }
  }

  mutating func served() {
    servedCount += 1
    servedSinceStep += 1
    guard servedSinceStep >= HostPace.answersForStep else { return }
    servedSinceStep = 0
    if spacing > .zero {
      spacing = spacing * 3 / 4
      if spacing < HostPace.shortestSpacing { spacing = .zero }
    } else {
      atOnce = min(atOnce + 1, maxAtOnce)
    }
  }
}
