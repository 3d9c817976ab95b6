/// What an output's bytes depend on besides its source, as the journal keeps it.
package struct OutputFingerprint: Hashable, Sendable {
  /// Of the options.
  package var options: UInt64
  package var algorithms: AlgorithmVersion

  package init(options: UInt64, algorithms: AlgorithmVersion) {
    self.options = options
    self.algorithms = algorithms
  }

  /// Of what was not made by options, or by which is not known.
  package static let none = OutputFingerprint(options: 0, algorithms: .none)
}
