internal import SystemPackage
internal import SystemSupport

/// One part of a set of inputs that several machines process without communicating. The hash of an input's relative path assigns
/// it to a shard, independent of all other inputs.
///
/// The rule is public, so that other programs can predict the shard: 64-bit FNV-1a over the bytes of the path that is mirrored
/// below the output folder, mixed by the finalizer of SplitMix64, modulo the number of shards, plus one. The mixing is necessary
/// because FNV's prime is odd: without it the lowest bit is the parity of the path's bytes, and an even number of shards gets
/// uneven parts.
package struct Shard: Hashable, Sendable {
  /// From 1.
  package let index: Int
  package let count: Int

  /// Nil unless `1 <= index <= count <= maximum`.
  package init?(index: Int, count: Int) {
    guard index >= 1, index <= count, count <= Shard.maximum else { return nil }
    self.index = index
    self.count = count
  }

  /// Exceeds any realistic number of machines.
  package static let maximum = 1_000_000

  /// Number of the assignment rule, stored with the results of a shard: shards of different rules cannot be merged. Rule 1, of
  /// version 0.1.0, did not mix, and its records contain no number.
  package static let rule = 2

  package func contains(_ relative: some Sequence<UInt8>) -> Bool { contains(relative, EmptyCollection()) }

  /// The same for a path given as two parts.
  package func contains(_ start: some Sequence<UInt8>, _ rest: some Sequence<UInt8>) -> Bool {
    var hash = FNVHash()
    hash.add(start)
    hash.add(rest)
    return Int(hash.mixed % UInt64(count)) == index - 1
  }

  /// Suffix of the shard's files in the output folder.
  package var suffix: String { ".\(index)-of-\(count)" }
}

extension Job {
  package func isIn(_ shard: Shard?) -> Bool { shard?.contains(relativeBytes) ?? true }

  package var relativeBytes: ArraySlice<UInt8> { source.bytes.dropFirst(relativeStart ?? 0) }
}
