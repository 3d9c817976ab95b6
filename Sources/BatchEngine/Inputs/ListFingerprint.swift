internal import SystemSupport

/// Which inputs a run found, in 128 bits that do not depend on their order: two shards that found the same paths have the
/// same fingerprint, on whatever machine and whenever they ran.
///
/// A sum of mixed hashes, modulo 2^64 in each half, so that a path that comes twice counts twice.
package struct ListFingerprint: Hashable, Sendable {
  /// Inputs.
  package private(set) var count = 0
  private var high: UInt64 = 0
  private var low: UInt64 = 0

  package init() {}

  /// - Parameters:
  ///   - start: the first part of a relative path.
  ///   - rest: its second part.
  mutating func add(_ start: some Sequence<UInt8>, _ rest: some Sequence<UInt8> = EmptyCollection()) {
    var first = FNVHash()
    // Another starting value, for a hash that is independent of the first.
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
  package var digits: String { [high, low].map { String($0, radix: 16).leftPadded(to: 16) }.joined() }
}

extension String {
  fileprivate func leftPadded(to length: Int) -> String {
    String(repeating: "0", count: max(0, length - utf8.count)) + self
  }
}

extension PlannedJobs {
  /// Of all inputs, whichever shard they are of.
  package var fingerprint: ListFingerprint {
    var fingerprint = ListFingerprint()
    for index in inputs.indices {
      let (folder, name) = inputs.relativeBytes(at: index)
      fingerprint.add(folder, name)
    }
    return fingerprint
  }
}
