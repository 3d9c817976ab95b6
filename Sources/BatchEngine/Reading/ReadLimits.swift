internal import ImageErrors

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

/// What reading and writing did to a run.
package struct ReadReport: Hashable, Sendable {
  /// The number of readers that was found to be best; 0 if workers read all sources.
  package var readers = 0
  /// The largest number of writers; 0 if workers wrote all outputs.
  package var writers = 0
  /// The images that were written: time spent on reading, on writing, and on everything.
  private var reading = Duration.zero
  private var writing = Duration.zero
  private var total = Duration.zero

  package init() {}

  mutating func add(_ times: StageTimes) {
    reading += times[.read]
    writing += times[.write]
    total += times.total
  }

  /// The share of the images' time that was spent on reading, in 0...1; 0 if none was written.
  package var share: Double { total > .zero ? reading / total : 0 }
  /// The same for writing.
  package var writingShare: Double { total > .zero ? writing / total : 0 }
}
