import Benchmarking
import RunState
import SystemPackage
import TestSupport
import Testing
import TextFormatting

@Suite struct ScalingProfileTests {
  /// A simulated machine with a number of cores, whose runs of 100 images scale by a law, with 1 % of noise.
  struct Synthetic: BenchmarkTarget {
    struct Never: Error {}

    var cores = 8
    var serialShare = 0.039
    var coherency = 0.0
    var noise = 1.0 / 3
    /// The relative slowdown from each round to the next.
    var slowdown = 0.0
    /// The share of the time that the read stage waits.
    var waiting = 0.0
    var isBoundByCores = true
    var random = SeededNumbers(seed: 5)
    var runs: [Configuration: Int] = [:]

    mutating func warmUp(_ configuration: Configuration) throws(Never) -> WarmUp {
      WarmUp(
        memory: MemoryPeak(byteCount: 10_000_000 * configuration.workers, method: .proportionalShares),
        items: (1...50).map {
          ItemCost(size: $0 * 300_000, wall: .milliseconds($0), cpu: .milliseconds($0))
        })
    }

    mutating func start(_ configuration: Configuration) throws(Never) -> Measurement {
      Measurement(wall: .milliseconds(9), user: .milliseconds(5), system: .milliseconds(3))
    }

    mutating func work(_ configuration: Configuration) throws(Never) -> Measurement {
      let round = runs[configuration, default: 0]
      runs[configuration] = round + 1
      let useful = isBoundByCores ? min(configuration.workers, cores) : configuration.workers
      let speedUp = ScalingLaw.universal.speedUp(Double(useful), serialShare: serialShare, coherency: coherency)
      let pace = (1 + (random.noise() - 1) * noise) * (1 + slowdown * Double(round))
      let wall = 8 * pace / speedUp * (configuration.mode == .processes ? 1.001 : 1)
      let cpu = isBoundByCores ? 8.0 * pace : 0.1 * pace
      let worked = Double(configuration.workers) * wall
      return Measurement(
        wall: .seconds(wall), user: .seconds(cpu * 0.9), system: .seconds(cpu * 0.1),
        stages: [
          StageCost(name: "read", wall: .seconds(worked * (0.1 + waiting)), cpu: .seconds(cpu * 0.1)),
          StageCost(name: "decode", wall: .seconds(worked * (0.9 - waiting)), cpu: .seconds(cpu * 0.8)),
        ])
    }

    mutating func profile(
      _ counts: [Int], rounds: Int = 5, workload: Workload = .resize, bands: SingleImageScaling? = nil,
      load: MachineLoad? = nil
    ) throws -> ScalingProfile {
      let schedule = InterleavedSchedule(ScalingProfile.configurations(workload.modes, counts: counts), rounds: rounds)
      return ScalingProfile(
        work: WorkSummary(
          workload, items: 100, failed: 0, megapixels: workload.bound == .cores ? 250 : nil,
          inputs: workload.bound == .cores ? .cached : .remote),
        cores: cores, records: try schedule.run(&self), bands: bands, load: load)
    }
  }

  static let machine = Machine(root: "/nowhere", usableCores: 8, software: "imgbatch <test>")
  static let fetch = Workload(
    name: "fetch", title: "Downloads", item: "download", bound: .answers, workersOption: "--connections",
    modes: [.serial, .threads, .processes])

  static func bands(_ resize: Duration) -> SingleImageScaling {
    let runs = [1, 2, 4].map { bands in
      SingleImageScaling.Run(
        bands: bands,
        samples: (0..<4).map { round in
          [
            StageCost(name: "decode", wall: .milliseconds(90) + .microseconds(round), cpu: .milliseconds(90)),
            StageCost(name: "resize", wall: resize / bands, cpu: resize),
          ]
        })
    }
    return SingleImageScaling(name: "a<b>.jpg", megapixels: 24, sharedStages: ["resize"], runs: runs)
  }

