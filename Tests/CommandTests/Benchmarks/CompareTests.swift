import Foundation
import TestSupport
import Testing

@Suite("Comparing modes")
struct CompareTests {
  private let scratch: ScratchFolder
  private let modes = ["serial", "threads", "processes", "process per picture"]

  init() throws {
    scratch = try ScratchFolder()
    try FileManager.default.createDirectory(atPath: scratch["tmp"], withIntermediateDirectories: true)
  }

  private func title(of mode: String) -> String { mode.replacing("picture", with: "image") }

  /// Temporary files go to a folder that must be empty afterwards.
  private func compare(_ arguments: [String], input: Data = Data()) throws -> Response {
    let answer = try Command.run(
      arguments: ["compare"] + arguments, input: input, environment: ["TMPDIR": scratch["tmp"]])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch["tmp"]).isEmpty)
    return answer
  }

  @Test("The report has a table of four modes, the proof and the verdict, and names keep their bytes")
  func table() throws {
    let line = """
      cp '\(Command.dogs)/rex.jpg' $'caf\\xe9\\n.jpg' &&
      TMPDIR=tmp imgbatch compare --jobs 2 --size 64 --gray -- $'caf\\xe9\\n.jpg' '\(Command.dogs)'
      """
    let answer = try Command.shell(line, in: scratch)
    #expect(answer.status == 0, "\(answer.error)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch["tmp"]).isEmpty)
    #expect(answer.error == "")
    let lines = answer.output.split(separator: "\n")
    #expect(lines[0].hasPrefix("Use --mode ") || lines[0].hasPrefix("No advice: "))
    #expect(lines.allSatisfy { $0.count <= 80 })
    let words = answer.output.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    #expect(words.contains(" 4 images, ") && words.contains("; 2 workers on "))
    #expect(words.contains(" 3 runs of each, sources in the page cache. mode wall s CPU ms/image "))
    let table = try #require(lines.firstIndex { $0.hasPrefix("mode ") })
    for (mode, line) in zip(modes, lines[(table + 1)...]) { #expect(line.hasPrefix(title(of: mode) + " ")) }
    for text in [
      "Start-up (an empty run): serial ", "All modes wrote the same bytes", "Isolation in long-lived worker processes ",
      "Why: 2 threads kept ", " vary ", "--mode ",
    ] {
      #expect(words.contains(text), "\(text)")
    }
  }

  @Test("JSON contains all samples; failures are reported once, and occur in every mode; two sizes are one image")
  func failures() throws {
    let answer = try compare([
      Command.dogs, Command.broken + "/truncated.png", "--size", "64", "--size", "32", "--json", "--runs", "3",
      "--jobs=3",
    ])
    #expect(answer.status == 1)
    #expect(answer.error.split(separator: "\n").count == 2 && answer.error.contains("truncated.png"))
    let events = try answer.events
    #expect(events.map { $0["event"] as? String } == ["compare", "mode", "mode", "mode", "mode", "verdict"])
    #expect(events[0]["pictures"] as? Int == 3 && events[0]["failed"] as? Int == 1 && events[0]["jobs"] as? Int == 3)
    #expect(events[1...4].map { $0["mode"] as? String } == modes)
    for mode in events[1...4] {
      for samples in ["wallSeconds", "userSeconds", "systemSeconds", "startSeconds"] {
        #expect((mode[samples] as? [Double])?.count == 3)
      }
      #expect(mode["peakBytes"] as? Int ?? 0 > 1_000_000)
    }
  }

  @Test("Each mode has its share of waiting, and the number of its readers if there were any")
  func readers() throws {
    func modes(_ readers: String) throws -> [[String: Any]] {
      try compare([Command.dogs, "--size", "64", "--json", "--readers", readers]).events.filter {
        $0["event"] as? String == "mode"
      }
    }
    for (readers, expected) in [("0", nil), ("3", 3)] as [(String, Int?)] {
      for mode in try modes(readers) {
        #expect((0...1).contains(mode["waitingShare"] as? Double ?? -1))
        #expect(mode["readers"] as? Int == expected)
      }
    }
  }

  @Test("Inputs can come from a list on standard input, and names keep their bytes")
  func list() throws {
    let line = """
      cp '\(Command.dogs)/rex.jpg' $'caf\\xe9\\n.jpg' && printf 'caf\\xe9\\n.jpg\\0' |
      TMPDIR=tmp imgbatch compare --files-from - -0 --markdown --cold
      """
    let answer = try Command.shell(line, in: scratch)
    #expect(answer.status == 0, "\(answer.error)")
    #expect(answer.output.hasPrefix("1 image, "))
    #expect(answer.output.contains("\n| process per image | "))
    #expect(answer.output.contains("sources dropped from the page cache") && answer.output.contains("\nCold"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch["tmp"]).isEmpty)
  }

  @Test("A mode that writes different outputs fails the comparison, and the message names the file")
  func difference() throws {
    try FileManager.default.copyItem(at: Command.imgbatch, to: scratch.url.appending(path: "imgbatch"))
    let worker = Command.folder.appending(path: "imgbatch-worker").path
    let script = """
      #!/bin/sh
      for folder in '\(scratch["tmp"])'/imgbatch-compare-*/outputs; do [ -d "$folder" ] && echo more > "$folder/extra.jpg"; done
      exec '\(worker)'

      """
    try Data(script.utf8).write(to: scratch.url.appending(path: "imgbatch-worker"))
    let answer = try Command.shell(
      "chmod +x imgbatch-worker && TMPDIR=\"$PWD/tmp\" ./imgbatch compare '\(Command.dogs)'", in: scratch)
    #expect(answer.status == 70)
    #expect(answer.output == "")
    #expect(
      answer.error
        == "Error: mode processes wrote other bytes than serial in extra.jpg; please report it with this file.\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch["tmp"]).isEmpty)
  }

  @Test("A mode with another exit status fails the comparison")
  func otherEnd() throws {
    try FileManager.default.copyItem(at: Command.imgbatch, to: scratch.url.appending(path: "imgbatch"))
    let answer = try Command.shell(
      "TMPDIR=\"$PWD/tmp\" ./imgbatch compare '\(Command.dogs)'", in: scratch)
    #expect(answer.status == 70)
    #expect(answer.error.contains("imgbatch-worker"))
    #expect(answer.error.hasSuffix("the run of mode processes ended with status 70, that of the first mode with 0.\n"))
  }

  @Test("Wrong usage and missing inputs have their exit statuses")
  func statuses() throws {
    #expect(try compare([]).status == 64)
    #expect(try compare([Command.dogs, "--runs", "2"]).status == 64)
    #expect(try compare([Command.dogs, "--json", "--markdown"]).status == 64)
    #expect(try compare([Command.dogs, "--readers", "65"]).status == 64)
    #expect(try compare([scratch["none"]]).status == 66)
    #expect(try compare(["--files-from", "-"], input: Data()).status == 66)
    let twice = try Command.shell(
      "mkdir -p a b && cp '\(Command.dogs)/rex.jpg' a && cp a/rex.jpg b && TMPDIR=tmp imgbatch compare a/rex.jpg b/rex.jpg",
      in: scratch)
    #expect(twice.status == 64)
    #expect(twice.error.contains("two inputs map to the same output"))
  }

  @Test(
    "A signal ends the comparison and removes the outputs", arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
  func interrupt(signal: Int32, status: Int32) throws {
    let process = Command.prepared(
      Command.imgbatch, ["compare", Command.dogs, "--runs", "100"], ["TMPDIR": scratch["tmp"]])
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.start()
    try process.wait(for: "two outputs") { scratch.files(below: "tmp").count >= 2 }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == Process.TerminationReason.exit)
    #expect(process.terminationStatus == status)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch["tmp"]).isEmpty)
  }
}
