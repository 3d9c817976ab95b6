import Foundation
import TestSupport
import Testing

@Suite("A streamed list overwrites no source that it names later")
struct StreamedOverwriteTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    for name in ["b.jpg", "c.jpg"] { try scratch.add("dogs/rex.jpg", as: "in/\(name)") }
    for name in ["b.jpg", "z.jpg"] { try scratch.add("dogs/luna.jpg", as: "out/\(name)") }
  }

  /// The sources and statuses in the order of the events.
  private func run(_ list: [String], _ options: String = "--jobs 1") throws -> [String] {
    let lines = list.map { "'\($0)'" }.joined(separator: " ")
    let answer = try Command.shell(
      "printf '%s\\n' \(lines) | imgbatch resize --files-from - --out out --size 20 --json \(options)", in: scratch)
    return try answer.events.filter { $0["event"] as? String == "file" }.map { event in
      let error = (event["error"] as? [String: Any])?["code"] as? String
      return "\(event["source"] as? String ?? ""): \(error ?? event["status"] as? String ?? "")"
    }
  }

  private var luna: Data { FileManager.default.contents(atPath: Command.dogs + "/luna.jpg") ?? Data() }

  @Test("The source of a later line is kept, under any of its names", arguments: Command.modes)
  func later(mode: String) throws {
    try FileManager.default.linkItem(atPath: scratch["out/b.jpg"], toPath: scratch["hard.jpg"])
    try FileManager.default.createSymbolicLink(atPath: scratch["soft.jpg"], withDestinationPath: "out/b.jpg")
    for source in ["out/./b.jpg", "hard.jpg", "soft.jpg"] {
      for options in ["--jobs 1", "--jobs 4", "--jobs 4 --existing update", "--no-journal --jobs 1"] {
        let ends = try run(["in/./b.jpg", source, "in/./c.jpg"], "--mode \(mode) \(options)")
        #expect(ends.contains("in/./b.jpg: exists") && !ends.contains("in/./c.jpg: exists"), "\(ends)")
        #expect(scratch.bytes("out/b.jpg") == luna, "\(source) \(options)")
      }
    }
  }

  @Test("Inputs given in addition to the list also wait for it", arguments: Command.modes)
  func inputsWithList(mode: String) throws {
    let ends = try run(["out/./b.jpg"], "in/b.jpg --mode \(mode) --jobs 1")
    #expect(ends.contains("in/b.jpg: exists"), "\(ends)")
    #expect(scratch.bytes("out/b.jpg") == luna)
  }

  @Test(
    "Outputs not made by a run wait for the end of the list; unchanged ones of a run are replaced at once",
    arguments: Command.modes)
  func order(mode: String) throws {
    let list = ["in/./b.jpg", "in/./c.jpg"]
    let options = "--jobs 1 --mode \(mode)"
    #expect(try run(list, options) == ["in/./c.jpg: written", "in/./b.jpg: written"])
    #expect(scratch.bytes("out/b.jpg") != luna)
    #expect(try run(list, options) == ["in/./b.jpg: written", "in/./c.jpg: written"])
    // The file was changed since, so its origin is unknown.
    try luna.write(to: scratch.url.appending(path: "out/b.jpg"))
    #expect(try run(list, options) == ["in/./c.jpg: written", "in/./b.jpg: written"])
    // Rules that overwrite nothing need not wait.
    #expect(try run(list, options + " --existing skip") == ["in/./b.jpg: skipped", "in/./c.jpg: skipped"])
    #expect(try run(list, options + " --existing fail") == ["in/./b.jpg: exists", "in/./c.jpg: exists"])
    #expect(try run(list, options + " --dry-run") == ["in/./b.jpg: planned", "in/./c.jpg: planned"])
  }

  @Test("Waiting images are not started where the list does not reach its end", arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    let process = Command.prepared(
      Command.imgbatch, ["resize", "--files-from", "-", "--out", scratch["out"], "--json", "--jobs", "1"])
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.start()
    let lines = ["in/./b.jpg", "in/./c.jpg"].map { scratch.url.path + "/" + $0 + "\n" }.joined()
    try input.fileHandleForWriting.write(contentsOf: Data(lines.utf8))
    // The second image is written while the first waits.
    var text = try output.fileHandleForReading.read(lines: 2)
    kill(process.processIdentifier, signal)
    text += String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 128 + signal)
    #expect(
      text.contains(#""event":"summary","inputs":2,"written":1,"#) && text.contains(#""notStarted":1"#), "\(text)")
    #expect(scratch.bytes("out/b.jpg") == luna)
  }
}
