import ImageCore
import ImageErrors
import Reporting
import RunState
import SystemPackage
import Testing

@testable import BatchEngine
@testable import SystemSupport

@Suite("Events")
struct EventsTests {
  static let image = {
    var times = StageTimes()
    times[.read] = .microseconds(200)
    times[.decode] = .microseconds(12100)
    times[.resize] = .microseconds(1100)
    times[.encode] = .microseconds(400)
    times[.write] = .microseconds(100)
    return WrittenImage(
      sourceSize: PixelSize(width: 4000, height: 3000), outputSize: PixelSize(width: 256, height: 192),
      sourceByteCount: 812_345, outputByteCount: 9120, warningCount: 0, firstWarning: "", times: times)
  }()

  static func job(_ source: FilePath, _ output: FilePath = "thumbs/a.jpg", bytes: Int = 0) -> Job {
    Job(index: 0, source: source, output: output, format: .jpeg, sourceByteCount: bytes)
  }

  @Test("A written image is reported as documented, byte for byte")
  func written() {
    #expect(
      Events.file(EventsTests.job("dogs/a.jpg"), .written(EventsTests.image), advice: \.rawValue)[0]
        == #"{"event":"file","source":"dogs/a.jpg","output":"thumbs/a.jpg","status":"written","sourceWidth":4000,"#
        + #""sourceHeight":3000,"width":256,"height":192,"sourceBytes":812345,"outputBytes":9120,"warnings":0,"#
        + #""seconds":{"read":0.0002,"decode":0.0121,"resize":0.0011,"encode":0.0004,"write":0.0001}}"#)
  }

  @Test("A failed image has its stage, code and message, and no output")
  func failed() {
    let error = JobError(stage: .decode, code: .truncated, message: "ends \"early\"", hint: .fetchAgain)
    #expect(
      Events.file(EventsTests.job("dogs/b.jpg"), .failed(error), advice: \.rawValue)[0]
        == #"{"event":"file","source":"dogs/b.jpg","status":"failed","#
        + #""error":{"stage":"decode","code":"truncated","message":"ends \"early\"; fetch-again"}}"#)
  }

  @Test("A skipped image has its reason")
  func skipped() {
    #expect(
      Events.file(EventsTests.job("dogs/c.jpg", "thumbs/c.jpg"), .skipped(.exists), advice: \.rawValue)[0]
        == #"{"event":"file","source":"dogs/c.jpg","output":"thumbs/c.jpg","status":"skipped","reason":"exists"}"#)
  }

  @Test("The start event has null for an unknown number of inputs")
  func start() {
    #expect(
      Events.start(version: "0.1.0", mode: .threads, workers: 2, inputs: nil)
        == #"{"event":"start","schema":1,"version":"0.1.0","mode":"threads","jobs":2,"inputs":null}"#)
  }

  @Test("The summary has the totals of the statistics")
  func summary() {
    var statistics = RunStatistics()
    statistics.add(.written(EventsTests.image))
    statistics.add(.skipped(.exists))
    statistics.add(.failed(JobError(stage: .read, code: .read, message: "")))
    let summary = RunSummary(
      statistics: statistics, inputs: 5, wallTime: .milliseconds(20),
      usage: ResourceUsage(cpuTime: .milliseconds(30), peakByteCount: 23_068_672))
    #expect(
      Events.summary(summary)
        == #"{"event":"summary","inputs":5,"written":1,"skipped":1,"failed":1,"notStarted":2,"outputs":1,"#
        + #""seconds":0.02,"cpuSeconds":0.03,"peakBytes":23068672}"#)
    #expect(
      summary.text(\.rawValue)
        == "1 written, 1 skipped, 1 failed, 2 not started in 20 ms (50.0 images/s, 812 kB read, 9.1 kB written)")
  }

  @Test("Names with control characters and invalid bytes stay on one line of JSON, and keep their bytes")
  func names() {
    let odd = Events.file(
      EventsTests.job(FilePath(bytes: Array("a\n\"\\\u{1B}\u{9B}é".utf8))), .skipped(.exists), advice: \.rawValue)[0]
    #expect(odd.hasPrefix(#"{"event":"file","source":"a\n\"\\\u001b\u009bé","output""#))
    let invalid = Events.file(EventsTests.job(FilePath(bytes: [0x63, 0xE9])), .skipped(.exists), advice: \.rawValue)[0]
    #expect(invalid.hasPrefix(#"{"event":"file","source":"c\#u{FFFD}","sourcePathBytes":"Y+k=","output""#))
  }
}