  @Test func `serial is measured once, and every other mode from one worker on`() {
    let configurations = ScalingProfile.configurations(Workload.resize.modes, counts: [4, 2])
    #expect(
      configurations.map(\.description) == [
        "serial", "threads 1", "threads 2", "threads 4", "processes 1", "processes 2", "processes 4",
      ])
    #expect(ScalingProfile.doublings(upTo: 1) == [1])
    #expect(ScalingProfile.doublings(upTo: 2) == [1, 2])
    #expect(ScalingProfile.doublings(upTo: 12) == [1, 2, 4, 8, 12])
  }

  /// The whole path from the schedule to the advice, in microseconds instead of minutes.
  @Test func `a serial share of 3.9 % is found within half a point from the runs of a whole profile`() throws {
    for seed in 1...20 {
      var stub = Synthetic(random: SeededNumbers(seed: UInt64(seed)))
      let profile = try stub.profile([1, 2, 4, 8])
      for mode in profile.modes {
        let fit = try #require(profile.fit(.amdahl, mode))
        #expect(abs(fit.serialShare.estimate - 0.039) < 0.005, "seed \(seed): \(fit.serialShare)")
      }
      #expect(profile.advice.contains { $0.hasPrefix("Amdahl's law fitted to threads: a serial share of ") })
      #expect(
        profile.advice.contains { $0.hasPrefix("Universal Scalability Law fitted to processes: a serial share of ") })
      for point in profile.points(.threads).dropFirst() {
        let share = try #require(point.karpFlatt)
        #expect(abs(share.estimate - 0.039) < 0.02)
        #expect(abs(point.inflation.estimate - 1) < 0.02)
      }
    }
  }

  @Test func `nothing is fitted beyond the cores, nor from too few points`() throws {
    var stub = Synthetic(cores: 2)
    let two = try stub.profile([1, 2, 3])
    #expect(two.fit(.amdahl, .threads) == nil && two.fit(.universal, .threads) == nil)
    #expect(
      two.advice.contains(
        "Too few points for a law: 2 counts of workers within 2 cores; Amdahl's law needs 3, Universal Scalability Law "
          + "needs 4."))
    #expect(two.points(.threads).map(\.isBeyondCores) == [false, false, true])
    #expect(two.ideal(3) == 2)
    #expect(two.text(on: ScalingProfileTests.machine, width: 80).contains("threads         3*"))
    var four = Synthetic(cores: 4)
    let profile = try four.profile([1, 2, 4, 8, 16])
    #expect(try #require(profile.fit(.amdahl, .threads)).range == 1...4)
    #expect(profile.fit(.universal, .threads) == nil)
    #expect(profile.advice.contains { $0.hasPrefix("Too few points for a law: 3 counts") && $0.hasSuffix("needs 4.") })
  }

  @Test func `the advice has the fewest workers that nearly reach the best speed`() throws {
    var stub = Synthetic(serialShare: 0.3, coherency: 0.02, noise: 0.02)
    let profile = try stub.profile([1, 2, 4, 8])
    // The law's best is at 6; 4 and 8 are within 3 % of each other.
    #expect(profile.best == Configuration(.threads, workers: 4))
    #expect(profile.advice[0].hasPrefix("Use --mode threads --jobs 4 here: "))
    #expect(profile.advice[0].contains(". --jobs 2 takes ") && profile.advice[0].contains(". --jobs 8 takes "))
    #expect(profile.advice.contains { $0.contains("; more than 6 workers take longer") })
  }

  @Test func `noise leads to no advice, and its cause is reported where known`() throws {
    var stub = Synthetic(cores: 2, serialShare: 0.95, noise: 8)
    let noisy = try stub.profile([1, 2], load: MachineLoad(otherCores: 1.5, stolenShare: 0.04, throttledSeconds: 3))
    #expect(noisy.best == nil)
    let reason = noisy.advice[0]
    #expect(reason.hasPrefix("No advice: the runs vary too much to rank the settings, by "))
    #expect(reason.hasSuffix(" Measure again on an idle machine, or with more --runs."))
    #expect(!noisy.advice.contains { $0.contains("--mode") || $0.hasPrefix("Confidence") })
    for text in [
      "Other processes kept 1.50 cores busy", "The hypervisor gave 4.0 % of the time",
      "quota (cgroup) stopped the runs for 3.00 s",
    ] { #expect(reason.contains(text)) }
    var hot = Synthetic(noise: 0.001, slowdown: 0.05)
    let hotAdvice = try hot.profile([1, 2, 4]).advice
    #expect(
      hotAdvice[0].contains(
        "took 20 % more CPU time in the last round than in the first: the clock of the CPU slowed down."))
    var quiet = Synthetic()
    let quietAdvice = try quiet.profile([1, 2, 4]).advice
    #expect(
      quietAdvice.last?.hasPrefix("Confidence: the machine was quiet, and the runs of each setting vary by ") == true)
  }

  @Test func `an advantage is no advice where the runs vary more than the threshold`() throws {
    var stub = Synthetic(cores: 2, serialShare: 0, noise: 2)
    let profile = try stub.profile([1, 2])
    #expect(profile.points(.threads)[1].speedUp.lowest > 1.5)
    #expect(profile.widestSpread.spread > 0.1)
    #expect(profile.best == nil && profile.bestPoint == nil)
    #expect(profile.jsonLines(version: "1", on: ScalingProfileTests.machine).contains(#""mode":null,"jobs":null"#))
  }

  @Test(arguments: [80, 100, 120])
  func `the report has the advice first, fits the terminal, and its words stay whole`(width: Int) throws {
    var stub = Synthetic()
    let profile = try stub.profile([1, 2, 4, 8], bands: ScalingProfileTests.bands(.milliseconds(50)))
    let text = profile.text(on: ScalingProfileTests.machine, width: width)
    #expect(text.hasPrefix("Use --mode threads --jobs 8 here: "))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
    #expect(!text.contains("Karp"))
    let words = text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    for sentence in profile.advice { #expect(words.contains(sentence)) }
    #expect(
      words.contains("mode workers wall s images/s speed-up (95 %) efficiency CPU vs serial memory varies")
        == (width == 120))
    #expect(words.contains("mode workers wall s speed-up (95 %) efficiency CPU vs serial serial 1 ") == (width == 80))
    let starts = text.split(separator: "\n").compactMap { line in
      ["Use ", "100 images", "mode ", "Speed-up over", "ms per image", "Start-up", "All settings"].first {
        line.hasPrefix($0)
      }
    }
    #expect(starts == ["Use ", "100 images", "mode ", "Speed-up over", "ms per image", "Start-up", "All settings"])
    let markdown = profile.markdown(on: ScalingProfileTests.machine)
    #expect(
      markdown.contains(" | efficiency | CPU vs serial | Karp-Flatt | ") && markdown.contains("Karp-Flatt: the serial"))
    #expect(ProfilePage([profile], on: ScalingProfileTests.machine).html.contains(">Karp-Flatt</th>"))
  }

  @Test func `waiting for storage is reported with its share`() throws {
    var stub = Synthetic(waiting: 0.4)
    let profile = try stub.profile([1, 2])
    #expect(
      profile.advice.contains { $0.hasPrefix("Storage-bound: the workers spend 50 % of their time in read, and ") })
    var fast = Synthetic()
    let advice = try fast.profile([1, 2]).advice
    #expect(!advice.contains { $0.hasPrefix("Storage-bound") })
  }

  @Test func `bands within one image are compared with Amdahl's law, from the stages alone`() {
    let bands = ScalingProfileTests.bands(.milliseconds(10))
    #expect(abs(bands.serialShare.estimate - 0.9) < 1e-4)
    #expect(abs(bands.limit - 1 / 0.9) < 1e-3)
    #expect(abs(bands.speedUp(bands.runs[1]).estimate - 100 / 95) < 1e-3)
    #expect(abs(bands.allowed(2) - 100 / 95) < 1e-3)
    let text = bands.text(comparedWith: nil)
    #expect(text.contains("the cores share resize. Decode runs on one core and takes 90 % of the time"))
    #expect(text.contains("Amdahl's law limits the speed-up to 1.11 times on any number of cores"))
    let both = SingleImageScaling(
      name: bands.name, megapixels: 24, sharedStages: ["decode", "resize"],
      runs: bands.runs.map { run in
        SingleImageScaling.Run(
          bands: run.bands,
          samples: run.samples.map { stages in
            stages + ["read", "write"].map { StageCost(name: $0, wall: .milliseconds(50), cpu: .zero) }
          })
      })
    #expect(abs(both.serialShare.estimate - 0.5) < 1e-4)
    #expect(
      both.text(comparedWith: nil).contains(
        "share decode and resize. Read and write run on one core and take 50 % of the time"))
  }

  @Test func `work that waits for answers is not bound by cores`() throws {
    var stub = Synthetic(cores: 2, serialShare: 0, isBoundByCores: false)
    let profile = try stub.profile([1, 2, 4, 8, 16], workload: ScalingProfileTests.fetch)
    #expect(profile.best == Configuration(.threads, workers: 16))
    #expect(profile.advice[0].hasPrefix("Use --mode threads --connections 16 here: 16."))
    #expect(profile.ideal(16) == 16)
    #expect(try #require(profile.fit(.universal, .threads)).range == 1...16)
    #expect(profile.points(.threads).allSatisfy { !$0.isBeyondCores })
  }

  @Test func `CSV and JSON contain every sample, and Markdown has a row for each setting`() throws {
    var stub = Synthetic(cores: 2)
    let profile = try stub.profile([1, 2], rounds: 3, bands: ScalingProfileTests.bands(.milliseconds(50)))
    let rows = profile.csv.split(separator: "\n").map { $0.split(separator: ",") }
    #expect(rows.count == 1 + 5 * 3 && Set(rows.map(\.count)) == [13])
    #expect(
      rows[0].joined(separator: ",").hasPrefix("workload,mode,workers,round,wall,user,system,start,peak,read_wall"))
    #expect(rows[1].prefix(4).joined(separator: ",") == "resize,serial,1,1")
    let lines = profile.jsonLines(version: "1", on: ScalingProfileTests.machine).split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix(#"{"event":"setting","#) }.count == 5)
    #expect(lines.filter { $0.contains(#""refused":"too few points""#) }.count == 4)
    #expect(lines.filter { $0.hasPrefix(#"{"event":"bands","#) }.count == 3)
    #expect(lines.last?.hasPrefix(#"{"event":"advice","mode":"threads","jobs":2,"words":["Use --mode threads"#) == true)
    #expect(profile.markdown(on: ScalingProfileTests.machine).contains("\n| threads | 1 | "))
  }

  @Test func `the page shows both curves next to each other, and all text is escaped`() throws {
    var cpu = Synthetic(cores: 4)
    var waiting = Synthetic(cores: 4, serialShare: 0, isBoundByCores: false)
    let profiles = [
      try cpu.profile([1, 2, 4], bands: ScalingProfileTests.bands(.milliseconds(10))),
      try waiting.profile([1, 2, 4, 8, 16], workload: ScalingProfileTests.fetch),
    ]
    let page = ProfilePage(profiles, on: ScalingProfileTests.machine).html
    #expect(
      page.contains("Thumbnails: bound by 4 cores") && page.contains("Downloads: bound by responses, not by 4 cores"))
    #expect(page.contains("a&lt;b&gt;.jpg") && !page.contains("a<b>"))
    #expect(page.contains("imgbatch &lt;test&gt;"))
    #expect(!page.contains("<script") && !page.contains("http:") && !page.contains("https:"))
    for count in ["<svg", "<table", "<figure", "<li", "<p", "<div"] {
      let close = "</" + count.dropFirst() + ">"
      let opened = page.matches(of: try Regex(count + "[ >]")).count
      let closed = page.matches(of: try Regex(close)).count
      #expect(opened > 0 && opened == closed, "\(count)")
    }
    #expect(!page.contains("NaN") && !page.contains("infinity") && !page.contains("\"?\""))
  }
}
