/// The fingerprints to compute of each output.
package struct FingerprintKinds: OptionSet, Hashable, Sendable {
  package var rawValue: Int

  package init(rawValue: Int) { self.rawValue = rawValue }

  package static let color = FingerprintKinds(rawValue: 1)
  package static let thumbHash = FingerprintKinds(rawValue: 2)
  package static let differenceHash = FingerprintKinds(rawValue: 4)
}
