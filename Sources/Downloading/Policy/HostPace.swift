internal import TextFormatting

/// The request rate of one host, adapted to its refusals (RFC 6585, 4; RFC 9110, 15.6.4). Each refusal halves the number of
/// concurrent requests; at one request, it increases the time between requests. Other answers raise the rate again, step by step.
struct HostPace {
  /// The number of answers before the rate rises by one step.
  private static let answersForStep = 20
  private static let shortestSpacing = Duration.milliseconds(50)
  private static let usualSpacing = Duration.milliseconds(250)
  private static let longestSpacing = Duration.seconds(120)

  private let maxAtOnce: Int
  /// The most concurrent requests.
  private(set) var atOnce: Int
  /// The minimum time between the starts of two requests.
  private(set) var spacing = Duration.zero
  /// The number of answers that were not refusals.
  private(set) var servedCount = 0
  private var servedSinceStep = 0
  /// Until then, refusals are of requests that were sent before the last refusal arrived. They are ignored.
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
      // 5 % more than requested, because requests take different times to arrive.
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
