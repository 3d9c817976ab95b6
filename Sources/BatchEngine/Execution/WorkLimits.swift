internal import SystemSupport

/// Limits of a run: the memory of all workers together, and the time of each image. Output bytes do not depend on them.
package struct WorkLimits: Hashable, Sendable {
  /// For the whole run, in bytes (`--max-memory`).
  package var memoryByteCount: Int = AvailableMemory.byteCount / 2
  /// For one image, from opening its source, without the time that it waits for memory (`--timeout`); nil for no limit.
  package var timeout: Duration? = .seconds(60)

  package init() {}
}
