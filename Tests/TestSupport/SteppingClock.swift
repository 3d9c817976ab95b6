internal import CPlatform

/// A clock for deadlines in tests. It advances by one nanosecond at each reading, so that a limit of n nanoseconds allows n
/// readings. Only for work on the calling thread.
package enum SteppingClock {
  /// Runs `work` with this clock.
  /// - Returns: the result of the work, and how many times it read the clock.
  package static func counting<Result, Failure: Error>(
    _ work: () throws(Failure) -> Result
  ) throws(Failure) -> (result: Result, looks: Int) {
    _ = system_step_deadline_clock(1)
    do throws(Failure) {
      let result = try work()
      return (result, Int(system_step_deadline_clock(0)))
    } catch {
      _ = system_step_deadline_clock(0)
      throw error
    }
  }

  /// The number of times that `work` read the clock.
  package static func looks<Failure: Error>(_ work: () throws(Failure) -> Void) throws(Failure) -> Int {
    try counting(work).looks
  }
}
