internal import SystemSupport

/// What a run may take: memory of all its workers together, and time for each image. What is made does not depend on it.
package struct WorkLimits: Hashable, Sendable {
  /// For the whole run, in bytes (`--max-memory`).
  package var memoryByteCount: Int = AvailableMemory.byteCount / 2
  /// For one image, from its opening on, but for the time that it waits for memory (`--timeout`); nil for no limit.
  package var timeout: Duration? = .seconds(60)

  package init() {}
}
