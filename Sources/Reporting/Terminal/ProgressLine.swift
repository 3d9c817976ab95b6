internal import SystemSupport
internal import TextFormatting

/// The progress of a run.
package struct Progress: Sendable {
  package var ended: Int
  package var failed: Int
  /// The number of images; nil while a list is still being read.
  package var inputs: Int?
  /// The finished share of the work, 0...1; nil where unknown.
  package var share: Double?
  package var elapsed: Duration

  package init(ended: Int, failed: Int, inputs: Int?, share: Double?, elapsed: Duration) {
    self.ended = ended
    self.failed = failed
    self.inputs = inputs
    self.share = share
    self.elapsed = elapsed
  }
}

/// A status line at the bottom of a terminal, redrawn at most ten times per second.
package struct ProgressLine: Sendable {
  private enum State {
    case hidden
    case shown
  }

  private var state = State.hidden
  private var lastDrawn: Duration?

  /// Faster than people can read, and slow enough to cost nothing.
  private static let interval = Duration.milliseconds(100)
  /// Before that, the rate is mostly noise.
  private static let minTimeForForecast = Duration.seconds(1)

  package init() {}

  /// The text that draws the line; nil where it was drawn too recently.
  /// - Parameter width: the width of the terminal in columns. The last column stays free, because some terminals wrap there.
  package mutating func redraw(_ progress: Progress, width: Int) -> String? {
    if let lastDrawn, progress.elapsed - lastDrawn < ProgressLine.interval { return nil }
    lastDrawn = progress.elapsed
    state = .shown
    return ProgressLine.clear + ProgressLine.text(progress).prefix(max(0, width - 1))
  }

  /// The text that removes the line, so that other lines can follow; empty where no line is shown.
  package mutating func clear() -> String {
    guard case .shown = state else { return "" }
    state = .hidden
    // The next image must redraw it without delay.
    lastDrawn = nil
    return ProgressLine.clear
  }

  /// Carriage return, then erase to the end of the line (ECMA-48, EL).
  private static let clear = "\r\u{1B}[K"

  /// ASCII only, so that the number of characters is the width: "19 %, 123 of 632 images, 45.2/s, 0:11 left, 2 failed". The
  /// percentage is that of the bytes, because the largest images come first.
  package static func text(_ progress: Progress) -> String {
    var parts: [String] = []
    if let share = progress.share { parts.append("\(Int(share * 100)) %") }
    parts.append(progress.inputs.map { "\(progress.ended) of \($0) images" } ?? "\(progress.ended) images")
    if progress.elapsed > .zero {
      parts.append("\(threeDigits(Double(progress.ended) / progress.elapsed.inSeconds))/s")
    }
    if let left = timeLeft(progress) { parts.append("\(clockTime(left)) left") }
    if progress.failed > 0 { parts.append("\(progress.failed) failed") }
    return parts.joined(separator: ", ")
  }

  private static func timeLeft(_ progress: Progress) -> Duration? {
    guard let share = progress.share, share > 0, progress.elapsed >= minTimeForForecast else { return nil }
    return progress.elapsed * ((1 - share) / share)
  }
}
