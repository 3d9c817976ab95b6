import Benchmarking
import Testing
import TextFormatting

@Suite struct ComparisonAdviceTests {
  /// Runs of 100 images in serial, threads, processes and a process per image: wall and CPU times in milliseconds by round. A
  /// tenth of the CPU time is system time.
  private func comparison(
    walls: [[Int]], cpus: [Int] = [2000, 2040, 2080, 2600], workers: Int = 2, failed: Int = 0,
    method: MemoryPeak.Method = .proportionalShares
  ) -> Comparison {
    let records = zip(Workload.resize.modes, zip(walls, cpus)).map { mode, times in
      Samples(
        configuration: Configuration(mode, workers: workers),
        memory: MemoryPeak(byteCount: mode == .processes ? 48_000_000 : 30_000_000, method: method),
        starts: times.0.map { _ in Measurement(wall: .milliseconds(9), user: .milliseconds(5), system: .zero) },
        runs: times.0.enumerated().map { round, wall in
          // Vary the values, so that intervals are not points.
          let cpu = Duration.milliseconds(times.1 + round % 2)
          return Measurement(wall: .milliseconds(wall), user: cpu * 0.9, system: cpu * 0.1)
        })
    }
    return Comparison(
      work: WorkSummary(.resize, items: 100 - failed, failed: failed, megapixels: 250, inputs: .cached),
      workers: workers,
      cores: 2,
      records: records)
  }

  private let usual = [[2000, 2010, 1990], [1040, 1050, 1045], [1050, 1045, 1052], [1350, 1340, 1345]]

