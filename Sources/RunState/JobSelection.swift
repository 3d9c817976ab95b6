internal import SystemPackage

/// Which inputs a run processes, depending on their records in the journal.
package enum JobSelection: Sendable {
  case all
  /// Inputs whose source, options or program version changed, or whose output is missing or changed (`--existing update`).
  case outdated
  /// Like `outdated`, but without images that would only fail again (`--resume`).
  case unfinished
  /// Inputs that failed (`--retry-failed`).
  case failed
}
