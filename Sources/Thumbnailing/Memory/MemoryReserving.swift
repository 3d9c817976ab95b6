internal import Synchronization
internal import SystemPackage

/// What an image is told that asks for memory.
package enum ReservationResult: Hashable, Sendable {
  /// With the bytes to `release`.
  case admitted(share: Int)
  case neverFits
  /// The run is to end, so the image is not begun.
  case runEnds
}

/// Where an image asks for memory.
package protocol MemoryReserving: Sendable {
  var allowance: Int { get }
  var perImageLimit: Int { get }
  /// As in `MemoryBudget`.
  func admit(_ byteCount: Int) -> ReservationResult
  func release(_ share: Int)
}

/// Admits everything: for one image by itself, and tests.
package struct UnlimitedMemory: MemoryReserving {
  package init() {}
  package var allowance: Int { .max }
  package var perImageLimit: Int { 0 }
  package func admit(_ byteCount: Int) -> ReservationResult { .admitted(share: 0) }
  package func release(_ share: Int) {}
}
