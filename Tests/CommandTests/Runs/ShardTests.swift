import Foundation
import TestSupport
import Testing

@Suite("Shards and their merge") struct ShardTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    // Created here, not taken from samples/, so that the hash of each path never changes.
    for number in 0..<40 { try scratch.add("patterns/gray-1bit.png", as: "in/\(number % 3)/\(number).png") }
  }

  private func run(_ options: String..., environment: [String: String] = [:]) throws -> Response {
    try Command.run(
      arguments: ["resize", scratch["in"], "--out", scratch["out"], "--json"] + options, environment: environment)
  }

  private func merge(_ options: String...) throws -> Response {
    try Command.run(arguments: ["merge", scratch["out"]] + options)
  }

  @Test("The shards together do the work of one run, and each image belongs to one of them", arguments: [1, 2, 7, 64])
  func union(count: Int) throws {
    let whole = try Command.run("resize", scratch["in"], "--out", scratch["whole"])
    #expect(whole.status == 0)
    var written = 0
    for index in 1...count {
      let answer = try run("--shard", "\(index)/\(count)")
      #expect(answer.status == 0, "a shard may well have no picture: \(answer.error)")
      written += try answer.files.count
    }
    #expect(written == 40)
    let merged = try merge("--json")
    #expect(merged.status == 0, "\(merged.error)")
    #expect(merged.error.hasPrefix("\(count) of \(count) shards: 40 written;"))
    #expect(try merged.events.count { $0["event"] as? String == "file" } == 40)
    #expect(try merged.events.last?["written"] as? Int == 40)
    let same = try Command.shell("diff -r -x '.imgbatch-*' whole out", in: scratch)
    #expect(same.status == 0, "\(same.output)")
  }

  @Test("The published hash assigns paths to shards")
  func hash() throws {
    // FNV-1a of "0/0.png" and so on with SplitMix64's finalizer, computed independently of the program.
    func shard(_ path: String, of count: UInt64) -> UInt64 {
      var hash: UInt64 = path.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
      hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
      hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
      return (hash ^ hash >> 31) % count + 1
    }
    let wanted = (0..<40).map { "\($0 % 3)/\($0).png" }.filter { shard($0, of: 4) == 3 }
    #expect(try run("--shard", "3/4").status == 0)
    #expect(scratch.files(below: "out").filter { !$0.hasPrefix(".") }.sorted() == wanted.sorted())
  }

  @Test("A streamed list is split by the same rule")
  func streams() throws {
    let line = """
      for shard in 1/3 2/3 3/3; do
        (cd in && find . -name '*.png' | imgbatch resize --files-from - --out ../out --shard $shard --quiet) || exit
      done
      imgbatch resize in --out whole --quiet && imgbatch merge out && diff -r -x '.imgbatch-*' whole out
      imgbatch resize in --out walked --shard 2/3 --quiet
      diff <(sed -n '/source/s/.*in.\\(.*png\\)","output.*/\\1/p' walked/.imgbatch-events.2-of-3 | sort) \
        <(sed -n '/source/s/.*"source":".\\/\\(.*png\\)","output.*/\\1/p' out/.imgbatch-events.2-of-3 | sort)
      """
    let answer = try Command.shell(line, in: scratch)
    #expect(answer.status == 0 && answer.error.contains("40 written"), "\(answer.output)\(answer.error)")
  }

  @Test("The index of a shard comes from the job array scheduler")
  func automatic() throws {
    for (variable, value) in [
      ("SLURM_ARRAY_TASK_ID", "2"), ("JOB_COMPLETION_INDEX", "1"), ("AWS_BATCH_JOB_ARRAY_INDEX", "1"),
    ] {
      let answer = try run("--shard", "auto/3", "--dry-run", environment: [variable: value])
      let named = try run("--shard", "2/3", "--dry-run")
      #expect(answer.status == 0)
      #expect(try Set(answer.files.keys) == Set(named.files.keys))
      #expect(try run("--shard", "auto/3", environment: [variable: "4"]).status == 64)
    }
    for text in ["auto/3", "0/3", "4/3", "1", "1/0", "+1/3", "1/3/5", "/", "1/99999999999999999999"] {
      let answer = try run("--shard", text)
      #expect(answer.status == 64 && answer.error.contains("--shard"), "\(text)")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch["out"]))
  }

  @Test("Colliding names are found although their images belong to different shards")
  func collisions() throws {
    for number in 0..<20 { try scratch.add("patterns/noise-restart.jpg", as: "in/0/\(number * 3).jpg") }
    for index in 1...4 {
      #expect(try run("--shard", "\(index)/4", "--format", "jpeg").status == 64)
    }
  }

  @Test("Merge ends with 1 while a shard is missing, unfinished or has other options, and names it")
  func gaps() throws {
    #expect(try merge().status == 66)
    for index in [1, 3] { #expect(try run("--shard", "\(index)/3").status == 0) }
    let missing = try merge()
    #expect(missing.status == 1 && missing.error.contains("not there: 2"), "\(missing.error)")
    #expect(try run("--shard", "2/3", "--quality", "50").status == 0)
    #expect(try merge().error.contains("different options"))
    #expect(try run("--shard", "2/3").status == 0)
    #expect(try merge().status == 0)

    // Without its last line, as after a kill.
    let events = scratch.url.appending(path: "out/.imgbatch-events.2-of-3")
    let text = try String(contentsOf: events, encoding: .utf8)
    try Data(text.split(separator: "\n").dropLast().joined(separator: "\n").utf8).write(to: events)
    let torn = try merge()
    #expect(torn.status == 1 && torn.error.contains("not at the end: 2"))
    #expect(try run("--shard", "2/3", "--resume").files.values.allSatisfy { $0["status"] as? String == "skipped" })
    try scratch.add("patterns/gray-1bit.png", as: "in/new.png")
    #expect(try run("--shard", "1/3", "--resume").status == 0)
    #expect(try merge().error.contains("different numbers of inputs"))
    try scratch.remove("in/new.png")
    #expect(try run("--shard", "1/3", "--resume").status == 0)
    #expect(try merge().status == 0)
    #expect(try run("--shard", "2/3", "--name", "{dir}/{stem}-small.{ext}").status == 0)
    #expect(try merge().error.contains("different options"), "names that differ")
    #expect(try run("--shard", "1/2").status == 0)
    #expect(try merge().status == 64, "of 2 and of 3")
  }

  @Test("Merge ends with 1 where inputs were renamed between the shards, although their number is the same")
  func renamed() throws {
    #expect(try run("--shard", "1/2").status == 0)
    for number in 0..<5 { try scratch.move("in/\(number % 3)/\(number).png", to: "in/new\(number).png") }
    #expect(try run("--shard", "2/2").status == 0)
    let merged = try merge()
    #expect(merged.status == 1 && merged.error.contains("they found different inputs"), "\(merged.error)")
    #expect(try run("--shard", "1/2", "--resume").status == 0)
    #expect(try merge().status == 0)
  }

  @Test("A shard of another version with another rule does not count")
  func otherRule() throws {
    for index in 1...2 { #expect(try run("--shard", "\(index)/2").status == 0) }
    let events = scratch.url.appending(path: "out/.imgbatch-events.1-of-2")
    let text = try String(contentsOf: events, encoding: .utf8)
    #expect(text.contains(#""rule":2,"#))
    try Data(text.replacing(#/"rule":2,|,"fingerprint":"[0-9a-f]{32}"/#, with: "").utf8).write(to: events)
    let merged = try merge()
    #expect(merged.status == 1 && merged.error.contains("rule of another version of imgbatch"), "\(merged.error)")
    #expect(merged.error.contains("run again: 1."), "\(merged.error)")
    #expect(try run("--shard", "1/2", "--resume").status == 0)
    #expect(try merge().status == 0)
  }

  @Test("Merge reports failures, joins the journals once, removes temporary files, and later runs know the results")
  func joined() throws {
    try Data("no picture".utf8).write(to: scratch.url.appending(path: "in/bad\u{7F}.jpg"))
    for index in 1...3 { _ = try run("--shard", "\(index)/3") }
    try Data().write(to: scratch.url.appending(path: "out/1/.imgbatch-99999-0.tmp"))
    let first = try merge()
    #expect(first.status == 1)
    let failure = try #require(first.error.split(separator: "\n").first)
    #expect(failure.hasPrefix("failed ") && failure.contains("[not-an-image]") && !failure.contains("\u{7F}"))
    #expect(first.error.contains("40 written, 1 failed"))
    let journal = scratch.bytes("out/.imgbatch-journal")
    let records = journal.map { $0.split(separator: 10).filter { !$0.starts(with: Data("imgbatch-journal\t".utf8)) } }
    #expect(records?.count == 41)
    #expect(try merge().status == 1)
    #expect(scratch.bytes("out/.imgbatch-journal") == journal)
    #expect(scratch.bytes("out/1/.imgbatch-99999-0.tmp") == nil)
    let again = try run("--resume")
    #expect(try again.events.last?["skipped"] as? Int == 40)
  }

  @Test("Shards run concurrently; the same shard twice, a whole run and a merge are locked out")
  func locks() throws {
    let process = Command.prepared(
      Command.imgbatch, ["resize", "--files-from", "-", "--out", scratch["out"], "--shard", "1/2"])
    let (input, error) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardError = error
    try process.start()
    let lock = scratch["out/.imgbatch-events.1-of-2"]
    try process.wait(for: "the shard's events") { FileManager.default.fileExists(atPath: lock) }
    #expect(try run("--shard", "1/2").status == 73)
    #expect(try run().status == 73)
    #expect(try merge().status == 73)
    #expect(try run("--shard", "2/2").status == 0)
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
