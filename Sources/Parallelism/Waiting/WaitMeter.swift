/// Measures how long calls take, and decides whether they wait for something: a call that is answered from memory takes
/// microseconds.
struct WaitMeter {
  /// Calls per decision.
  static let callCount = 16
  /// Storage that takes longer on average is slow.
  static let slowCall = Duration.microseconds(300)

  private var calls = 0
  private var time = Duration.zero
  /// The longest step and its calls. A single pause, as when another process gets the core, must decide nothing.
  private var longest = (time: Duration.zero, calls: 0)
  private(set) var isSlow = false

  mutating func add(_ step: Duration, calls count: Int) {
    calls += count
    time += step
    if step > longest.time { longest = (step, count) }
    guard calls >= WaitMeter.callCount, calls > longest.calls else { return }
    isSlow = time - longest.time > WaitMeter.slowCall * (calls - longest.calls)
    (calls, time, longest) = (0, .zero, (.zero, 0))
  }
}
