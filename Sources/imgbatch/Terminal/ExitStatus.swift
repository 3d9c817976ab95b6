internal import RunState

/// How the process ends, for scripts: documented in the README, and never another number.
package enum ExitStatus: Hashable, Sendable {
  /// Every image was written or rightly skipped.
  case success
  /// Some images failed; all others are there.
  case someImagesFailed
  /// A bad option, or a plan that cannot be: an output that is an input, two inputs for one output.
  case wrongUsage
  /// No input was found.
  case noInput
  /// A fault of imgbatch itself.
  case internalFault
  /// The output folder, or standard output, cannot be written.
  case outputUnusable
  /// Whoever read standard output went away before the end, as in `imgbatch info dogs | head -1`.
  case readerGone
  /// A signal asked for the end; what was written is whole.
  case interrupted(signal: Int32)

  /// What the shell sees. 64 to 73 are those of BSD's sysexits.h, 128 + n is the shell's own for signal n.
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

  /// Of a run that came to its end, or was asked to.
  /// - Parameter signal: that asked for the end, nil where none did.
  init(_ statistics: RunStatistics, interruptedBy signal: Int32?) {
    if let signal {
      self = .interrupted(signal: signal)
    } else {
      self = statistics.failed > 0 ? .someImagesFailed : .success
    }
  }
}
