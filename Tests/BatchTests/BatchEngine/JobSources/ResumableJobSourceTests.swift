import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import ImageErrors
@testable import RunState
@testable import SystemSupport
@testable import Thumbnailing

@Suite("The job source of a resumed run (promise 8)")
struct ResumableJobSourceTests {
  private let folder: TemporaryFolder
  private let skipped = Skipped()

  init() throws { folder = try TemporaryFolder() }

  /// The outcomes that were observed: of jobs that the source ended instead of returning them, where the test ends none.
  private final class Skipped: OutcomeObserver {
    let outcomes = Mutex<[String: Outcome]>([:])

    func observe(_ job: Job, _ outcome: Outcome) {
      outcomes.withLock { $0[job.source.lastComponent?.string ?? ""] = outcome }
    }
  }

  private func job(_ name: String, _ index: Int = 0, refusal: JobError? = nil) -> Job {
    Job(
      index: index, source: folder("in/\(name)"), output: folder("out").pushing(FilePath(name)), format: .jpeg,
      sourceByteCount: 0, refusal: refusal)
  }

  private func resumable(_ jobs: [Job], _ selection: JobSelection, _ options: ThumbnailOptions = ThumbnailOptions())
    throws -> ResumableJobSource
  {
    try folder.addFolder("out")
    skipped.outcomes.withLock { $0 = [:] }
    return ResumableJobSource(
      ObservedJobs(SortedJobs(inOrder: jobs), skipped), folder: folder("out"), options: options, selection: selection,
      history: try History(of: folder("out")), journal: try Journal(in: folder("out")), lock: nil)
  }

  /// The names of the returned jobs.
  private func taken(_ jobs: [Job], _ selection: JobSelection, _ options: ThumbnailOptions = ThumbnailOptions()) throws
    -> [String]
  {
    let resumable = try resumable(jobs, selection, options)
    return IteratorSequence(AnyIterator { resumable.next() }).map { $0.source.lastComponent?.string ?? "" }
  }

  private func end(_ jobs: [Job], _ outcome: Outcome) throws {
    let resumable = try resumable(jobs, .all)
    while let job = resumable.next() { resumable.finished(job, outcome) }
  }

  private var image: Outcome {
    .written(
      WrittenImage(
        sourceSize: PixelSize(width: 1, height: 1), outputSize: PixelSize(width: 1, height: 1), sourceByteCount: 1,
        outputByteCount: 1, warningCount: 0, firstWarning: "", times: StageTimes()))
  }

  @Test func `promise 8: finished unchanged images are skipped, until source, options or output change`() throws {
    let jobs = [job("a.jpg"), job("b.jpg", 1)]
    for name in ["a.jpg", "b.jpg"] {
      try folder.add("in/\(name)")
      try folder.add("out/\(name)")
    }
    try end(jobs, image)
    for selection in [JobSelection.outdated, .unfinished] {
      #expect(try taken(jobs, selection) == [])
      #expect(skipped.outcomes.withLock { $0 } == ["a.jpg": .skipped(.upToDate), "b.jpg": .skipped(.upToDate)])
    }
    #expect(try taken(jobs, .all) == ["a.jpg", "b.jpg"])

    var options = ThumbnailOptions()
    options.existing = .update
    options.durability = .durable
    options.limits.pixelCount = 5
    #expect(try taken(jobs, .outdated, options) == [], "neither limits nor the way to the disk change bytes")
    options.jpeg.quality = 3
    #expect(try taken(jobs, .outdated, options) == ["a.jpg", "b.jpg"])

    try folder.add("in/a.jpg", [9])
    #expect(try taken(jobs, .outdated) == ["a.jpg"])
    try folder.add("out/b.jpg", [9])
    #expect(try taken(jobs, .unfinished) == ["a.jpg", "b.jpg"], "an output that somebody changed is made again")
    try FileManager.default.removeItem(atPath: folder("out/b.jpg").string)
    #expect(try taken(jobs, .outdated) == ["a.jpg", "b.jpg"])
  }

  /// The redo reasons of the returned jobs for `a.jpg`.
  private func reasons(_ selection: JobSelection = .outdated, _ options: ThumbnailOptions = ThumbnailOptions()) throws
    -> [RedoReason?]
  {
    let resumable = try resumable([job("a.jpg")], selection, options)
    return IteratorSequence(AnyIterator { resumable.next() }).flatMap { $0.outputs.map(\.redo) }
  }

  @Test func `an output that is made again has a reason`() throws {
    try folder.add("in/a.jpg")
    #expect(try reasons() == [nil], "it was never made")
    try folder.add("out/a.jpg")
    try end([job("a.jpg")], image)
    #expect(try reasons() == [])
    #expect(try reasons(.all) == [nil])
    var options = ThumbnailOptions()
    options.png.level = 1
    #expect(try reasons(.outdated, options) == [.optionsChanged])
    try folder.add("out/a.jpg", [1])
    #expect(try reasons() == [.outputChanged])
    try FileManager.default.removeItem(atPath: folder("out/a.jpg").string)
    #expect(try reasons(.unfinished) == [.outputMissing])
    try folder.addFolder("out/a.jpg")
    #expect(try reasons() == [.outputChanged])
    try folder.add("in/a.jpg", [1])
    #expect(try reasons() == [.sourceChanged])
    try end([job("a.jpg")], .failed(JobError(stage: .decode, code: .timeout, message: "")))
    #expect(try reasons() == [.failedBefore] && reasons(.unfinished) == [.failedBefore])
    #expect(try reasons(.failed) == [.failedBefore])
  }

