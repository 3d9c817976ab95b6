/// What determines an output's bytes in addition to its source, as stored in the journal.
package struct OutputFingerprint: Hashable, Sendable {
  /// Hash of the options.
  package var options: UInt64
  package var algorithms: AlgorithmVersion

  package init(options: UInt64, algorithms: AlgorithmVersion) {
    self.options = options
    self.algorithms = algorithms
  }

  /// For files that were not made with options, or whose options are unknown.
  package static let none = OutputFingerprint(options: 0, algorithms: .none)
}
