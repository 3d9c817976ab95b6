package import Parallelism
internal import Synchronization
internal import SystemSupport

/// Divides memory (`--max-memory`) among workers, so that their total never exceeds it.
///
/// An eighth belongs to the workers: a quarter of it, but at most 64 MB, to sources that are read ahead, and a quarter of that to
/// outputs that wait for writers. Of the rest, each worker has an overhead, and may use `allowance` bytes for an image and keep as
/// many between images, without a reservation. Nearly every image fits into that. A larger image reserves its estimate from the
/// rest before its pixels are allocated, and returns it to the system when it ends. A waiting image holds no more than its
/// allowance, so no worker waits for a waiting worker. After a cancellation no image is admitted. The limit of one image does not
/// depend on the mode or the number of workers.
package final class MemoryBudget: Sendable {
  /// Bytes that a worker may use for an image without a reservation. Its allocator may keep as many.
  package let allowance: Int
  /// The largest image that can ever be admitted, in bytes.
  package let perImageLimit: Int
  /// For sources that are read ahead, in bytes.
  package let sourceByteCount: Int
  /// For outputs that wait for writers, in bytes.
  package let outputByteCount: Int
  /// The whole budget, in bytes.
  package let byteCount: Int

  private struct State: ~Copyable {
    var free: Int
    /// The tickets of waiting images, which are admitted in the order of their arrival, so that smaller ones do not starve a large
    /// one.
    var waiting: [Int] = []
    var nextTicket = 0
  }

  private let stop: CancellationFlag
  private let state: Mutex<State>
  private let turns = ConditionVariable()

  private static let maxSourceByteCount = 64 << 20
  /// Above this, keeping memory between images saves nothing: an image of that size takes longer than its page faults.
  private static let maxAllowance = 256 << 20

  /// - Parameters:
  ///   - byteCount: for all workers and this process together.
  ///   - workers: number of images in flight.
  ///   - base: bytes that the run uses without workers and images.
  ///   - overhead: bytes that a worker uses without an image.
  ///   - stop: ends all waiting for memory.
  package init(byteCount: Int, workers: Int, base: Int, overhead: Int = 0, stop: CancellationFlag = CancellationFlag())
  {
    self.stop = stop
    self.byteCount = byteCount
    let shared = max(0, byteCount - base)
    let own = shared / 8
    sourceByteCount = min(MemoryBudget.maxSourceByteCount, own / 4)
    outputByteCount = sourceByteCount / 4
    allowance = min(
      MemoryBudget.maxAllowance, max(0, (own - sourceByteCount - outputByteCount) / workers - overhead) / 2)
    perImageLimit = shared - own
    state = Mutex(State(free: perImageLimit))
  }

  /// Waits until an image of this size fits next to the images in flight, or the run or the work of this thread is cancelled.
  package func admit(_ byteCount: Int) -> ReservationResult {
    guard byteCount <= perImageLimit else { return .neverFits }
    let share = max(0, byteCount - allowance)
    if share == 0 { return .admitted(share: 0) }
    let ticket = state.withLock { state in
      defer { state.nextTicket += 1 }
      state.waiting.append(state.nextTicket)
      return state.nextTicket
    }
    var answer = ReservationResult.runEnds
    turns.wait { [self] in
      let isCancelled = stop.isCancelled || WorkCancellation.isCurrentCancelled
      return state.withLock { state in
        if isCancelled {
          state.waiting.removeAll { $0 == ticket }
          return true
        }
        guard state.waiting.first == ticket, state.free >= share else { return false }
        state.waiting.removeFirst()
        state.free -= share
        answer = .admitted(share: share)
        return true
      }
    }
    // The next waiting image may fit as well.
    turns.broadcast()
    return answer
  }

  /// Lets waiting images see that their work was cancelled (`WorkCancellation`).
  package func recheck() { turns.broadcast() }

  package func release(_ share: Int) {
    if share == 0 { return }
    state.withLock { $0.free += share }
    turns.broadcast()
  }
}

extension MemoryBudget: MemoryReserving {}
