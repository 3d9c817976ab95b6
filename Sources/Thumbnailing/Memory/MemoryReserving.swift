internal import Synchronization
internal import SystemPackage

/// The answer to a request for memory.
package enum ReservationResult: Hashable, Sendable {
  /// Contains the number of bytes to `release`.
  case admitted(share: Int)
  case neverFits
  /// The run is ending. The image must not be started.
  case runEnds
}

/// A budget from which images reserve memory.
package protocol MemoryReserving: Sendable {
  var allowance: Int { get }
  var perImageLimit: Int { get }
  /// See `MemoryBudget`.
  func admit(_ byteCount: Int) -> ReservationResult
  func release(_ share: Int)
}

/// Admits everything. For a single image, and for tests.
package struct UnlimitedMemory: MemoryReserving {
  package init() {}
  package var allowance: Int { .max }
  package var perImageLimit: Int { 0 }
  package func admit(_ byteCount: Int) -> ReservationResult { .admitted(share: 0) }
  package func release(_ share: Int) {}
}
