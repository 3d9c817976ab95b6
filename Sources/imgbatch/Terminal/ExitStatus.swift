internal import ArgumentParser
internal import RunState

/// The exit status of the process. The article Errors documents every value.
package enum ExitStatus: Hashable, Sendable {
  /// Every image was written, or skipped as requested.
  case success
  /// Some images failed; all others were written.
  case someImagesFailed
  /// An invalid option, or an impossible plan: an output that is an input, or two inputs with one output.
  case wrongUsage
  /// No input was found.
  case noInput
  /// An internal error.
  case internalFault
  /// The output folder or standard output cannot be written.
  case outputUnusable
  /// The reader of standard output exited before the end, as in `imgbatch info dogs | head -1`.
  case readerGone
  /// A signal interrupted the run. Every written output is complete.
  case interrupted(signal: Int32)

  /// 64 to 73 are the values of BSD's sysexits.h. Shells report death by signal n as 128 + n.
  package var code: Int32 {
    switch self {
    case .success: 0
    case .someImagesFailed: 1
    case .wrongUsage: 64
    case .noInput: 66
    case .internalFault: 70
    case .outputUnusable: 73
    case .readerGone: 128 + 13
    case .interrupted(let signal): 128 + signal
    }
  }

  /// The status of a run that ended normally or was interrupted.
  /// - Parameter signal: the signal that interrupted the run; nil for none.
  init(_ statistics: RunStatistics, interruptedBy signal: Int32?) {
    if let signal {
      self = .interrupted(signal: signal)
    } else {
      self = statistics.failed > 0 ? .someImagesFailed : .success
    }
  }

  /// Ends the command where a signal has interrupted it.
  static func throwIfInterrupted() throws(ExitCode) {
    if let signal = Signals.received { throw ExitCode(ExitStatus.interrupted(signal: signal).code) }
  }
}
