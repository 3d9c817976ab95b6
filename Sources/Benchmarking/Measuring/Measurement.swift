package import RunState

/// What one run cost, worker processes that it waited for included.
package struct Measurement: Hashable, Sendable {
  /// From the start of the program to its end.
  package var wall: Duration
  package var user: Duration
  package var system: Duration
  /// Bytes that had to come from storage, because they were not in memory.
  package var storageByteCount: Int
  /// What its stages took, over all items and workers; empty where nobody asked.
  package var stages: [StageCost]

  package init(
    wall: Duration, user: Duration, system: Duration, storageByteCount: Int = 0, stages: [StageCost] = []
  ) {
    self.wall = wall
    self.user = user
    self.system = system
    self.storageByteCount = storageByteCount
    self.stages = stages
  }

  package var cpu: Duration { user + system }
}

/// What the untimed run tells.
package struct WarmUp: Hashable, Sendable {
  package var memory: MemoryPeak
  package var items: [ItemCost]

  package init(memory: MemoryPeak, items: [ItemCost] = []) {
    self.memory = memory
    self.items = items
  }
}

/// The most memory that a run held at once.
package struct MemoryPeak: Hashable, Sendable {
  package enum Method: String, Hashable, Sendable {
    /// Proportional shares (PSS) of all processes summed: what is shared counts once.
    case proportionalShares = "proportional-shares"
    /// The kernel tells no shares; the high-water mark of the largest single process.
    case largestProcess = "largest-process"
  }

  package var byteCount: Int
  package var method: Method

  package init(byteCount: Int, method: Method) {
    self.byteCount = byteCount
    self.method = method
  }
}

/// The ways to do a batch that are measured against each other, the measure for the others first.
package enum BenchmarkMode: String, CaseIterable, Hashable, Sendable {
  case serial
  case threads
  /// Workers that live as long as the run.
  case processes
  /// A fresh worker process for each image.
  case perImage = "process per picture"
}

/// One way to run a workload: how, and by how many workers.
package struct Configuration: Hashable, Sendable {
  package let mode: BenchmarkMode
  /// 1 for serial, whatever is asked.
  package let workers: Int

  package init(_ mode: BenchmarkMode, workers: Int) {
    precondition(workers >= 1, "somebody has to work")
    self.mode = mode
    self.workers = mode == .serial ? 1 : workers
  }

  /// "threads 2".
  package var description: String { mode == .serial ? mode.rawValue : "\(mode.rawValue) \(workers)" }
}

/// All that was measured of one setting; samples are in the order of the rounds.
package struct Samples: Hashable, Sendable {
  package let configuration: Configuration
  package var memory: MemoryPeak
  /// Runs with nothing to do: what starting and ending costs.
  package var starts: [Measurement] = []
  /// Runs over all of the work.
  package var runs: [Measurement] = []
  /// What each item took in the warm-up; empty where nobody asked.
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