  @Test func `threads are recommended where they are as fast as processes, with the cost of isolation`() {
    let text = comparison(walls: usual).advice
    #expect(text.count == 4)
    #expect(text[0].hasPrefix("Use --mode threads here: with 2 workers it is 1.91 times as fast as serial (95 %: 1."))
    #expect(text[0].contains(" --mode processes shows no measurable difference to threads (95 %: -1."))
    #expect(text[0].hasSuffix(" %); use it for untrusted images."))
    #expect(
      text[1].hasPrefix(
        "Isolation in long-lived worker processes adds 0.400 ms of CPU per image: 2 % more (95 %: 2 to 2 %), "))
    #expect(
      text[1].contains("and takes 18.0 MB more memory. One process per image adds 5.60 ms of CPU per image: 27 % more"))
    #expect(text[2].contains("2 threads kept 1.95 cores busy. An image takes 20.0 ms of CPU in serial and 20.4 ms"))
    #expect(text[3] == "Confidence: the runs of each mode vary by 1.0 % at most (serial).")
  }

  @Test func `processes are recommended where they are significantly faster`() {
    let result = comparison(walls: [usual[0], usual[2].map { $0 * 11 / 10 }, usual[1], usual[3]])
    #expect(result.best == .processes)
    #expect(result.advice[0].hasPrefix("Use --mode processes here: with 2 workers it is 1.91 times"))
    #expect(result.advice[0].contains("--mode threads takes 10 % longer (95 %: "))
  }

  @Test func `serial is recommended where nothing is faster, with the reason`() {
    let one = comparison(walls: [usual[0], usual[0], usual[0], usual[0]], workers: 1)
    #expect(one.best == .serial)
    #expect(
      one.advice[0].hasPrefix(
        "Use --mode serial here: no other mode is measurably faster, because there is only one worker. Threads are 1.00 times"
      ))
    let short = comparison(walls: Array(repeating: [20, 19, 21], count: 4))
    #expect(short.advice[0].contains("because the work is short, and 45 % of it is the start of the program."))
  }

  @Test func `there is no advice where the runs vary too much`() {
    let result = comparison(walls: [[2000, 900, 1400], [1040, 2050, 1845], [1950, 1045, 1052], [1350, 1340, 1345]])
    #expect(result.best == nil)
    #expect(result.advice[0].hasPrefix("No advice: the runs vary too much to rank the settings, by 86 % (processes). "))
    #expect(result.jsonLines(version: "0.1.0").contains(#"{"event":"verdict","mode":null,"words":["No advice"#))
  }

  @Test func `large ratios are factors, and advice is withheld on a busy machine even where a mode seems faster`() {
    let slow = comparison(walls: [usual[0], usual[1], usual[2].map { $0 * 10 }, usual[3]])
    #expect(
      slow.advice[0].contains(" --mode processes takes about 10 times as long (95 %: 9.9 to 10 times); use it for "))
    let result = comparison(walls: [[2000, 2500, 1900], [1040, 1350, 1000], [1350, 1000, 1040], [1350, 1340, 1345]])
    #expect(result.best == nil)
    #expect(
      result.advice[0]
        == "No advice: the runs vary too much to rank the settings, by 34 % (threads). Measure again on an idle machine, or "
        + "with more --runs. Until then, --mode threads remains the default.")
    #expect(!result.advice.contains { $0.contains("Use --mode") || $0.hasPrefix("Confidence") })
    let same = comparison(walls: usual, cpus: [2000, 2000, 2000, 2000])
    #expect(
      same.advice[1].hasPrefix(
        "Isolation in long-lived worker processes has no measurable CPU cost (95 %: 0 to 0 %), and"))
  }

  @Test func `the report has the advice first, then the table, start-up times, definitions and the proof`() throws {
    let result = comparison(walls: usual, failed: 4)
    let lines = result.text(width: 1000).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0] == result.advice[0] && lines[1] == "")
    #expect(lines[2...4].map { String($0.dropFirst(2)) } == Array(result.advice.dropFirst()))
    #expect(
      lines[6]
        == "96 images, 250 megapixels, 4 more that failed in every mode; 2 workers on 2 cores; 3 runs of each, "
        + "sources in the page cache.")
    #expect(lines[8].hasPrefix("mode               wall s  user s  system s  CPU ms/image  images/s  megapixels/s"))
    #expect(lines[9].hasPrefix("serial               2.00    1.80     0.200          20.0      48.0           125"))
    #expect(lines[12].hasPrefix("process per image    1.35    2.34     0.260          26.0      71.4           186"))
    #expect(lines[9].hasSuffix("30.0 MB   1.0 %                    1"))
    #expect(Set(lines[8...12].map(\.count)).count == 1)
    #expect(lines[14].hasPrefix("Start-up (an empty run): serial 9.00 ms, threads 9.00 ms, processes 9.00 ms"))
    #expect(lines[15].hasPrefix("Times are medians ") && lines[16].hasPrefix("All modes wrote the same bytes: "))
  }

  @Test(arguments: [80, 100, 120])
  func `the report fits the terminal, and its words stay whole`(width: Int) {
    let result = comparison(walls: usual)
    let text = result.text(width: width)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
    let words = text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    for sentence in result.advice { #expect(words.contains(sentence)) }
    let titles = words.contains(
      "mode wall s user s system s CPU ms/image images/s megapixels/s memory varies speed-up (95 %)")
    #expect(titles == (width == 120))
    #expect(words.contains("mode wall s CPU ms/image memory varies speed-up (95 %) serial 2.00 20.0") == (width == 80))
  }

  @Test func `Markdown has a table, and a peak of one process is described as such`() {
    let text = comparison(walls: usual, method: .largestProcess).markdown
    #expect(text.contains("\n| mode | wall s | user s |"))
    #expect(text.contains("\n| --- | ---: | ---: |"))
    #expect(text.contains("\n| threads | 1.05 | 1.84 | 0.204 | 20.4 | 95.7 | 239 | 30.0 MB | 1.0 % | 1.91 (1."))
    #expect(text.contains("memory: the peak of the largest process, because this kernel does not report shares."))
    #expect(!text.contains("more memory"))
  }

  @Test func `CSV has one line per run`() {
    let rows = comparison(walls: usual).csv.split(separator: "\n")
    #expect(rows.count == 1 + 4 * 3)
    #expect(rows[0] == "workload,mode,workers,round,wall,user,system,start,peak")
    #expect(rows[5] == "resize,threads,2,2,1.05,1.8369,0.2041,0.009,30000000")
  }

  @Test func `JSON contains every sample`() {
    let lines = comparison(walls: usual).jsonLines(version: "0.1.0").split(separator: "\n")
    #expect(lines.count == 6)
    #expect(
      lines[0].hasPrefix(
        #"{"event":"compare","schema":1,"version":"0.1.0","workload":"resize","pictures":100,"failed":0,"#))
    #expect(lines[2].hasPrefix(#"{"event":"mode","mode":"threads","wallSeconds":[1.04,1.05,1.045],"#))
    #expect(lines[5].hasPrefix(#"{"event":"verdict","mode":"threads","words":["Use --mode threads here"#))
  }

  /// Five downloads of 2 s: 10 s one after another, 2 s concurrently, with almost no CPU time.
  @Test func `a comparison of downloads describes what they wait for, without images`() {
    let fetch = Workload(
      name: "fetch", title: "Downloads", item: "download", bound: .answers,
      modes: [.serial, .threads, .processes])
    let walls = [[10_010, 10_020, 10_015], [2010, 2020, 2030], [2040, 2050, 2045]]
    let records = zip(fetch.modes, walls).map { mode, walls in
      Samples(
        configuration: Configuration(mode, workers: 5),
        memory: MemoryPeak(byteCount: mode == .processes ? 40_000_000 : 10_000_000, method: .proportionalShares),
        starts: walls.map { _ in Measurement(wall: .milliseconds(9), user: .milliseconds(5), system: .zero) },
        runs: walls.enumerated().map { round, wall in
          Measurement(
            wall: .milliseconds(wall), user: .milliseconds(mode == .processes ? 60 + round : 20 + round),
            system: .zero)
        })
    }
    let comparison = Comparison(
      work: WorkSummary(fetch, items: 5, failed: 0, inputs: .remote), workers: 5, cores: 2, records: records)
    let text = comparison.text(width: 1000)
    #expect(
      comparison.advice[0].hasPrefix(
        "Use --mode threads here: with 5 workers it is 4.96 times as fast as serial (95 %: 4."))
    #expect(comparison.advice[0].hasSuffix("use it for untrusted downloads."))
    #expect(
      comparison.advice[1].hasPrefix("Why: the workers wait for responses. 5 workers kept 0.010 of 2 cores busy"))
    #expect(
      comparison.advice[1].contains(" adds 8.00 ms of CPU per download: about 2.9 times as much (95 %: ")
        && comparison.advice[1].hasSuffix("30.0 MB more memory."))
    #expect(
      text.contains("\n5 downloads; 5 workers on 2 cores; 3 runs of each, sources downloaded again in each.\n"))
    #expect(!text.contains("megapixels") && !text.contains("image") && !text.contains("picture"))
    #expect(comparison.jsonLines(version: "1").contains(#""workload":"fetch","downloads":5,"#))
  }
}
