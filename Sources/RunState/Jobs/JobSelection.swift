internal import SystemPackage

/// Which inputs a run processes, depending on their records in the journal.
package enum JobSelection: Sendable {
  case all
  /// Inputs without a record or with a failure, and inputs whose source, options, program version or output changed (`--existing
  /// update`).
  case outdated
  /// Like `outdated`, but without images that would only fail again (`--resume`).
  case unfinished
  /// Inputs that failed (`--retry-failed`).
  case failed
}
