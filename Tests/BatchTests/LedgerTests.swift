import Codecs
import Foundation
import Imaging
import Synchronization
import SystemPackage
import Testing

@testable import Batch

@Suite("The ledger of a run (promise 8)")
struct LedgerTests {
  private let folder: TemporaryFolder
  private let told = Told()

  init() throws { folder = try TemporaryFolder() }

  /// What a ledger told instead of handing out the job.
  private final class Told: Sendable {
    let outcomes = Mutex<[String: Outcome]>([:])
  }

  private func job(_ name: String, _ index: Int = 0, refusal: JobError? = nil) -> Job {
    Job(
      index: index, source: folder("in/\(name)"), output: folder("out").pushing(FilePath(name)), format: .jpeg,
      sourceByteCount: 0, refusal: refusal)
  }

  private func ledger(_ jobs: [Job], _ selection: Selection, _ recipe: Recipe = Recipe()) throws -> Ledger {
    try folder.addFolder("out")
    let told = told
    told.outcomes.withLock { $0 = [:] }
    return Ledger(
      SortedJobs(inOrder: jobs), folder: folder("out"), recipe: recipe, selection: selection,
      history: try History(of: folder("out")), journal: try Journal(in: folder("out")), lock: nil
    ) { job, outcome in
      told.outcomes.withLock { $0[job.source.lastComponent?.string ?? ""] = outcome }
    }
  }

  /// The names that are handed out.
  private func taken(_ jobs: [Job], _ selection: Selection, _ recipe: Recipe = Recipe()) throws -> [String] {
    let ledger = try ledger(jobs, selection, recipe)
    return IteratorSequence(AnyIterator { ledger.next() }).map { $0.source.lastComponent?.string ?? "" }
  }

  private func end(_ jobs: [Job], _ outcome: Outcome) throws {
    let ledger = try ledger(jobs, .all)
    while let job = ledger.next() { ledger.end(job, outcome) }
  }

  private var picture: Outcome {
    .written(
      WrittenPicture(
        sourceSize: PixelSize(width: 1, height: 1), outputSize: PixelSize(width: 1, height: 1), sourceByteCount: 1,
        outputByteCount: 1, warningCount: 0, firstWarning: "", times: StageTimes()))
  }

  @Test func `promise 8: what is done and unchanged is left out, until source, options or output change`() throws {
    let jobs = [job("a.jpg"), job("b.jpg", 1)]
    for name in ["a.jpg", "b.jpg"] {
      try folder.add("in/\(name)")
      try folder.add("out/\(name)")
    }
    try end(jobs, picture)
    for selection in [Selection.outdated, .unfinished] {
      #expect(try taken(jobs, selection) == [])
      #expect(told.outcomes.withLock { $0 } == ["a.jpg": .skipped(.upToDate), "b.jpg": .skipped(.upToDate)])
    }
    #expect(try taken(jobs, .all) == ["a.jpg", "b.jpg"])

    var recipe = Recipe()
    recipe.existing = .update
    recipe.durability = .durable
    recipe.limits.pixelCount = 5
    #expect(try taken(jobs, .outdated, recipe) == [], "neither limits nor the way to the disk change bytes")
    recipe.jpeg.quality = 3
    #expect(try taken(jobs, .outdated, recipe) == ["a.jpg", "b.jpg"])

    try folder.add("in/a.jpg", [9])
    #expect(try taken(jobs, .outdated) == ["a.jpg"])
    try folder.add("out/b.jpg", [9])
    #expect(try taken(jobs, .unfinished) == ["a.jpg", "b.jpg"], "an output that somebody changed is made again")
    try FileManager.default.removeItem(atPath: folder("out/b.jpg").string)
    #expect(try taken(jobs, .outdated) == ["a.jpg", "b.jpg"])
  }

  @Test(
    "promise 8: what failed for good is told again and not tried, what may come through is tried",
    arguments: ErrorCode.allCases)
  func failures(code: ErrorCode) throws {
    let lasting: Set<ErrorCode> = [
      .notAnImage, .unsupported, .truncated, .corrupt, .limitPixels, .limitBytes, .limitScans,
    ]
    try folder.add("in/a.jpg")
    let jobs = [job("a.jpg")]
    try end(jobs, .failed(JobError(stage: .decode, code: code, message: "bad")))
    #expect(try taken(jobs, .outdated) == ["a.jpg"])
    #expect(try taken(jobs, .failed) == ["a.jpg"])
    #expect(try taken(jobs, .unfinished) == (lasting.contains(code) ? [] : ["a.jpg"]))
    if lasting.contains(code) {
      guard case .failed(let error) = told.outcomes.withLock({ $0["a.jpg"] }) else {
        Issue.record("not told as failed")
        return
      }
      #expect(error.code == code && error.message.hasPrefix("bad; known from an earlier run"))
    }
    var recipe = Recipe()
    recipe.limits.scanCount = 3
    #expect(try taken(jobs, .unfinished, recipe) == ["a.jpg"], "other limits are another chance")
    try folder.add("in/a.jpg", [7])
    #expect(try taken(jobs, .unfinished) == ["a.jpg"])
  }

  @Test func `only what failed last is retried, and a refusal is never hidden`() throws {
    for name in ["good.jpg", "bad.jpg", "mended.jpg"] { try folder.add("in/\(name)") }
    try folder.add("out/good.jpg")
    try folder.add("out/mended.jpg")
    let failure = Outcome.failed(JobError(stage: .decode, code: .corrupt, message: "bad"))
    try end([job("good.jpg")], picture)
    try end([job("bad.jpg"), job("mended.jpg", 1)], failure)
    try end([job("mended.jpg")], picture)
    let gone = job("gone.jpg", 3, refusal: JobError(stage: .read, code: .read, message: "gone"))
    #expect(
      try taken([job("good.jpg"), job("bad.jpg", 1), job("mended.jpg", 2), gone], .failed) == ["bad.jpg", "gone.jpg"])
    #expect(
      told.outcomes.withLock { $0 } == ["good.jpg": .skipped(.notFailed), "mended.jpg": .skipped(.notFailed)])
  }

  @Test func `one output of two sources is two pictures`() throws {
    try folder.add("in/a.jpg")
    try folder.add("out/a.jpg")
    try end([job("a.jpg")], picture)
    let other = Job(
      index: 0, source: try folder.add("other/a.jpg"), output: folder("out/a.jpg"), format: .jpeg, sourceByteCount: 0)
    #expect(try taken([other], .unfinished) == ["a.jpg"])
  }
}
