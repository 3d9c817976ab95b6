package import RunState

/// The cost of one run, including its worker processes.
package struct Measurement: Hashable, Sendable {
  /// From the start of the program to its end.
  package var wall: Duration
  package var user: Duration
  package var system: Duration
  /// The number of bytes read from storage, because they were not in the page cache.
  package var storageByteCount: Int
  /// The cost of each stage over all items and workers; empty where not requested.
  package var stages: [StageCost]
  /// The number of threads that read ahead of the workers.
  package var readers: Int

  package init(
    wall: Duration, user: Duration, system: Duration, storageByteCount: Int = 0, stages: [StageCost] = [],
    readers: Int = 0
  ) {
    self.wall = wall
    self.user = user
    self.system = system
    self.storageByteCount = storageByteCount
    self.stages = stages
    self.readers = readers
  }

  package var cpu: Duration { user + system }
}

/// The results of the untimed run.
package struct WarmUp: Hashable, Sendable {
  package var memory: MemoryPeak
  package var items: [ItemCost]

  package init(memory: MemoryPeak, items: [ItemCost] = []) {
    self.memory = memory
    self.items = items
  }
}

/// The peak memory of a run.
package struct MemoryPeak: Hashable, Sendable {
  package enum Method: String, Hashable, Sendable {
    /// The sum of the proportional shares (PSS) of all processes, which counts shared pages once.
    case proportionalShares = "proportional-shares"
    /// The peak resident size of the largest process, where the kernel does not report PSS.
    case largestProcess = "largest-process"
  }

  package var byteCount: Int
  package var method: Method

  package init(byteCount: Int, method: Method) {
    self.byteCount = byteCount
    self.method = method
  }
}

/// The modes that are compared. The first is the reference.
package enum BenchmarkMode: String, CaseIterable, Hashable, Sendable {
  case serial
  case threads
  /// The same without threads that read ahead.
  case unassistedThreads = "threads without readers"
  /// Worker processes that live as long as the run.
  case processes
  /// A new worker process for each image. The raw value is that of JSON and CSV.
  case perImage = "process per picture"

  /// Threads on all cores, with a number of readers. It takes the place of the number of workers.
  case readers

  /// The name for people.
  package var title: String {
    switch self {
    case .perImage: "process per image"
    case .unassistedThreads: "threads (no readers)"
    default: rawValue
    }
  }
}

/// One setting of a workload: the mode and the number of workers, or of readers.
package struct Configuration: Hashable, Sendable {
  package let mode: BenchmarkMode
  /// Always 1 for serial mode.
  package let workers: Int

  package init(_ mode: BenchmarkMode, workers: Int) {
    precondition(workers >= 1, "a setting has a worker")
    self.mode = mode
    self.workers = mode == .serial ? 1 : workers
  }

  /// For example "threads 2".
  package var description: String { mode == .serial ? mode.title : "\(mode.title) \(workers)" }
}

/// All measurements of one setting. Samples are in the order of the rounds.
package struct Samples: Hashable, Sendable {
  package let configuration: Configuration
  package var memory: MemoryPeak
  /// Empty runs: the cost of starting and ending.
  package var starts: [Measurement] = []
  /// Runs over all items.
  package var runs: [Measurement] = []
  /// The cost of each item in the warm-up; empty where not requested.
  package var items: [ItemCost] = []

  package init(
    configuration: Configuration, memory: MemoryPeak, starts: [Measurement] = [], runs: [Measurement] = []
  ) {
    self.configuration = configuration
    self.memory = memory
    self.starts = starts
    self.runs = runs
  }

  package var mode: BenchmarkMode { configuration.mode }
}
