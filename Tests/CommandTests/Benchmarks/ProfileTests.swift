import Foundation
import TestSupport
import Testing

@Suite("Profiling the cores")
struct ProfileTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try FileManager.default.createDirectory(atPath: scratch["tmp"], withIntermediateDirectories: true)
  }

  private func profile(_ arguments: [String], defaults: String? = nil) throws -> Response {
    let answer = try Command.run(
      arguments: ["profile"] + arguments,
      environment: ["TMPDIR": scratch["tmp"], "IMGBATCH_DEFAULTS": defaults.map { scratch[$0] } ?? ""])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch["tmp"]).isEmpty)
    return answer
  }

  @Test("The report has a table, a plot, the stages, the advice and a page")
  func table() throws {
    let answer = try profile([
      Command.dogs, "--jobs", "1,2", "--size", "64", "--gray", "--report", scratch["new/page.html"],
    ])
    #expect(answer.status == 0, "\(answer.error)")
    #expect(answer.error == "")
    #expect(answer.output.hasPrefix("Use --mode ") || answer.output.hasPrefix("No advice: "))
    let lines = answer.output.split(separator: "\n")
    // A path is not broken; it may be longer than a line.
    #expect(lines.allSatisfy { $0.count <= 80 || $0.contains("/") })
    for start in [
      "3 images, ", "serial ", "threads ", "processes ", "Speed-up over serial", "ms per image ", "decode ", "other ",
      "- Within one image ", "- Too few points for a law: ", "Start-up ", "All settings wrote the same bytes.",
    ] {
      #expect(lines.contains { $0.hasPrefix(start) }, "\(start)")
    }
    #expect(answer.output.contains(" vary ") && !answer.output.contains("Karp"))
    let page = try #require(scratch.bytes("new/page.html").map { String(decoding: $0, as: UTF8.self) })
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
    #expect(page.components(separatedBy: "<svg").count == 5)
    #expect(scratch.files(below: "new") == ["page.html"])
  }

  @Test("JSON contains all settings, failures affect the exit status, and two sizes are one image")
  func json() throws {
    let answer = try profile([
      Command.dogs, Command.broken + "/truncated.png", "--size", "64", "--size", "32", "--jobs", "1,2", "--json",
    ])
    #expect(answer.status == 1)
    let events = try answer.events
    #expect(events.first?["pictures"] as? Int == 3)
    #expect(events.first?["failed"] as? Int == 1 && events.first?["machine"] is [String: Any])
    let names = events.map { $0["event"] as? String }
    #expect(
      names.filter { $0 != "bands" } == ["profile"] + Array(repeating: "setting", count: 5)
        + Array(repeating: "law", count: 4) + ["advice"])
    #expect(names.contains("bands"))
  }

  @Test("resize uses saved defaults, and explicit options take precedence")
  func save() throws {
    let saving = try profile([Command.dogs, "--jobs", "1", "--save", "--json"], defaults: "conf/defaults")
    let start = try #require(try saving.events.first)
    let processor = (start["machine"] as? [String: Any])?["CPU"] as? String
    let cores = try #require(start["cores"] as? Int)
    // With one worker the advice is usually serial, or none where the runs vary too much.
    if saving.status == 0 {
      let advice = try #require(try saving.events.last)
      #expect(
        saving.error.hasPrefix("Saved --mode \(advice["mode"] ?? "") --jobs 1 as the default on this machine in "))
      #expect(saving.error.hasSuffix("/conf/defaults. Remove that file to undo.\n"))
      let answer = try Command.run(
        arguments: ["resize", Command.dogs, "--out", scratch["out"], "--json", "--verbose"],
        environment: ["IMGBATCH_DEFAULTS": scratch["conf/defaults"]])
      #expect(try answer.events.first?["mode"] as? String == advice["mode"] as? String)
      #expect(answer.error.hasPrefix("defaults: --mode \(advice["mode"] ?? "") --jobs 1, saved in "))
    } else {
      #expect(saving.status == 1 && saving.error.hasPrefix("Nothing was saved: the runs vary too much. Measure again "))
      #expect(scratch.bytes("conf/defaults") == nil)
    }
    func resize(_ arguments: [String], processor: String?, cores: Int) throws -> String {
      let text = "# x\nprocessor \(processor ?? "")\ncores \(cores)\nmode processes\njobs 3\n"
      try Data(text.utf8).write(to: scratch.url.appending(path: "defaults"))
      let answer = try Command.run(
        arguments: ["resize", Command.dogs, "--out", scratch["out"], "--json"] + arguments,
        environment: ["IMGBATCH_DEFAULTS": scratch["defaults"]])
      #expect(answer.status == 0)
      let start = try answer.events.first
      return "\(start?["mode"] ?? "") \(start?["jobs"] ?? "")"
    }
    #expect(try resize([], processor: processor, cores: cores) == "processes 3")
    #expect(try resize(["--jobs", "1"], processor: processor, cores: cores) == "processes 1")
    #expect(try resize(["--mode", "threads"], processor: processor, cores: cores) == "threads \(cores)")
    #expect(try resize([], processor: "another", cores: cores) == "threads \(cores)")
    #expect(try resize([], processor: processor, cores: cores + 1) == "threads \(cores)")
  }

  @Test("Wrong usage and unwritable paths have their exit statuses")
  func statuses() throws {
    #expect(try profile([Command.dogs, "--jobs", "1,x"]).status == 64)
    #expect(try profile([Command.dogs, "--jobs", "0"]).status == 64)
    #expect(try profile([Command.dogs, "--csv", "--json"]).status == 64)
    #expect(try profile([Command.dogs, "--report", scratch["picture.jpg"]]).status == 64)
    #expect(try profile([scratch["none"]]).status == 66)
    try FileManager.default.createDirectory(atPath: scratch["folder.html"], withIntermediateDirectories: true)
    let folder = try profile([Command.dogs, "--report", scratch["folder.html"]])
    #expect(folder.status == 73 && folder.output == "")
    let nowhere = try profile([Command.dogs, "--jobs", "1", "--save"])
    #expect(nowhere.status == 73 && nowhere.output == "")
  }
}
