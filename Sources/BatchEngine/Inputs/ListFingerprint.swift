internal import SystemSupport

/// A 128-bit hash of the set of inputs, independent of their order. Two shards that found the same paths have the same
/// fingerprint, on any machine and at any time.
///
/// Each half is a sum of mixed hashes modulo 2^64, so a path that occurs twice counts twice.
package struct ListFingerprint: Hashable, Sendable {
  /// Number of inputs.
  package private(set) var count = 0
  private var high: UInt64 = 0
  private var low: UInt64 = 0

  package init() {}

  /// - Parameters:
  ///   - start: first part of a relative path.
  ///   - rest: second part.
  mutating func add(_ start: some Sequence<UInt8>, _ rest: some Sequence<UInt8> = EmptyCollection()) {
    var first = FNVHash()
    // A different starting value makes the second hash independent of the first.
    var second = FNVHash()
    second.add([0xFF])
    first.add(start)
    first.add(rest)
    second.add(start)
    second.add(rest)
    count += 1
    high &+= first.mixed
    low &+= second.mixed
  }

  /// 32 hexadecimal digits.
  package var digits: String { Hexadecimal.text(high) + Hexadecimal.text(low) }
}

extension PlannedJobs {
  /// The fingerprint of all inputs, of every shard.
  package var fingerprint: ListFingerprint {
    var fingerprint = ListFingerprint()
    for index in inputs.indices {
      let (folder, name) = inputs.relativeBytes(at: index)
      fingerprint.add(folder, name)
    }
    return fingerprint
  }
}
