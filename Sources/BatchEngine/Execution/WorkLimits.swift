internal import SystemSupport

/// Limits of a run: the memory of all workers together, and the time of each image. Output bytes do not depend on them.
package struct WorkLimits: Hashable, Sendable {
  /// For the whole run, in bytes (`--max-memory`).
  package var memoryByteCount: Int = AvailableMemory.byteCount / 2
  /// For one image, without the time that it waits for storage or memory (`--timeout`); nil for no limit. A worker process
  /// that reads a source itself does it within this time.
  package var timeout: Duration? = .seconds(60)
  package var reading = ReadLimits()
  /// Whether writers write the outputs; nil to choose it by what is measured. Tests set it.
  var hasWriters: Bool?

  package init() {}
}
