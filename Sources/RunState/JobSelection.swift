internal import SystemPackage

/// Which of its inputs a run works on, by what the journal tells of them.
package enum JobSelection: Sendable {
  case all
  /// What changed in source or options, or whose output is gone (`--existing update`).
  case outdated
  /// The same, but for images that would only fail again (`--resume`).
  case unfinished
  /// What failed (`--retry-failed`).
  case failed
}
