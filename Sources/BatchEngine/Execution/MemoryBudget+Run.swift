package import Parallelism
internal import SystemSupport
package import Thumbnailing

extension MemoryBudget {
  /// The budget of a run whose workers are threads of this process, or processes.
  package convenience init(_ limits: WorkLimits, workers: Int, _ kind: WorkerKind, stop: CancellationFlag) {
    self.init(
      byteCount: limits.memoryByteCount, workers: workers, base: MemoryBudget.base, overhead: kind.overhead, stop: stop)
  }

  /// The number of workers that the memory allows, 1 to `maximum`: their overhead takes at most half of the workers' share.
  package static func workers(atMost maximum: Int, _ kind: WorkerKind, _ limits: WorkLimits) -> Int {
    let own = max(0, limits.memoryByteCount - base) / 8
    return max(1, min(maximum, own / (2 * kind.overhead)))
  }

  package enum WorkerKind: Sendable {
    case thread, process

    /// A thread has its stack and its part of the allocator. A process also has the data of its libraries, and a thread here that
    /// serves it.
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
}
