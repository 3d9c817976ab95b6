import Testing

@testable import BatchEngine

/// The number of readers, for storage that is simulated: a time for each read that depends on the number of reads at once.
@Suite struct ReaderControlTests {
  private static let millisecond: UInt64 = 1_000_000

  /// Storage that is read by as many readers as the control asks for, with workers that are starving all the time.
  private struct Simulation {
    var control: ReaderControl
    var now: UInt64 = 0
    /// The time of one read, in nanoseconds, with that many at once.
    let latency: (Int) -> UInt64
    var counts: [Int] = []

    /// All readers begin together and end together: the latency is that of the number.
    mutating func run(rounds: Int, starving: Bool = true) {
      for _ in 0..<rounds {
        let readers = control.count
        if readers == 0 { return }
        let start = now
        now += latency(readers)
        if starving { control.workerStarved(2 * (now - start)) }
        for _ in 0..<readers { control.readEnded(start: start, now: now) }
        counts.append(control.count)
      }
    }
  }

  private func simulation(from count: Int = 8, _ latency: @escaping (Int) -> UInt64) -> Simulation {
    Simulation(control: ReaderControl(fixed: nil, workers: 2, isRemote: true, now: 0), latency: latency)
  }

  @Test func `storage that answers any number of reads at once gets all readers`() {
    var simulation = simulation { _ in 20 * ReaderControlTests.millisecond }
    simulation.run(rounds: 20)
    #expect(Array(simulation.counts.prefix(3)) == [16, 32, 64])
    #expect(simulation.control.count == 64)
  }

  @Test func `a disk that reads one file at a time gets one reader`() {
    var simulation = simulation { UInt64($0) * 5 * ReaderControlTests.millisecond }
    simulation.run(rounds: 40)
    #expect(simulation.control.count == 1)
  }

  @Test func `a disk that gets slower by many reads gets the number that is best`() {
    // Four at once are served in the time of one; each further one adds its time.
    var simulation = simulation { UInt64(max(4, $0)) * 5 * ReaderControlTests.millisecond }
    simulation.run(rounds: 40)
    #expect(simulation.control.count == 4)
  }

  @Test func `the number rises again when the storage has become faster`() {
    var isFast = false
    var simulation = simulation { count in
      isFast ? 20 * ReaderControlTests.millisecond : UInt64(count) * 5 * ReaderControlTests.millisecond
    }
    simulation.run(rounds: 40)
    #expect(simulation.control.count == 1)
    isFast = true
    simulation.run(rounds: 400)
    #expect(simulation.control.count == 64)
  }

  @Test func `there are no more readers while workers have enough to do`() {
    var simulation = simulation { _ in 20 * ReaderControlTests.millisecond }
    simulation.run(rounds: 50, starving: false)
    #expect(simulation.control.count == 8)
  }

  @Test func `workers read again where reads take no time`() {
    var control = ReaderControl(fixed: nil, workers: 2, isRemote: false, now: 0)
    for _ in 0..<6 {
      control.imageEnded(reading: 20 * ReaderControlTests.millisecond, byteCount: 0, computing: 0, now: 0)
    }
    #expect(control.count == 8)
    var now: UInt64 = 0
    for _ in 0..<8 {
      control.readEnded(start: now, now: now + ReaderControlTests.millisecond / 20)
      now += ReaderControlTests.millisecond / 20
    }
    #expect(control.count == 0)
  }

  @Test func `workers never read from a network file system`() {
    var simulation = simulation { _ in ReaderControlTests.millisecond / 20 }
    simulation.run(rounds: 10, starving: false)
    #expect(simulation.control.count == 8)
  }

  @Test(arguments: [
    // Milliseconds of reading and computing for each image, and the readers after 20 images.
    (20, 2, 8), (20, 20, 2), (3, 60, 0), (1, 1, 2), (0, 0, 0),
  ])
  func `readers start when reading takes a fair share of the workers' time`(reading: Int, computing: Int, readers: Int)
  {
    var control = ReaderControl(fixed: nil, workers: 2, isRemote: false, now: 0)
    for image in 1...20 {
      control.imageEnded(
        reading: UInt64(reading) * ReaderControlTests.millisecond,
        byteCount: 0, computing: UInt64(computing) * ReaderControlTests.millisecond, now: UInt64(image))
    }
    #expect(control.count == readers)
  }

  @Test(arguments: [50, 3])
  func `slow reads among fast ones start no readers`(period: Int) {
    var control = ReaderControl(fixed: nil, workers: 2, isRemote: false, now: 0)
    for image in 0..<200 {
      let reading = image % period == 0 ? 40 * ReaderControlTests.millisecond : 30_000
      control.imageEnded(
        reading: reading, byteCount: 30_000, computing: 5 * ReaderControlTests.millisecond, now: UInt64(image))
    }
    #expect(control.count == 0)
  }

  @Test func `copying large files from memory is not waiting`() {
    var control = ReaderControl(fixed: nil, workers: 2, isRemote: false, now: 0)
    for image in 0..<20 {
      let reading = 10 * ReaderControlTests.millisecond
      control.imageEnded(reading: reading, byteCount: 10_000_000, computing: reading, now: UInt64(image))
    }
    #expect(control.count == 0)
  }

  @Test func `a given number stays`() {
    var control = ReaderControl(fixed: 3, workers: 2, isRemote: false, now: 0)
    for round in 1...50 {
      control.workerStarved(100 * ReaderControlTests.millisecond)
      control.readEnded(start: 0, now: UInt64(round) * ReaderControlTests.millisecond)
      control.imageEnded(reading: 1 << 30, byteCount: 0, computing: 0, now: 0)
    }
    #expect(control.count == 3)
  }
}
