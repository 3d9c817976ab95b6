internal import Synchronization
internal import SystemPackage

/// What a picture is told that asks for memory.
package enum MemoryAnswer: Hashable, Sendable {
  /// With the bytes to `release`.
  case admitted(share: Int)
  case neverFits
  /// The run is to end, so the picture is not begun.
  case runEnds
}

/// Where a picture asks for memory.
package protocol MemoryAdmission: Sendable {
  var allowance: Int { get }
  var mostForOne: Int { get }
  /// As in `MemoryBudget`.
  func admit(_ byteCount: Int) -> MemoryAnswer
  func release(_ share: Int)
}

/// Admits everything: for one picture by itself, and tests.
package struct UnlimitedMemory: MemoryAdmission {
  package init() {}
  package var allowance: Int { .max }
  package var mostForOne: Int { 0 }
  package func admit(_ byteCount: Int) -> MemoryAnswer { .admitted(share: 0) }
  package func release(_ share: Int) {}
}
