/// Why `--existing update` or `--resume` redoes an output of an earlier run: the `redo` field of an event. Cases are added, never
/// renamed.
package enum RedoReason: String, CaseIterable, Sendable {
  /// The size or modification time of the source differs.
  case sourceChanged = "source-changed"
  case optionsChanged = "options-changed"
  /// It was made by a version of this program that makes other outputs from the same options (`AlgorithmVersion`).
  case otherVersion = "other-version"
  case outputMissing = "output-missing"
  /// The size or modification time of the output differs from the journal, or it is no longer a regular file.
  case outputChanged = "output-changed"
  /// It failed before and may succeed now.
  case failedBefore = "failed-before"
}
