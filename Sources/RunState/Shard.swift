internal import SystemPackage
internal import SystemSupport

/// One part of a set of inputs that several machines share without talking to each other: an input is of the part that
/// the hash of its relative path says, whatever else there is.
///
/// The rule is public, so that others can foretell it: FNV-1a of 64 bits over the bytes of the path that is mirrored below the
/// output folder, its bits mixed by the finalizer of SplitMix64, modulo the number of parts, plus one. Without the mixing the
/// lowest bit is the parity of the path's bytes, as FNV's prime is odd, and an even number of parts comes out uneven.
package struct Shard: Hashable, Sendable {
  /// From 1.
  package let index: Int
  package let count: Int

  /// Nil where there is no such part.
  package init?(index: Int, count: Int) {
    guard index >= 1, index <= count, count <= Shard.maximum else { return nil }
    self.index = index
    self.count = count
  }

  /// More parts than anybody has machines.
  package static let maximum = 1_000_000

  /// The number of the rule above, kept with what a shard did: parts of different rules are no whole. Rule 1, of version
  /// 0.1.0, did not mix, and its records have no number.
  package static let rule = 2

  package func contains(_ relative: some Sequence<UInt8>) -> Bool { contains(relative, EmptyCollection()) }

  /// The same for a path of two parts.
  package func contains(_ start: some Sequence<UInt8>, _ rest: some Sequence<UInt8>) -> Bool {
    var hash = FNVHash()
    hash.add(start)
    hash.add(rest)
    return Int(hash.mixed % UInt64(count)) == index - 1
  }

  /// Its files in the output folder end in that.
  package var suffix: String { ".\(index)-of-\(count)" }
}

extension Job {
  package func isIn(_ shard: Shard?) -> Bool { shard?.contains(relativeBytes) ?? true }

  package var relativeBytes: ArraySlice<UInt8> { source.bytes.dropFirst(relativeStart ?? 0) }
}
