import Benchmarking
import RunState
import Testing

/// Waiting and computing apart, for measured values that are given.
@Suite struct StorageSpeedTests {
  private let walls: [BenchmarkMode: Int] = [
    .serial: 4000, .threads: 280, .unassistedThreads: 2000, .processes: 300, .perImage: 900,
  ]

  /// Runs of 100 images, in milliseconds, with 1 % between rounds. The images wait for `waiting` of their time in all of them.
  private func samples(_ configuration: Configuration, wall: Int, waiting: Double, readers: Int = 0) -> Samples {
    Samples(
      configuration: configuration, memory: MemoryPeak(byteCount: 30_000_000, method: .proportionalShares),
      starts: (0..<3).map { _ in Measurement(wall: .milliseconds(9), user: .milliseconds(5), system: .zero) },
      runs: (0..<3).map { round in
        let wall = Duration.milliseconds(wall) * (1 + Double(round) / 200)
        return Measurement(
          wall: wall, user: .milliseconds(90 + round), system: .milliseconds(10),
          stages: [
            StageCost(name: "read", wall: wall * (waiting + 0.01), cpu: wall * 0.01),
            StageCost(name: "decode", wall: wall * (0.99 - waiting), cpu: wall * (0.99 - waiting)),
          ], readers: readers)
      })
  }

  private func comparison(
    _ storage: StorageSpeed, waiting: Double = 0.88, modes: Workload = .resizeFromSlowStorage,
    inputs: WorkSummary.Inputs = .slow
  ) -> Comparison {
    let records = modes.modes.map { mode in
      samples(
        Configuration(mode, workers: 2), wall: walls[mode, default: 0], waiting: waiting,
        readers: [.threads, .processes].contains(mode) ? 16 : 0)
    }
    return Comparison(
      work: WorkSummary(modes, items: 100, failed: 0, megapixels: 19, inputs: inputs), workers: 2, cores: 2,
      records: records, storage: storage)
  }

  private func line(_ comparison: Comparison) -> String? {
    comparison.advice.first { $0.contains("torage-bound") || $0.contains("for storage at first") }
  }

  @Test func `reading from memory is computing, and the rest of the time of reading is waiting`() {
    let time = WaitingTime([
      StageCost(name: "read", wall: .milliseconds(90), cpu: .milliseconds(2)),
      StageCost(name: "decode", wall: .milliseconds(10), cpu: .milliseconds(7)),
    ])
    #expect(time.waiting == .milliseconds(88) && time.computing == .milliseconds(12))
    #expect(time.share == 0.88)
    #expect(WaitingTime([]).share == 0)
    #expect(WaitingTime([StageCost(name: "read", wall: .milliseconds(1), cpu: .milliseconds(2))]).share == 0)
  }

  @Test func `storage is as slow as it is for images that were read before`() {
    #expect(StorageSpeed(first: 0.9, second: 0.9) == .slow)
    #expect(StorageSpeed(first: 0.1, second: 0.3) == .slow)
    #expect(StorageSpeed(first: 0.9, second: 0.29) == .cached)
    #expect(StorageSpeed(first: 0.29, second: 0) == .fast)
  }

