package import Parallelism
internal import Synchronization
internal import SystemPackage
internal import SystemSupport
package import Thumbnailing

/// Shares out `--max-memory` among the workers of a run, so that what they hold together never exceeds it.
///
/// An eighth is the workers' own: each has an overhead, may hold `allowance` bytes for an image and keep as many between images,
/// without asking. Nearly every image fits into that. A larger one is admitted to what is left as a whole, on its header, before
/// its pixels are allocated, and gives everything back to the system when it ends. While it waits it holds nothing but its
/// allowance, so no worker waits for one that waits. Once the run is to end, no image is admitted any more. Which image is too
/// large depends on neither the mode nor the number of workers.
package final class MemoryBudget: Sendable {
  /// What a worker needs for an image without asking, in bytes, and as much again for what its allocator keeps.
  package let allowance: Int
  /// The largest image that can ever be admitted, in bytes.
  package let perImageLimit: Int
  /// All of it, as the user gave it.
  package let byteCount: Int

  private struct State: ~Copyable {
    var free: Int
    /// Who waits is served in the order of coming, so that a large image is not starved by smaller ones.
    var nextTicket = 0
    var served = 0
  }

  private let stop: CancellationFlag
  private let state: Mutex<State>
  private let turns = ConditionVariable()

  /// Above that, keeping memory wins nothing any more: an image of such a size takes longer than its page faults.
  private static let maxAllowance = 256 << 20

  /// - Parameters:
  ///   - byteCount: for the whole run, all workers and this process together.
  ///   - workers: images in hand at once.
  ///   - base: what the run holds without workers and images, in bytes.
  ///   - overhead: what a worker holds without an image.
  ///   - stop: ends all waiting for memory.
  package init(byteCount: Int, workers: Int, base: Int, overhead: Int = 0, stop: CancellationFlag = CancellationFlag())
  {
    self.stop = stop
    self.byteCount = byteCount
    let shared = max(0, byteCount - base)
    let own = shared / 8
    allowance = min(MemoryBudget.maxAllowance, max(0, own / workers - overhead) / 2)
    perImageLimit = shared - own
    state = Mutex(State(free: perImageLimit))
  }

  /// The budget of a run whose workers are threads of this process, or processes.
  package convenience init(_ limits: WorkLimits, workers: Int, _ kind: WorkerKind, stop: CancellationFlag) {
    self.init(
      byteCount: limits.memoryByteCount, workers: workers, base: MemoryBudget.base, overhead: kind.overhead, stop: stop)
  }

  /// The number of workers that the memory allows, 1 to `maximum`: their overhead is at most half of the workers' share.
  package static func workers(atMost maximum: Int, _ kind: WorkerKind, _ limits: WorkLimits) -> Int {
    let own = max(0, limits.memoryByteCount - base) / 8
    return max(1, min(maximum, own / (2 * kind.overhead)))
  }

  package enum WorkerKind: Sendable {
    case thread, process

    /// A thread has its stack and its part of the allocator; a process, besides, the data of its libraries, and here the thread
    /// that serves it.
    fileprivate var overhead: Int { self == .thread ? 1 << 17 : 4 << 20 }
  }

  /// This program with its libraries, and those of worker processes, whose code is in memory once; more where a list of inputs
  /// is known already. In large steps, so that it is the same in all modes.
  private static var base: Int {
    let step = 8 << 20
    let more = max(0, OwnMemory.byteCount(.resident) - usualResident)
    return 26 << 20 + (more + step - 1) / step * step
  }

  #if DEBUG
    private static let usualResident = 40 << 20
  #else
    private static let usualResident = 20 << 20
  #endif

  /// Waits until an image of so many bytes fits beside the others, or the run is to end: who waits is woken when an image
  /// in hand ends.
  package func admit(_ byteCount: Int) -> ReservationResult {
    guard byteCount <= perImageLimit else { return .neverFits }
    let share = max(0, byteCount - allowance)
    if share == 0 { return .admitted(share: 0) }
    let ticket = state.withLock { state in
      defer { state.nextTicket += 1 }
      return state.nextTicket
    }
    var answer = ReservationResult.runEnds
    turns.wait { [self] in
      if stop.isMade { return true }
      return state.withLock { state in
        guard state.served == ticket, state.free >= share else { return false }
        state.free -= share
        state.served += 1
        answer = .admitted(share: share)
        return true
      }
    }
    // The next in the row may fit as well.
    turns.broadcast()
    return answer
  }

  package func release(_ share: Int) {
    if share == 0 { return }
    state.withLock { $0.free += share }
    turns.broadcast()
  }
}

extension MemoryBudget: MemoryReserving {}
