internal import CPlatform

/// The clock of deadlines in a test: it goes on by one nanosecond each time that it is read, so that a limit of so many
/// nanoseconds is one of so many looks. For work on the calling thread alone.
package enum SteppingClock {
  /// Does some work by such a clock.
  /// - Returns: what it gave, and how often it looked at the clock.
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

  /// How often some work looked at the clock.
  package static func looks<Failure: Error>(_ work: () throws(Failure) -> Void) throws(Failure) -> Int {
    try counting(work).looks
  }
}
