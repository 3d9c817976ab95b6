import Foundation
import TestSupport
import Testing

@Suite("Failures and how they are reported")
struct FailureTests {
  @Test(
    "Each broken sample fails alone, with its code",
    arguments: [
      ("truncated.jpg", "truncated"), ("truncated-progressive.jpg", "truncated"), ("truncated.png", "truncated"),
      ("bit-flipped.jpg", "corrupt"), ("bit-flipped.png", "corrupt"), ("lying-header.jpg", "unsupported"),
      ("lying-header-65500.jpg", "limit-pixels"), ("lying-header.png", "limit-pixels"), ("no-image.png", "corrupt"),
      ("empty.jpg", "not-an-image"), ("not-an-image.jpg", "not-an-image"),
      ("webp-named.jpg", WebPTrait.isOn ? "corrupt" : "unsupported"),
    ])
  func broken(name: String, code: String) throws {
    let scratch = try ScratchFolder()
    let answer = try Command.run(
      "resize", Command.broken + "/" + name, Command.dogs, "--out", scratch["out"], "--json")
    #expect(answer.status == 1)
    let file = try #require(answer.files[name])
    #expect(file["status"] as? String == "failed")
    let error = try #require(file["error"] as? [String: Any])
    #expect(error["code"] as? String == code, "\(error)")
    #expect(answer.error.isEmpty)
    let plain = try Command.run("resize", Command.broken + "/" + name, "--out", scratch["plain"])
    #expect(plain.error.hasPrefix("failed \(Command.broken)/\(name): "))
    #expect(plain.error.contains("[\(code)]\n") && plain.error.contains("\n  \(code): "), "\(plain.error)")
    #expect(scratch.files(below: "out") == ["bello.png", "luna.jpg", "rex.jpg"])
  }

  @Test(
    "The totals of the events equal the number of inputs, in every mode", arguments: ["serial", "threads", "processes"])
  func sums(mode: String) throws {
    let scratch = try ScratchFolder()
    let answer = try Command.run(
      "resize", Command.broken, Command.dogs, "--out", scratch["out"], "--json", "--quiet", "--mode", mode)
    #expect(answer.status == 1)
    let events = try answer.events
    let start = try #require(events.first)
    #expect(start["event"] as? String == "start")
    #expect(start["schema"] as? Int == 1)
    #expect(start["mode"] as? String == mode)
    #expect(start["inputs"] as? Int == 15)
    let summary = try #require(events.last)
    #expect(summary["event"] as? String == "summary")
    #expect(summary["inputs"] as? Int == 15)
    #expect(summary["written"] as? Int == 3)
    #expect(summary["failed"] as? Int == 12)
    #expect(summary["skipped"] as? Int == 0)
    #expect(summary["notStarted"] as? Int == 0)
    #expect(try answer.files.count == 15)
    #expect(answer.error.isEmpty)
  }

  @Test("--fail-on never accepts incomplete images, --fail-fast stops at the first failure")
  func tolerance() throws {
    let scratch = try ScratchFolder()
    let truncated = Command.broken + "/truncated.jpg"
    #expect(try Command.run("resize", truncated, "--out", scratch["a"], "--fail-on", "never").status == 0)
    #expect(scratch.files(below: "a") == ["truncated.jpg"])

    let answer = try Command.run(
      "resize", Command.broken, "--out", scratch["b"], "--fail-fast", "--mode", "serial", "--json")
    #expect(answer.status == 1)
    let summary = try #require(answer.events.last)
    #expect(summary["failed"] as? Int == 1)
    #expect(summary["notStarted"] as? Int == 11)
  }

  @Test("A limit's message names the option that raises it")
  func limits() throws {
    let scratch = try ScratchFolder()
    for (options, code) in [
      (["--max-pixels", "1000"], "limit-pixels"), (["--max-file-bytes", "1K"], "limit-bytes"),
      (["--max-scans", "2"], "limit-scans"),
    ] {
      let answer = try Command.run(
        arguments: ["resize", Command.dogs + "/luna.jpg", "--out", scratch["out"]] + options)
      #expect(answer.status == 1)
      #expect(answer.error.contains("[\(code)]"), "\(answer.error)")
      #expect(answer.error.contains(options[0]), "\(answer.error)")
    }
  }

