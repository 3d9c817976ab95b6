internal import CPlatform
internal import ImageErrors

/// One worker's way into the `MemoryBudget`: asks for the image in hand at most once, and gives back what it got.
package struct MemoryReservation {
  private let memory: any MemoryReserving
  /// What the image in hand was given beyond the worker's allowance, and what it asked for; nil where it did not ask.
  private var share: Int?
  private var admitted = 0

  package init(_ memory: any MemoryReserving) { self.memory = memory }

  package enum Admission { case atOnce, afterWaiting }

  /// The run is to end, and the image has not been begun.
  package struct RunEnds: Error {}

  /// Headers of cameras, with their preview and color profile, mostly end before that.
  package static let startByteCount = 128 << 10

  /// Files up to this size are read before their header is looked at.
  package var freeFileAllowance: Int { min(4 << 20, memory.allowance / 2) }

  /// What a library may take for one image; 0 for no limit.
  package var perImageLimit: Int { memory.perImageLimit }

  package var isLimited: Bool { memory.perImageLimit > 0 }

  /// Whether the image in hand has more than the allowance.
  package var isOpen: Bool { share != nil }

  /// Waits until the image fits, unless it does without asking. One that needs more than it said before gives back what
  /// it had, lest two wait for each other.
  /// - Parameter estimate: nil for the most that there is.
  package mutating func admit(_ estimate: MemoryEstimate?) throws -> Admission {
    let byteCount = estimate?.byteCount ?? memory.perImageLimit
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

  /// Gives the memory back: first to the system, so that whoever is admitted next finds it there.
  package mutating func close() {
    guard let share else { return }
    self.share = nil
    system_return_freed_memory()
    memory.release(share)
  }
}
