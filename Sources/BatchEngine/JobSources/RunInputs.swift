package import SystemPackage

/// The inputs of a run. A list may still grow while the run works, so they are complete only at its end.
package protocol RunInputs: Sendable {
  /// The number of inputs found so far.
  var foundCount: Int { get }
  /// The inputs of all shards; nil if they are not all known.
  var fingerprint: ListFingerprint? { get }
  /// An input that is also the report page or the list of failures. The run must write neither of the two.
  var overwritten: FilePath? { get }
}

extension RunInputs {
  package var fingerprint: ListFingerprint? { nil }
  package var overwritten: FilePath? { nil }
}