  @Test
  func `a comparison on slow storage has the share of waiting, the gain of readers, and the most that cores can do`() {
    let slow = comparison(.slow)
    #expect(
      slow.advice[1]
        == "Storage-bound: 88 % waiting; 16 readers are 7.1 times as fast as none (95 %: 7.1 to 7.1); faster cores alone would "
        + "give 1.14 at most.")
    #expect(slow.advice[0].hasPrefix("Use --mode threads here: with 2 workers it is 14.3 times as fast as serial"))
    let lines = slow.text(width: 80).split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines.contains { $0.hasPrefix("100 images, 19.0 megapixels; 2 workers on 2 cores") })
    #expect(lines.contains { $0.hasPrefix("threads (no readers)    2.01") })
    #expect(slow.text(width: 1000).contains("; 3 runs of each, sources on slow storage.\n"))
    let json = slow.jsonLines(version: "1").split(separator: "\n")
    #expect(json[2].hasSuffix(#""waitingShare":0.88,"readers":16}"#), "\(json[2])")
    #expect(json[3].hasPrefix(#"{"event":"mode","mode":"threads without readers","wallSeconds":[2,2.0"#))
    #expect(json[3].hasSuffix(#""waitingShare":0.88}"#))
  }

  @Test func `what is in the cache of the system is not called slow, neither before nor during the measurement`() {
    let text =
      "The images waited for storage at first. Now the files are in the cache of the system, so storage cannot be measured"
    #expect(
      line(comparison(.cached, modes: .resize, inputs: .cached)) == text
        + "; --cold drops them from there before each run.")
    #expect(line(comparison(.cached, modes: .resize, inputs: .cold)) == text + ".")
    #expect(line(comparison(.slow, waiting: 0.29))?.hasPrefix(text) == true)
    #expect(line(comparison(.fast, modes: .resize, inputs: .cached)) == nil)
    #expect(
      line(comparison(.slow, modes: .resize))
        == "Storage-bound: 88 % waiting, without readers (--readers 0).")
  }

  /// Each reader waits 40 ms for an image, up to 16; and 2 cores need 0.3 s for all images.
  private func readersProfile() -> ScalingProfile {
    let configurations = ScalingProfile.configurations(Workload.read.modes, counts: [1, 2, 4, 8, 16, 32])
    let records = configurations.map { configuration in
      samples(
        configuration, wall: max(4000 / configuration.workers, 300), waiting: 0.88,
        readers: configuration.mode == .serial ? 0 : configuration.workers)
    }
    return ScalingProfile(
      work: WorkSummary(.read, items: 100, failed: 0, megapixels: 19, inputs: .slow), cores: 2, records: records)
  }

  @Test func `a profile of readers has its own curve, and the profile of cores a line about it`() throws {
    let readers = readersProfile()
    let gain = try #require(readers.readersGain)
    #expect(gain.readers == 16 && gain.waiting == 0.88)
    #expect(abs(gain.gain.estimate - 4000 / 300.0) < 1e-9)
    #expect(
      readers.advice[0].hasPrefix(
        "--readers 16 is enough here: 13.3 times as fast as serial (95 %: 13.3 to 13.3). --readers 8 takes"))
    #expect(readers.advice[0].hasSuffix(" --readers auto, the default, finds a number by itself."))
    #expect(!readers.advice.contains { $0.contains("Use --mode") || $0.contains("worker") })
    let text = readers.text(on: ScalingProfileTests.machine, width: 80)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    for part in ["\nmode     readers  wall s", "\nreaders       16   0.302", "  readers\n", "(r readers, . ideal)"] {
      #expect(text.contains(part), "\(part)")
    }
    let cores = ScalingProfile(
      work: WorkSummary(.resize, items: 100, failed: 0, megapixels: 19, inputs: .slow, readers: 16), cores: 2,
      records: ScalingProfile.configurations(Workload.resize.modes, counts: [1, 2]).map {
        samples($0, wall: $0.workers == 1 ? 310 : 300, waiting: 0.9, readers: 16)
      }, storage: .slow, storageGain: gain)
    #expect(
      cores.advice[1]
        == "Storage-bound: 88 % waiting; 16 readers are 13 times as fast as one (95 %: 13 to 13); with them, more cores "
        + "give 1.0."
    )
    #expect(!cores.advice.contains { $0.hasPrefix("Storage-bound: the workers") })
    #expect(
      cores.jsonLines(version: "1", on: ScalingProfileTests.machine).contains(#""megapixels":19.0,"readers":16,"#))
    let page = ProfilePage([cores, readers], on: ScalingProfileTests.machine).html
    #expect(
      page.contains("Thumbnails: bound by 2 cores") && page.contains("Reading ahead: bound by storage, not by 2 cores"))
    #expect(
      page.contains("Reading ahead: 16 readers are 13.3 times as fast as one on 2 cores, because waiting needs no CPU;")
    )
    #expect(page.contains("line-readers") && page.contains(">readers</text>"))
  }
}