  @Test func `outputs of another version are made again, even if nothing else changed`() throws {
    let source = try #require(FileStamp(of: try folder.add("in/a.jpg"), links: .follow))
    let output = try #require(FileStamp(of: try folder.add("out/a.jpg"), links: .stay))
    try end([job("a.jpg")], image)
    #expect(try reasons() == [])
    var entry: JournalEntry?
    try Journal.forEachEntry(in: folder("out")) { entry = $0 }
    var older = try #require(entry)
    older.fingerprint.algorithms = AlgorithmVersion(pixels: 1, encoder: 1)
    try Journal(in: folder("out")).append(older)
    #expect(try reasons() == [.otherVersion] && reasons(.unfinished) == [.otherVersion])

    // Version 1 of the journal contains nothing about the algorithms.
    let fields = [
      "written", "\(source.byteCount)", "\(source.modified)", "ff", "\(output.byteCount)", "\(output.modified)", "", "",
      "a.jpg", folder("in/a.jpg").string, "",
    ]
    let line = JournalText.sealed(Array(fields.joined(separator: "\t").utf8))
    try folder.add("out/\(Journal.name)", line)
    #expect(try reasons() == [.otherVersion])
    try end([job("a.jpg")], image)
    #expect(try reasons() == [])
  }

  @Test func `only those of several outputs that have a reason are made again`() throws {
    try folder.add("in/a.jpg")
    var options = ThumbnailOptions()
    options.sizes = [.width(10), .width(20)]
    let outputs = try ["s.jpg", "l.jpg"].map {
      JobOutput(path: try folder.add("out/\($0)"), format: .jpeg)
    }
    let job = Job(index: 0, source: folder("in/a.jpg"), outputs: outputs, sourceByteCount: 0)
    let result = OutputResult(size: PixelSize(width: 1, height: 1), byteCount: 1)
    let both = WrittenImage(
      sourceSize: PixelSize(width: 1, height: 1), sourceByteCount: 1, outputs: [result, result], warningCount: 0,
      firstWarning: "", times: StageTimes(), cpuTimes: StageTimes())
    let first = try resumable([job], .all, options)
    while let job = first.next() { first.finished(job, .written(both)) }
    #expect(try resumable([job], .outdated, options).next() == nil)
    try FileManager.default.removeItem(atPath: folder("out/l.jpg").string)
    let rest = try #require(try resumable([job], .outdated, options).next())
    #expect(rest.outputs.map(\.skipReason) == [.upToDate, nil] && rest.outputs.map(\.redo) == [nil, .outputMissing])
    // The same sizes in another order give the same outputs.
    try folder.add("out/l.jpg")
    let second = try resumable([job], .outdated, options)
    while let job = second.next() { second.finished(job, .written(both)) }
    options.sizes.reverse()
    let turned = Job(index: 0, source: job.source, outputs: outputs.reversed(), sourceByteCount: 0)
    #expect(try resumable([turned], .outdated, options).next() == nil)
  }

  @Test(
    "promise 8: lasting failures are reported again without a retry, others are tried again",
    arguments: ErrorCode.allCases)
  func failures(code: ErrorCode) throws {
    let lasting: Set<ErrorCode> = [
      .notAnImage, .unsupported, .truncated, .corrupt, .limitPixels, .limitBytes, .limitScans,
    ]
    try folder.add("in/a.jpg")
    let jobs = [job("a.jpg")]
    try end(jobs, .failed(JobError(stage: .decode, code: code, message: "bad", hint: .fetchAgain)))
    #expect(try taken(jobs, .outdated) == ["a.jpg"])
    #expect(try taken(jobs, .failed) == ["a.jpg"])
    #expect(try taken(jobs, .unfinished) == (lasting.contains(code) ? [] : ["a.jpg"]))
    if lasting.contains(code) {
      guard case .failed(let error) = skipped.outcomes.withLock({ $0["a.jpg"] }) else {
        Issue.record("not told as failed")
        return
      }
      #expect(error.code == code && error.message == "bad" && error.hints == [.fetchAgain, .retryFailed])
    }
    var options = ThumbnailOptions()
    options.limits.scanCount = 3
    #expect(try taken(jobs, .unfinished, options) == ["a.jpg"], "other limits are another chance")
    try folder.add("in/a.jpg", [7])
    #expect(try taken(jobs, .unfinished) == ["a.jpg"])
  }

  @Test func `only what failed last is retried, and a refusal is never hidden`() throws {
    for name in ["good.jpg", "bad.jpg", "mended.jpg"] { try folder.add("in/\(name)") }
    try folder.add("out/good.jpg")
    try folder.add("out/mended.jpg")
    let failure = Outcome.failed(JobError(stage: .decode, code: .corrupt, message: "bad"))
    try end([job("good.jpg")], image)
    try end([job("bad.jpg"), job("mended.jpg", 1)], failure)
    try end([job("mended.jpg")], image)
    let gone = job("gone.jpg", 3, refusal: JobError(stage: .read, code: .read, message: "gone"))
    #expect(
      try taken([job("good.jpg"), job("bad.jpg", 1), job("mended.jpg", 2), gone], .failed) == ["bad.jpg", "gone.jpg"])
    #expect(
      skipped.outcomes.withLock { $0 } == ["good.jpg": .skipped(.notFailed), "mended.jpg": .skipped(.notFailed)])
  }

  @Test func `one output of two sources is two images`() throws {
    try folder.add("in/a.jpg")
    try folder.add("out/a.jpg")
    try end([job("a.jpg")], image)
    let other = Job(
      index: 0, source: try folder.add("other/a.jpg"), output: folder("out/a.jpg"), format: .jpeg, sourceByteCount: 0)
    #expect(try taken([other], .unfinished) == ["a.jpg"])
  }
}
