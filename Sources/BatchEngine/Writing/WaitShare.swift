internal import ImageErrors
internal import SystemSupport

/// Whether storage takes a fair share of the workers' time, over the latest images. It has no clock: times are given to it.
struct WaitShare {
  private var imageCount = 0
  /// Images that waited long.
  private var slowCount = 0
  /// In nanoseconds.
  private(set) var waiting = 0.0
  private(set) var computing = 0.0

  /// On a busy machine a worker may lose its core while it reads or writes. So most images must have waited, of that many at least.
  private static let minImages = 6
  /// Less is no fair share, and less in all is not worth a thread: a hand-over from thread to thread takes some 10 µs an image.
  private static let minShare = 0.2
  private static let minWaiting = 20e6
  /// What takes less, on average, is as well done by the worker. In nanoseconds.
  static let minLatency = 0.2e6
  /// For one byte, into memory that was not used before.
  private static let copyNanoseconds: UInt64 = 1
  private static let maxImageCount = 32

  /// - Parameters:
  ///   - waiting: for storage, in nanoseconds.
  ///   - byteCount: that were read or written. Copying them from memory to memory is not waiting.
  ///   - computing: in nanoseconds.
  mutating func add(waiting: UInt64, byteCount: Int, computing: UInt64) {
    if imageCount == WaitShare.maxImageCount {
      imageCount /= 2
      slowCount /= 2
      self.waiting /= 2
      self.computing /= 2
    }
    let copying = min(waiting, UInt64(byteCount) * WaitShare.copyNanoseconds)
    imageCount += 1
    if Double(waiting - copying) >= WaitShare.minLatency { slowCount += 1 }
    self.waiting += Double(waiting - copying)
    self.computing += Double(computing + copying)
  }

  var isFair: Bool {
    imageCount >= WaitShare.minImages && 3 * slowCount >= 2 * imageCount && waiting >= WaitShare.minWaiting
      && waiting >= WaitShare.minLatency * Double(imageCount)
      && waiting >= WaitShare.minShare * (waiting + computing)
  }

  /// Whether enough images have shown that storage is as fast as memory.
  var isShort: Bool {
    imageCount >= WaitShare.maxImageCount / 2 && waiting < WaitShare.minLatency * Double(imageCount)
  }
}

extension StageTimes {
  /// Time that was spent on neither reading nor writing, in nanoseconds.
  var computing: UInt64 { UInt64(max(.zero, total - self[.read] - self[.write]).nanoseconds) }
}
