/// Chooses the number of readers by what storage and workers were measured to do. It has no clock: times are given to it.
///
/// Workers read for themselves until waiting for storage takes a fair share of their time. Then the number of readers doubles
/// while workers still wait and the storage answers more reads a second by it. Where it does not (one disk, a saturated link),
/// the number goes back, and further down as long as fewer readers do as well.
struct ReaderControl {
  static let maximum = 64

  /// Nil where the number is chosen here.
  private let fixed: Int?
  private let isRemote: Bool
  private let workers: Int
  /// The number of readers; 0 while workers read.
  private(set) var count: Int

  /// While workers read.
  private var share = WaitShare()

  // While readers read: sums over the reads that ended since the number changed.
  private var begin: UInt64
  private var readCount = 0
  private var latency = 0.0
  private var starved = 0.0

  private var phase = Phase.growing
  /// The best number so far and the reads a second that it gave, where the present number is a trial.
  private var reference: (count: Int, rate: Double)?
  /// Whether fewer readers were tried.
  private var hasShrunk = false
  private var holdLength = 8

  private enum Phase {
    case growing, shrinking
    /// No trials for this many measurements.
    case holding(Int)
  }

  /// Twice the readers must give so much more; and half of them so much of what the whole gives.
  private static let growth = 1.1
  private static let loss = 0.95
  /// The share of the workers' time without a source that counts as starving.
  private static let starving = 0.05

  /// - Parameters:
  ///   - fixed: the number of readers, or 0 for none; nil to choose it.
  ///   - isRemote: whether the sources are in a network file system, whose calls may never return. There readers start at once,
  ///     and workers never read.
  init(fixed: Int?, workers: Int, isRemote: Bool, now: UInt64) {
    self.fixed = fixed
    self.isRemote = isRemote
    self.workers = workers
    count = fixed ?? (isRemote ? 8 : 0)
    begin = now
  }

  // MARK: - While workers read

  /// A worker has read and processed an image. May start readers.
  /// - Parameter byteCount: of the source.
  mutating func imageEnded(reading: UInt64, byteCount: Int, computing: UInt64, now: UInt64) {
    guard count == 0, fixed == nil else { return }
    share.add(waiting: reading, byteCount: byteCount, computing: computing)
    guard share.isFair else { return }
    let needed = Double(workers) * share.waiting / max(share.computing, 1)
    set(Int(min(max(needed, 2), 8)), now)
  }

  // MARK: - While readers read

  /// A reader has read a source.
  /// - Parameter start: when it began.
  mutating func readEnded(start: UInt64, now: UInt64) {
    guard fixed == nil, count > 0 else { return }
    readCount += 1
    latency += Double(now - start)
    if readCount >= max(count, 4) { evaluate(now) }
  }

  /// A worker had no source for that long.
  mutating func workerStarved(_ nanoseconds: UInt64) { starved += Double(nanoseconds) }

  private mutating func evaluate(_ now: UInt64) {
    let mean = latency / Double(readCount)
    let time = Double(max(now - begin, 1))
    let rate = Double(readCount) / time
    let isStarving = starved > ReaderControl.starving * Double(workers) * time
    if mean < WaitShare.minLatency && !isRemote { return stop(now) }
    switch phase {
    case .growing:
      if let reference, rate < reference.rate * ReaderControl.growth {
        set(reference.count, now)
        if !hasShrunk && count > 1 {
          hasShrunk = true
          self.reference = reference
          phase = .shrinking
          set(count / 2, now)
        } else {
          hold()
        }
      } else if isStarving && count < ReaderControl.maximum {
        reference = (count, rate)
        set(min(count * 2, ReaderControl.maximum), now)
      } else {
        reference = nil
        restart(now)
      }
    case .shrinking:
      guard let reference else { return hold() }
      if rate < reference.rate * ReaderControl.loss {
        set(reference.count, now)
        hold()
      } else if count > 1 {
        self.reference = (count, max(rate, reference.rate))
        set(count / 2, now)
      } else {
        restart(now)
        hold()
      }
    case .holding(let left):
      phase = left > 1 ? .holding(left - 1) : .growing
      restart(now)
    }
  }

  /// No trials for a while, longer each time.
  private mutating func hold() {
    phase = .holding(holdLength)
    holdLength = min(holdLength * 2, 1 << 20)
    reference = nil
  }

  /// The storage answers as fast as memory: workers read again.
  private mutating func stop(_ now: UInt64) {
    set(0, now)
    share = WaitShare()
    phase = .growing
    reference = nil
  }

  private mutating func set(_ count: Int, _ now: UInt64) {
    self.count = count
    restart(now)
  }

  private mutating func restart(_ now: UInt64) {
    begin = now
    (readCount, latency, starved) = (0, 0, 0)
  }
}
