internal import CPlatform
internal import ImageErrors

/// One worker's access to the `MemoryBudget`. Holds at most one reservation, for the current image, and returns it.
package struct MemoryReservation {
  private let memory: any MemoryReserving
  /// The memory that the current image got beyond the worker's allowance, in bytes; nil if it did not need any.
  private var share: Int?
  private var admitted = 0

  package init(_ memory: any MemoryReserving) { self.memory = memory }

  package enum Admission { case atOnce, afterWaiting }

  /// The run is ending, and the image has not been started.
  package struct RunEnds: Error {}

  /// Camera headers, including preview and color profile, usually end before this offset.
  package static let startByteCount = 128 << 10

  /// Files up to this size are read completely before their header is parsed.
  package var freeFileAllowance: Int { min(4 << 20, memory.allowance / 2) }

  /// Maximum memory of a library for one image, in bytes; 0 for no limit.
  package var perImageLimit: Int { memory.perImageLimit }

  package var isLimited: Bool { memory.perImageLimit > 0 }

  /// Whether the current image has more than the allowance.
  package var isOpen: Bool { share != nil }

  /// Waits until the image fits, unless the allowance is enough. An image that needs more than before first returns its
  /// reservation. Otherwise two images could wait for each other.
  package mutating func admit(_ estimate: MemoryEstimate) throws -> Admission {
    let byteCount = estimate.byteCount
    if byteCount <= memory.allowance { return .atOnce }
    if isOpen && byteCount <= admitted { return .atOnce }
    close()
    switch memory.admit(byteCount) {
    case .admitted(let share): self.share = share
    case .neverFits: throw JobError.needsMemory(byteCount, maximum: memory.perImageLimit)
    case .runEnds: throw RunEnds()
    }
    admitted = byteCount
    return .afterWaiting
  }

  /// Returns the memory: first to the kernel, so that the next admitted image finds it free.
  package mutating func close() {
    guard let share else { return }
    self.share = nil
    system_return_freed_memory()
    memory.release(share)
  }
}
