/// How the images of a run share the cores (`--mode`).
package enum ExecutionMode: String, CaseIterable, Sendable {
  /// One after another on one core: the measure for the others.
  case serial
  /// Workers that share this process's memory.
  case threads
  /// Long-lived worker processes: a crash costs one image, memory is apart.
  case processes
}

/// How long a worker process lives. `compare` measures what a fresh one for each image would cost.
package enum WorkerLifetime: String, CaseIterable, Sendable {
  case run, image
}
