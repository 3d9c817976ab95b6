import Foundation
import TestSupport
import Testing

@testable import RunState

@Suite("Journal, resume and retry (promises 1, 2 and 8)")
struct ResumeTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  /// 24 images in a tree.
  private func fill() throws {
    for index in 0..<8 {
      try scratch.add("dogs/rex.jpg", as: "in/\(index).jpg")
      try scratch.add("dogs/luna.jpg", as: "in/sub/\(index).jpg")
      try scratch.add("dogs/bello.png", as: "in/sub/deep/\(index).png")
    }
  }

  private func summary(_ answer: Response) throws -> [String: Int] {
    let event = try #require(answer.events.last)
    return event.compactMapValues { $0 as? Int }.filter {
      ["written", "skipped", "failed", "notStarted"].contains($0.key)
    }
  }

  @Test(
    "Promises 1 and 8: after a kill at any moment all outputs are complete, and --resume does the rest",
    arguments: ["threads", "processes"], [1, 2, 9, 20])
  func kill(mode: String, lines: Int) throws {
    try fill()
    let arguments = ["resize", scratch["in"], "--size", "64", "--json", "--mode", mode, "--out"]
    #expect(try Command.run(arguments: arguments + [scratch["golden"]]).status == 0)
    let process = Command.prepared(Command.imgbatch, arguments + [scratch["out"]])
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.start()
    _ = try output.fileHandleForReading.read(lines: lines)
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)

    for name in scratch.files(below: "out") where !name.contains(".imgbatch-") {
      #expect(scratch.bytes("out/\(name)") == scratch.bytes("golden/\(name)"), "\(name)")
    }
    let answer = try Command.run(arguments: arguments + [scratch["out"], "--resume"])
    #expect(answer.status == 0, "\(answer.error)")
    let sums = try summary(answer)
    // The journal contains everything that an event reported. The first line is the start event.
    #expect(try #require(sums["skipped"]) >= lines - 1)
    #expect(sums["skipped", default: 0] + sums["written", default: 0] == 24)
    let difference = try Command.shell("diff -r -x .imgbatch-journal -x .imgbatch-lock golden out", in: scratch)
    #expect(difference.status == 0, "\(difference.output)")
    let again = try Command.run(arguments: arguments + [scratch["out"], "--resume"])
    #expect(try summary(again) == ["written": 0, "skipped": 24, "failed": 0, "notStarted": 0])
  }

  @Test("Promise 8: --resume reports known failures again with their codes, and retries them when they change")
  func knownFailures() throws {
    try FileManager.default.copyItem(atPath: Command.broken, toPath: scratch["in"])
    try scratch.add("dogs/rex.jpg", as: "in/rex.jpg")
    let arguments = ["resize", scratch["in"], "--out", scratch["out"], "--json"]
    let first = try Command.run(arguments: arguments)
    #expect(first.status == 1)
    let second = try Command.run(arguments: arguments + ["--resume"])
    #expect(second.status == 1)
    #expect(try summary(second) == ["written": 0, "skipped": 1, "failed": 12, "notStarted": 0])
    #expect(second.output.contains("it was not tried again; --retry-failed tries it"))
    for (name, file) in try first.files {
      let code = { (file: [String: Any]?) in (file?["error"] as? [String: Any])?["code"] as? String }
      #expect(try code(file) == code(second.files[name]))
    }
    #expect(try second.files["rex.jpg"]?["reason"] as? String == "up-to-date")

    try FileManager.default.removeItem(atPath: scratch["in/truncated.jpg"])
    try scratch.add("dogs/luna.jpg", as: "in/truncated.jpg")
    let third = try Command.run(arguments: arguments + ["--resume"])
    #expect(try summary(third) == ["written": 1, "skipped": 1, "failed": 11, "notStarted": 0])
    // Other limits allow another try, for failed images only.
    let raised = try Command.run(arguments: arguments + ["--resume", "--max-pixels", "99", "--max-scans", "7"])
    #expect(try summary(raised)["skipped"] == 2)
    #expect(try raised.files["lying-header.png"]?["error"].map { "\($0)".contains("limit of 99") } == true)
  }

  @Test("--existing update redoes outputs whose source, options or bytes changed")
  func update() throws {
    try fill()
    let arguments = [
      "resize", scratch["in"], "--out", scratch["out"], "--json", "--existing", "update", "--size", "50",
    ]
    #expect(try summary(Command.run(arguments: arguments))["written"] == 24)
    #expect(try summary(Command.run(arguments: arguments))["skipped"] == 24)
    // The same paths in another spelling.
    let spelt = try Command.shell(
      "cd in && imgbatch resize ../in/. --out ../in/../out --json --existing update --size 50", in: scratch)
    #expect(try summary(spelt)["skipped"] == 24, "\(spelt.error)")
    try FileManager.default.removeItem(atPath: scratch["in/3.jpg"])
    try scratch.add("dogs/luna.jpg", as: "in/3.jpg")
    try FileManager.default.removeItem(atPath: scratch["out/sub/4.jpg"])
    #expect(
      try summary(Command.run(arguments: arguments + ["--dry-run"])) == [
        "written": 0, "skipped": 22, "failed": 0, "notStarted": 2,
      ])
    #expect(
      try summary(Command.run(arguments: arguments)) == [
        "written": 2, "skipped": 22, "failed": 0, "notStarted": 0,
      ])
    #expect(try summary(Command.run(arguments: arguments + ["--quality", "30"]))["written"] == 24)
  }

  @Test("--existing update and --resume recognize a tree that was moved with its thumbnails")
  func moved() throws {
    try fill()
    try FileManager.default.createDirectory(atPath: scratch["old"], withIntermediateDirectories: true)
    try FileManager.default.moveItem(atPath: scratch["in"], toPath: scratch["old/in"])
    try FileManager.default.copyItem(atPath: Command.broken + "/truncated.jpg", toPath: scratch["old/in/bad.jpg"])
    let sizes = ["--size", "40", "--size", "20x20", "--name", "{dir}/{stem}-{size}.{ext}"]
    func run(_ position: String, _ options: String...) throws -> Response {
      try Command.run(
        arguments: ["resize", scratch["\(position)/in"], "--out", scratch["\(position)/out"], "--json"] + sizes
          + options)
    }
    #expect(try summary(run("old")) == ["written": 24, "skipped": 0, "failed": 1, "notStarted": 0])
    try FileManager.default.createDirectory(atPath: scratch["new/place"], withIntermediateDirectories: true)
    for name in ["in", "out"] {
      try FileManager.default.moveItem(atPath: scratch["old/\(name)"], toPath: scratch["new/place/\(name)"])
    }
    let resumed = try run("new/place", "--resume")
    #expect(try summary(resumed) == ["written": 0, "skipped": 24, "failed": 1, "notStarted": 0])
    #expect(resumed.output.contains("it was not tried again; --retry-failed tries it"))
    #expect(
      try summary(run("new/place", "--existing", "update")) == [
        "written": 0, "skipped": 24, "failed": 1, "notStarted": 0,
      ])
    // A folder that does not contain the output folder is identified by its full path.
    try FileManager.default.moveItem(atPath: scratch["new/place/in"], toPath: scratch["in"])
    let away = ["resize", scratch["in"], "--out", scratch["new/place/out"], "--json", "--existing", "update"] + sizes
    #expect(try summary(Command.run(arguments: away))["written"] == 24)
    #expect(try summary(Command.run(arguments: away))["skipped"] == 24)
  }

  @Test("--verbose and --json report why --existing update makes an output again", arguments: ["threads", "processes"])
  func reasons(mode: String) throws {
    try scratch.add("dogs/rex.jpg", as: "in/rex.jpg")
    try scratch.add("dogs/luna.jpg", as: "in/luna.jpg")
    let arguments = [
      "resize", scratch["in"], "--out", scratch["out"], "--existing", "update", "--verbose", "--mode", mode, "--size",
    ]
    let first = try Command.run(arguments: arguments + ["50"])
    #expect(first.status == 0 && !first.error.contains("made again"), "\(first.error)")
    let other = try Command.run(arguments: arguments + ["60"])
    #expect(other.error.split(separator: "\n").count { $0.hasSuffix(" ms; made again: the options changed") } == 2)
    try FileManager.default.removeItem(atPath: scratch["out/rex.jpg"])
    try FileManager.default.removeItem(atPath: scratch["in/luna.jpg"])
    try scratch.add("dogs/bello.png", as: "in/luna.jpg")
    let preview = try Command.run(arguments: arguments + ["60", "--dry-run"])
    let third = try Command.run(arguments: arguments + ["60", "--json"])
    for text in [preview.output, third.error] {
      for (name, reason) in [("rex", "the output was missing"), ("luna", "the source changed")] {
        let line = text.split(separator: "\n").first { $0.contains("\(name).jpg -> ") }
        #expect(line?.hasSuffix("; made again: \(reason)") == true, "\(text)")
      }
    }
    #expect(try third.files["rex.jpg"]?["redo"] as? String == "output-missing")
    #expect(try third.files["luna.jpg"]?["redo"] as? String == "source-changed")
    let fourth = try Command.run(arguments: arguments + ["60"])
    #expect(fourth.error.contains("2 skipped") && !fourth.error.contains("made again"), "\(fourth.error)")
  }

  @Test(
    "A journal of a later version is refused with one sentence, before any work",
    arguments: [
      ["resize"], ["resize", "--resume"], ["resize", "--shard", "1/2"], ["resize", "--dry-run", "--resume"],
    ])
  func laterJournal(options: [String]) throws {
    try FileManager.default.createDirectory(atPath: scratch["out"], withIntermediateDirectories: true)
    let name = options.contains("--shard") ? ".imgbatch-journal.1-of-2" : ".imgbatch-journal"
    let journal = Data("imgbatch-journal\t3\n12ab\tsomething of later\n".utf8)
    try journal.write(to: scratch.url.appending(path: "out/\(name)"))
    let answer = try Command.run(arguments: options + [Command.dogs, "--out", scratch["out"], "--size", "20"])
    #expect(answer.status == 73)
    #expect(
      answer.error
        == "Error: the journal \(scratch["out/\(name)"]) was written by a newer imgbatch (its format is 3); "
        + "use that version, a different --out, or --no-journal.\n")
    #expect(scratch.bytes("out/\(name)") == journal)
    #expect(scratch.files(below: "out").allSatisfy { $0.hasPrefix(".imgbatch-") })
    if options == ["resize"] {
      let without = try Command.run(
        arguments: options + [Command.dogs, "--out", scratch["out"], "--size", "20", "--no-journal"])
      #expect(without.status == 0)
      #expect(scratch.bytes("out/\(name)") == journal)
    }
  }

  @Test("--retry-failed processes only failures; --files-from reads what --failed-to writes")
  func retry() throws {
    try FileManager.default.copyItem(atPath: Command.broken, toPath: scratch["in"])
    try scratch.add("dogs/rex.jpg", as: "in/rex.jpg")
    try scratch.add("broken/empty.jpg", as: "in/two\nlines.jpg")
    let arguments = ["resize", scratch["in"], "--out", scratch["out"], "--json"]
    let nothing = try Command.run(arguments: arguments + ["--retry-failed"])
    #expect(nothing.status == 66)
    #expect(nothing.error.contains("--retry-failed"))

    let first = try Command.run(arguments: arguments + ["--failed-to", scratch["list"]])
    #expect(first.status == 1)
    #expect(first.error.contains("use -0"))
    let names = try #require(scratch.bytes("list")).split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
    #expect(names.count == 12 && names == names.sorted())
    let zeros = try Command.run(arguments: arguments + ["-0", "--failed-to", scratch["zeros"]])
    #expect(zeros.status == 1)
    #expect(scratch.bytes("zeros")?.split(separator: 0).count == 13)

    let retried = try Command.run(arguments: arguments + ["--retry-failed", "--fail-on", "never"])
    let sums = try summary(retried)
    #expect(sums["skipped"] == 1 && sums["written", default: 0] > 0 && sums["failed", default: 0] > 0)
    #expect(try retried.files["rex.jpg"]?["reason"] as? String == "not-failed")
    let listed = try Command.run(
      "resize", "-0", "--files-from", scratch["zeros"], "--failed-to", scratch["zeros"], "--out", scratch["b"], "--json"
    )
    #expect(try summary(listed) == ["written": 0, "skipped": 0, "failed": 13, "notStarted": 0])
    #expect(scratch.bytes("zeros")?.split(separator: 0).count == 13)

    // A repaired and listed image is written where the whole run would have put it.
    try FileManager.default.createDirectory(atPath: scratch["in/sub"], withIntermediateDirectories: true)
    try Data("no picture".utf8).write(to: scratch.url.appending(path: "in/sub/late.jpg"))
    #expect(try Command.run(arguments: arguments + ["--resume", "-0", "--failed-to", scratch["zeros"]]).status == 1)
    try FileManager.default.removeItem(atPath: scratch["in/sub/late.jpg"])
    try scratch.add("dogs/luna.jpg", as: "in/sub/late.jpg")
    let mended = try Command.run("resize", "-0", "--files-from", scratch["zeros"], "--out", scratch["out"], "--json")
    #expect(try summary(mended)["written"] == 1)
    #expect(scratch.bytes("out/sub/late.jpg") != nil)
  }

  @Test("Without the journal none is written, and options that need it are refused")
  func noJournal() throws {
    let answer = try Command.run("resize", Command.dogs, "--out", scratch["out"], "--no-journal", "--no-lock")
    #expect(answer.status == 0)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch["out"]).sorted() == [
        ".imgbatch-output", "bello.png", "luna.jpg", "rex.jpg",
      ])
    for option in [["--resume"], ["--retry-failed"], ["--existing", "update"]] {
      let refused = try Command.run(
        arguments: ["resize", Command.dogs, "--out", scratch["out"], "--no-journal"] + option)
      #expect(refused.status == 64)
      #expect(refused.error.contains("\(option.joined(separator: " ")) needs the journal"))
    }
    for options in [["--resume", "--retry-failed"], ["--resume", "--existing", "skip"]] {
      #expect(try Command.run(arguments: ["resize", Command.dogs, "--out", scratch["out"]] + options).status == 64)
    }
  }

  @Test("A kill just before the rename of a rewritten journal loses no records and leaves no file after the next run")
  func killedCompaction() throws {
    let calls = try SystemCalls()
    let golden = try Data(contentsOf: Places.root.appending(path: "Tests/Journals/version-1/failures"))
    try FileManager.default.createDirectory(atPath: scratch["out"], withIntermediateDirectories: true)
    try golden.write(to: scratch.url.appending(path: "out/.imgbatch-journal"))
    let arguments = ["resize", Command.dogs, "--out", scratch["out"], "--size", "20", "--json"]
    let killed = try Command.run(
      arguments: arguments, environment: calls.environment(fault: "rename .imgbatch-journal kill 0"))
    #expect(killed.signal == SIGKILL)
    #expect(scratch.bytes("out/.imgbatch-journal") == golden)
    #expect(scratch.files(below: "out").count { $0.hasSuffix(".tmp") } == 1, "what was to replace it")

    let next = try Command.run(arguments: arguments)
    #expect(try summary(next)["written"] == 3)
    #expect(scratch.files(below: "out") == ["bello.png", "luna.jpg", "rex.jpg"])
    let text = String(decoding: scratch.bytes("out/.imgbatch-journal") ?? Data(), as: UTF8.self)
    #expect(text.hasPrefix("imgbatch-journal\t2\tsize="))
    // The five earlier sources once each, and the records of this run.
    #expect(text.split(separator: "\n").count { $0.contains("\tin=/srv/album/photos/") } == 5)
    #expect(text.split(separator: "\n").count { $0.contains("\twritten\t") } == 3)
    #expect(try summary(Command.run(arguments: arguments + ["--resume"]))["skipped"] == 3)
  }

  @Test(
    "A journal on a full disk loses lines but no image; the next run repeats only those",
    arguments: Command.modes)
  func fullJournal(mode: String) throws {
    try fill()
    let calls = try SystemCalls()
    let arguments = [
      "resize", scratch["in"], "--out", scratch["out"], "--size", "20", "--json", "--mode", mode, "--jobs", "2",
    ]
    // ENOSPC: ten lines are written; all others are truncated.
    let first = try Command.run(
      arguments: arguments, environment: calls.environment(fault: "write .imgbatch-journal 28 10"))
    #expect(first.status == 0)
    #expect(try summary(first)["written"] == 24)
    #expect(
      first.error.contains(
        "Warning: the journal could not be kept (ENOSPC: no space left on device); --resume will repeat some images."
      ),
      "\(first.error)")
    let second = try Command.run(arguments: arguments + ["--resume"])
    #expect(try summary(second) == ["written": 14, "skipped": 10, "failed": 0, "notStarted": 0])
    #expect(try summary(Command.run(arguments: arguments + ["--resume"]))["skipped"] == 24)
  }

  @Test("An unusable journal is reported before any work")
  func unusableJournal() throws {
    try FileManager.default.createDirectory(
      atPath: scratch["out/.imgbatch-journal"], withIntermediateDirectories: true)
    let answer = try Command.run("resize", Command.dogs, "--out", scratch["out"])
    #expect(answer.status == 73)
    #expect(answer.error.contains(".imgbatch-journal") && answer.error.contains("--no-journal"))
    #expect(scratch.files(below: "out") == [])
  }
}
