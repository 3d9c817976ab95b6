/// How the images of a run share the cores (`--mode`).
package enum ExecutionMode: String, CaseIterable, Sendable {
  /// One image after another on one core: the baseline for the other modes.
  case serial
  /// Workers that share this process's memory.
  case threads
  /// Worker processes with separate memory: a crash costs one image.
  case processes
}

/// The lifetime of a worker process. `compare` measures the cost of a new process for each image.
package enum WorkerLifetime: String, CaseIterable, Sendable {
  case run
  case image = "picture"
}