  @Test("No input, a missing folder and an empty folder end with status 66 and one sentence")
  func noInput() throws {
    let scratch = try ScratchFolder()
    try FileManager.default.createDirectory(atPath: scratch["empty"], withIntermediateDirectories: true)
    for input in [["empty"], ["nowhere"], ["nowhere", "empty"]] {
      let answer = try Command.run(arguments: ["resize"] + input.map { scratch[$0] } + ["--out", scratch["out"]])
      #expect(answer.status == 66, "\(answer.error)")
      #expect(answer.error.contains(scratch[input[0]]), "\(answer.error)")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch["out"]))
    #expect(try Command.run("resize", "--files-from", "-", "--out", scratch["out"]).status == 66)
  }

  @Test("A missing input among good ones is one failure")
  func missingBesideGood() throws {
    let scratch = try ScratchFolder()
    let answer = try Command.run("resize", scratch["nowhere.jpg"], Command.dogs, "--out", scratch["out"], "--json")
    #expect(answer.status == 1)
    #expect(try (answer.files["nowhere.jpg"]?["error"] as? [String: Any])?["code"] as? String == "read")
    #expect(scratch.files(below: "out").count == 3)
  }

  @Test("An unusable output folder ends with status 73 before any work")
  func outputFolder() throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "file")
    for out in [scratch["file"], scratch["file/below"], "/proc/nowhere", "/proc"] {
      let answer = try Command.run("resize", Command.dogs, "--out", out)
      #expect(answer.status == 73, "\(out): \(answer.error)")
      #expect(answer.error.contains(out))
      #expect(answer.error.split(separator: "\n").count == 1, "\(answer.error)")
    }
  }

  @Test("An output that is an input ends with status 64, and nothing is written")
  func outputIsInput() throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "in/rex.jpg")
    let before = scratch.bytes("in/rex.jpg")
    let answer = try Command.run("resize", scratch["in"], "--out", scratch["in"])
    #expect(answer.status == 64)
    #expect(answer.error.contains(scratch["in/rex.jpg"]))
    #expect(scratch.bytes("in/rex.jpg") == before)
    #expect(scratch.files(below: "in") == ["rex.jpg"])
  }

  @Test("Two inputs with one output end with status 64; both are named, and nothing is written")
  func collision() throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/bello.png", as: "in/a.png")
    try scratch.add("dogs/rex.jpg", as: "in/a.jpg")
    for options in [[], ["--dry-run"]] {
      let answer = try Command.run(
        arguments: ["resize", scratch["in"], "--out", scratch["out"], "--format", "jpeg"] + options)
      #expect(answer.status == 64)
      for name in ["in/a.png", "in/a.jpg", "out/a.jpg"] { #expect(answer.error.contains(scratch[name])) }
      #expect(!FileManager.default.fileExists(atPath: scratch["out"]))
    }
    #expect(try Command.run("resize", scratch["in"], "--out", scratch["out"]).status == 0)
    #expect(scratch.files(below: "out") == ["a.jpg", "a.png"])
  }

  @Test(
    "Wrong usage ends with status 64 and describes the right usage",
    arguments: [
      (["resize"], "--out thumbs"), (["resize", "--out", "b"], "--files-from"), (["resize", "a"], "--out"),
      (["resize", "a", "--out", "b", "--size", "0"], "400x300"),
      (["resize", "a", "--out", "b", "--quality", "101"], "1 to 100"),
      (["resize", "a", "--out", "b", "--png-level", "10"], "0 to 9"),
      (["resize", "a", "--out", "b", "--filter", "best"], "lanczos3"),
      (["resize", "a", "--out", "b", "--background", "#12"], "#rrggbb"),
      (["resize", "a", "--out", "b", "--name", "{what}"], "{stem}"),
      (["resize", "a", "--out", "b", "--name", "../{stem}"], "--out"),
      (["resize", "a", "--out", "b", "--jobs", "0"], "1 to 1024"),
      (["resize", "a", "--out", "b", "--max-file-bytes", "5X"], "--max-file-bytes"),
      (["resize", "a", "--out", "b", "-0"], "--files-from"),
      (["resize", "a", "--out", "b", "--quiet", "--verbose"], "--quiet"),
      (["grayscale", "a", "--out", "b", "--gray"], "--gray"), (["shrink"], "shrink"),
    ])
  func usage(arguments: [String], hint: String) throws {
    let answer = try Command.run(arguments: arguments)
    #expect(answer.status == 64)
    #expect(answer.error.contains(hint), "\(answer.error)")
    #expect(answer.output.isEmpty)
  }

  @Test("Process mode without its worker program ends with status 70 and names the expected path")
  func noWorker() throws {
    let scratch = try ScratchFolder()
    // A separate process makes the copy. In this process, another test could fork a child that inherits the descriptor while the
    // file is open for writing, and execution would then fail (ETXTBSY).
    let answer = try Command.shell(
      "cp '\(Command.imgbatch.path)' imgbatch && ./imgbatch resize '\(Command.dogs)' --out out --mode processes --json",
      in: scratch)
    #expect(answer.status == 70)
    #expect(answer.error.contains("imgbatch-worker"))
    #expect(try answer.events.last?["notStarted"] as? Int == 3)
  }
}
