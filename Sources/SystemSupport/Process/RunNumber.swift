internal import Synchronization

/// Distinguishes the temporary files of this run from those of all other runs, even if another machine or container uses the same
/// process IDs.
package enum RunNumber {
  private static let stored = Atomic<Int>(0)

  /// 31 random bits, never 0.
  package static var current: Int {
    let known = stored.load(ordering: .acquiring)
    if known != 0 { return known }
    let chosen = Int.random(in: 1..<1 << 31)
    let (isFirst, other) = stored.compareExchange(expected: 0, desired: chosen, ordering: .acquiringAndReleasing)
    return isFirst ? chosen : other
  }
}
