/// How sources are read (`--readers`, `--read-timeout`). Output bytes do not depend on it.
package struct ReadLimits: Hashable, Sendable {
  /// The number of threads that read ahead, 0 to 64; nil to choose it by what is measured. With 0, workers read all sources, and
  /// a system call that never returns holds up the run.
  package var readers: Int?
  /// For one source, from opening it until it is in memory; nil for no limit.
  package var timeout: Duration? = .seconds(120)

  package static let readerRange = 0...ReaderControl.maximum

  package init() {}
}

/// What reading did to a run.
package struct ReadReport: Hashable, Sendable {
  /// The number of readers that was found to be best; 0 if workers read all sources.
  package var readers = 0
  /// The images that were written: time spent on reading, and on everything else.
  package private(set) var reading = Duration.zero
  package private(set) var computing = Duration.zero

  package init() {}

  mutating func add(reading: Duration, computing: Duration) {
    self.reading += reading
    self.computing += computing
  }

  /// The share of the images' time that was spent on reading, in 0...1; 0 if none was written.
  package var share: Double {
    let total = reading + computing
    return total > .zero ? reading / total : 0
  }
}
