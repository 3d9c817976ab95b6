/// What to do if an output exists.
package enum ExistingOutput: String, CaseIterable, Sendable {
  case overwrite
  case skip
  /// Like `overwrite`, but only for inputs that changed since the journal recorded them. The job source makes this selection.
  case update
  case fail
}
