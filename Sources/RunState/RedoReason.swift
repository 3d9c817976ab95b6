/// Why `--existing update` or `--resume` makes an output that an earlier run made, as the `redo` of an event says it. Cases are
/// added, never renamed.
package enum RedoReason: String, CaseIterable, Sendable {
  /// The source has another size or time.
  case sourceChanged = "source-changed"
  case optionsChanged = "options-changed"
  /// A version of this program made it that makes other outputs from the same options (`AlgorithmVersion`).
  case otherVersion = "other-version"
  case outputMissing = "output-missing"
  /// The output has another size or time than it was left with, or is no regular file any more.
  case outputChanged = "output-changed"
  /// It failed, and may pass now.
  case failedBefore = "failed-before"
}
