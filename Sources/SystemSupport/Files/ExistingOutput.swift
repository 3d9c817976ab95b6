/// What to do where the output is there already.
package enum ExistingOutput: String, CaseIterable, Sendable {
  case overwrite
  case skip
  /// Like overwrite, for what changed since the journal told of it: who hands out the jobs looks that up.
  case update
  case fail
}
