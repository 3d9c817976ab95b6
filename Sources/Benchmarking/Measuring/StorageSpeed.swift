package import RunState
internal import TextFormatting

/// The time of images: waiting for storage, and everything else.
package struct WaitingTime: Hashable, Sendable {
  package var waiting: Duration
  package var computing: Duration

  /// Reading from memory takes processor time, so only the rest of the time of reading is waiting.
  package init(_ stages: [StageCost]) {
    let read = stages.first { $0.name == "read" }
    waiting = read.map { max(.zero, $0.wall - $0.cpu) } ?? .zero
    computing = stages.reduce(.zero) { $0 + $1.wall } - waiting
  }

  /// The share of the waiting, in 0...1.
  package var share: Double {
    let total = waiting + computing
    return total > .zero ? waiting / total : 0
  }
}

/// Whether storage makes images wait.
package enum StorageSpeed: Hashable, Sendable {
  case fast
  case slow
  /// It made them wait at first. Now the files are in the cache of the system, so storage cannot be measured.
  case cached

  /// From this share of waiting on, storage is slow.
  package static let slowShare = 0.3

  /// - Parameters: the shares of waiting where the same images were made twice.
  package init(first: Double, second: Double) {
    self = second >= StorageSpeed.slowShare ? .slow : first >= StorageSpeed.slowShare ? .cached : .fast
  }

  static func cachedText(_ inputs: WorkSummary.Inputs) -> String {
    "The images waited for storage at first. Now the files are in the cache of the system, so storage cannot be measured"
      + (inputs == .cold ? "." : "; --cold drops them from there before each run.")
  }
}

/// What readers and cores do for images from slow storage.
package struct StorageGain: Hashable, Sendable {
  /// The share of waiting in the time of images without readers.
  package var waiting: Double
  package var readers: Int
  /// The speed-up by the readers.
  package var gain: ConfidenceInterval

  package init(waiting: Double, readers: Int, gain: ConfidenceInterval) {
    self.waiting = waiting
    self.readers = readers
    self.gain = gain
  }

  /// For example "Storage-bound: 88 % waiting; 16 readers are 7.1 times as fast as one (95 %: 6.8 to 7.4); ...". The cache of the
  /// system may have filled during the measurement. Then nothing is said of readers.
  /// - Parameters:
  ///   - other: the number of readers that the speed-up is compared with.
  ///   - cores: what cores would give.
  func sentence(comparedWith other: String, cores: @autoclosure () -> String, _ inputs: WorkSummary.Inputs) -> String {
    guard waiting >= StorageSpeed.slowShare else { return StorageSpeed.cachedText(inputs) }
    let effect =
      readers == 0
      ? "no readers were started"
      : "\(counted(readers, "reader")) \(readers == 1 ? "is" : "are") \(twoDigits(gain.estimate)) times as fast as \(other) "
        + "(95 %: \(twoDigits(gain.lowest)) to \(twoDigits(gain.highest)))"
    return "Storage-bound: \(percent(waiting)) waiting; \(effect); \(cores())."
  }
}

extension Samples {
  /// The median share of waiting in the time of the images.
  package var waitingShare: Double { Summary(runs.map { WaitingTime($0.stages).share }).median }

  /// The median number of threads that read ahead.
  package var readers: Int { Int(Summary(runs.map { Double($0.readers) }).median) }
}
