import Foundation
import Testing

@Suite("imgbatch resize")
struct ResizeTests {
  @Test("A folder becomes thumbnails of at most 256x256 in the same tree, with a summary on standard error")
  func folder() throws {
    let scratch = try ScratchFolder()
    for name in ["dogs/rex.jpg", "dogs/luna.jpg", "dogs/bello.png", "patterns/orientation-6.jpg"] {
      try scratch.add(name, as: "in/" + name)
    }
    let answer = try Command.run("resize", scratch["in"], "--out", scratch["out"])
    #expect(answer.status == 0, "\(answer.error)")
    #expect(answer.output.isEmpty)
    #expect(answer.error.hasPrefix("4 written in "))
    #expect(
      scratch.files(below: "out") == ["dogs/bello.png", "dogs/luna.jpg", "dogs/rex.jpg", "patterns/orientation-6.jpg"])

    let sizes = try Command.run("info", scratch["out"], "--json").events.reduce(into: [String: [Int?]]()) {
      $0[URL(fileURLWithPath: $1["source"] as? String ?? "").lastPathComponent] = [
        $1["width"] as? Int, $1["height"] as? Int, $1["orientation"] as? Int,
      ]
    }
    #expect(
      sizes == [
        "rex.jpg": [256, 192, 1], "luna.jpg": [192, 256, 1], "bello.png": [256, 176, 1],
        "orientation-6.jpg": [170, 256, 1],
      ])
  }

  @Test("Sources keep their bytes")
  func sourcesStay() throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "in/rex.jpg")
    let before = scratch.bytes("in/rex.jpg")
    #expect(try Command.run("resize", scratch["in"], "--out", scratch["in/thumbs"]).status == 0)
    #expect(scratch.bytes("in/rex.jpg") == before)
    // An output folder inside an input folder is not an input.
    #expect(try Command.run("resize", scratch["in"], "--out", scratch["in/thumbs"]).error.hasPrefix("1 written"))
  }

  @Test(
    "Sizes are exact",
    arguments: [
      ("100", 100, 75), ("300x50", 67, 50), ("90x", 90, 68), ("x90", 120, 90), ("50%", 600, 450), ("4000", 1200, 900),
    ])
  func sizes(size: String, width: Int, height: Int) throws {
    let scratch = try ScratchFolder()
    let answer = try Command.run(
      "resize", Command.dogs + "/rex.jpg", "--out", scratch["out"], "--size", size, "--json")
    #expect(answer.status == 0, "\(answer.error)")
    let file = try #require(answer.files["rex.jpg"])
    #expect(file["width"] as? Int == width)
    #expect(file["height"] as? Int == height)
    #expect(file["sourceWidth"] as? Int == 1200)
  }

  @Test(
    "--fit and --gravity determine the result for a box",
    arguments: [
      ("inside", 100, 75), ("cover", 100, 100), ("contain", 100, 100), ("fill", 100, 100), ("outside", 133, 100),
    ])
  func fits(fit: String, width: Int, height: Int) throws {
    let scratch = try ScratchFolder()
    for gravity in ["north", "entropy"] {
      let options = ["--size", "100", "--fit", fit, "--gravity", gravity, "--background", "black", "--json"]
      let run = ["resize", Command.dogs + "/rex.jpg", "--out", scratch["out"]] + options
      let planned = try #require(try Command.run(arguments: run + ["--dry-run"]).files["rex.jpg"])
      let written = try #require(try Command.run(arguments: run).files["rex.jpg"])
      for file in [planned, written] {
        #expect(file["width"] as? Int == width)
        #expect(file["height"] as? Int == height)
      }
    }
    let answer = try Command.run("resize", Command.dogs, "--out", scratch["out"], "--fit", "stretch")
    #expect(answer.status == 64 && answer.error.contains("outside"))
  }

  @Test("One run makes several sizes, each with its name, its event and its journal line")
  func sizesTogether() throws {
    let scratch = try ScratchFolder()
    for name in ["rex.jpg", "luna.jpg"] { try scratch.add("dogs/" + name, as: "in/" + name) }
    let run = ["resize", scratch["in"], "--out", scratch["out"], "--size", "160", "--size", "32x32", "--json"]
    let first = try Command.run(arguments: run + ["--mode", "processes"])
    #expect(first.status == 0, "\(first.error)")
    let names = ["luna-160.jpg", "luna-32x32.jpg", "rex-160.jpg", "rex-32x32.jpg"]
    #expect(scratch.files(below: "out") == names)
    let events = try first.events
    let written = events.filter { $0["status"] as? String == "written" }
    #expect(written.compactMap { $0["width"] as? Int }.sorted() == [24, 32, 120, 160])
    #expect(events.last?["inputs"] as? Int == 2 && events.last?["written"] as? Int == 2)
    #expect(events.last?["outputs"] as? Int == 4)
    #expect(try Command.run(arguments: run + ["--existing", "update"]).events.last?["skipped"] as? Int == 2)

    // One output is missing: only this one is made again.
    try FileManager.default.removeItem(atPath: scratch["out/rex-32x32.jpg"])
    for command in [run + ["--existing", "update", "--dry-run"], run + ["--resume"]] {
      let again = try Command.run(arguments: command).events.filter { $0["event"] as? String == "file" }
      #expect(again.count { $0["status"] as? String == "skipped" } == 3)
    }
    #expect(scratch.files(below: "out") == names)

    let clash = try Command.run(arguments: run + ["--name", "{stem}.{ext}"])
    #expect(clash.status == 64 && clash.error.contains("{size}"))
    // A small image keeps its size for both.
    let small = try Command.run(
      "resize", Command.dogs + "/bello.png", "--out", scratch["out"], "--size", "2000", "--size", "3000", "--name",
      "{stem}-{w}.{ext}")
    #expect(small.status == 64 && small.error.contains("bello"))
    #expect(try Command.run(arguments: run + ["--size", "160"]).status == 64)
  }

  @Test("--upscale enlarges small images")
  func upscale() throws {
    let scratch = try ScratchFolder()
    let answer = try Command.run(
      "resize", Command.dogs + "/bello.png", "--out", scratch["out"], "--size", "960", "--upscale", "--json")
    #expect(try answer.files["bello.png"]?["width"] as? Int == 960)
  }

  @Test("--format, --gray and --progressive determine the output")
  func formats() throws {
    let scratch = try ScratchFolder()
    let answer = try Command.run(
      "resize", Command.patterns, "--out", scratch["out"], "--format", "jpeg", "--gray", "--progressive",
      "--background", "black")
    #expect(answer.status == 0, "\(answer.error)")
    let infos = try Command.run("info", scratch["out"], "--json").events
    #expect(infos.count == 14)
    for info in infos {
      #expect(info["format"] as? String == "jpeg")
      #expect(info["colour"] as? String == "gray")
      #expect(info["layout"] as? String == "progressive")
    }
  }

  @Test("Chroma subsampling, profile and 16 bits follow the options")
  func details() throws {
    let scratch = try ScratchFolder()
    func info(_ name: String, _ options: String...) throws -> [String: Any] {
      let source = Command.patterns + "/" + name
      let out = scratch[UUID().uuidString]
      #expect(try Command.run(arguments: ["resize", source, "--out", out, "--size", "64"] + options).status == 0)
      return try #require(try Command.run("info", out, "--json").events.first)
    }
    #expect(try info("icc-srgb.jpg")["subsampling"] as? String == "420")
    #expect(try info("icc-srgb.jpg", "--quality", "90")["subsampling"] as? String == "444")
    #expect(try info("icc-srgb.jpg", "--subsampling", "422")["subsampling"] as? String == "422")
    #expect(try info("icc-srgb.jpg")["profileBytes"] as? Int != 0)
    #expect(try info("icc-srgb.jpg", "--icc", "strip")["profileBytes"] as? Int == 0)
    #expect(try info("gradient-16bit.png")["bits"] as? Int == 16)
    #expect(try info("orientation-6.jpg")["width"] as? Int == 43)
    #expect(try info("orientation-6.jpg", "--no-orient")["width"] as? Int == 64)
  }

  @Test("grayscale keeps the size unless --size is given")
  func grayscale() throws {
    let scratch = try ScratchFolder()
    let full = try Command.run("grayscale", Command.dogs, "--out", scratch["full"], "--json")
    #expect(full.status == 0, "\(full.error)")
    #expect(try full.files["rex.jpg"]?["width"] as? Int == 1200)
    let small = try Command.run("grayscale", Command.dogs, "--out", scratch["small"], "--size", "64", "--json")
    #expect(try small.files["rex.jpg"]?["width"] as? Int == 64)
    for info in try Command.run("info", scratch["full"], "--json").events {
      #expect(info["colour"] as? String == "gray")
    }
  }

  @Test("Names follow the template")
  func names() throws {
    let scratch = try ScratchFolder()
    let answer = try Command.run(
      "resize", Command.dogs + "/rex.jpg", "--out", scratch["out"], "--name", "{size}/{stem}-{w}x{h}.{ext}")
    #expect(answer.status == 0, "\(answer.error)")
    #expect(scratch.files(below: "out") == ["256/rex-256x192.jpg"])
  }

  @Test("--dry-run reports what would be written and writes nothing")
  func dryRun() throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "in/rex.jpg")
    let answer = try Command.run("resize", scratch["in"], "--out", scratch["out"], "--dry-run")
    #expect(answer.status == 0, "\(answer.error)")
    #expect(answer.output == "\(scratch["in/rex.jpg"]) -> \(scratch["out/rex.jpg"]): 1200x900 -> 256x192\n")
    #expect(answer.error.hasPrefix("1 would be written in "))
    #expect(!FileManager.default.fileExists(atPath: scratch["out"]))

    let events = try Command.run("resize", scratch["in"], "--out", scratch["out"], "--dry-run", "--json").events
    #expect(events.map { $0["event"] as? String } == ["start", "file", "summary"])
    #expect(events[1]["status"] as? String == "planned")
    #expect(events[2]["notStarted"] as? Int == 1)
  }

  @Test("--existing keeps, refuses or replaces existing outputs")
  func existing() throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "in/rex.jpg")
    try scratch.add("dogs/luna.jpg", as: "out/rex.jpg")
    let there = scratch.bytes("out/rex.jpg")

    let skip = try Command.run("resize", scratch["in"], "--out", scratch["out"], "--existing", "skip", "--json")
    #expect(skip.status == 0)
    #expect(try skip.files["rex.jpg"]?["reason"] as? String == "exists")
    #expect(scratch.bytes("out/rex.jpg") == there)

    for options in [[], ["--dry-run"]] {
      let fail = try Command.run(
        arguments: ["resize", scratch["in"], "--out", scratch["out"], "--existing", "fail", "--json"] + options)
      #expect(fail.status == 1)
      #expect(try (fail.files["rex.jpg"]?["error"] as? [String: Any])?["code"] as? String == "exists")
      #expect(scratch.bytes("out/rex.jpg") == there)
    }

    #expect(try Command.run("resize", scratch["in"], "--out", scratch["out"]).status == 0)
    #expect(scratch.bytes("out/rex.jpg") != there)
  }

  @Test("All modes and numbers of workers write the same bytes")
  func modes() throws {
    let scratch = try ScratchFolder()
    let ways = [
      ["--mode", "serial"], ["--jobs", "1"], ["--jobs", "2"], ["--jobs", "40"], ["--mode", "processes", "--jobs", "1"],
      ["--mode", "processes", "--jobs", "3"],
    ]
    for (index, way) in ways.enumerated() {
      let answer = try Command.run(
        arguments: ["resize", Command.dogs, Command.patterns, "--out", scratch["\(index)"]] + way)
      #expect(answer.status == 0, "\(way): \(answer.error)")
      #expect(answer.error.hasPrefix("17 written in "))
    }
    let names = scratch.files(below: "0")
    #expect(names.count == 17)
    for index in 1..<ways.count {
      #expect(scratch.files(below: "\(index)") == names)
      for name in names {
        #expect(scratch.bytes("\(index)/\(name)") == scratch.bytes("0/\(name)"), "\(name) \(ways[index])")
      }
    }
  }
}

@Suite("Measurements of a run, for compare and profile")
struct MeasurementTests {
  @Test(
    "Every stage is reported with both clocks, and every image if requested",
    arguments: ["serial", "threads", "processes"])
  func lines(mode: String) throws {
    let scratch = try ScratchFolder()
    let answer = try Command.run(
      "resize", Command.dogs, "--out", scratch["out"], "--quiet", "--mode", mode, "--measurements", "items")
    let lines = answer.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.map { $0[0] } == ["item", "item", "item", "stage", "stage", "stage", "stage", "stage", "readers"])
    let stages = lines.dropFirst(3).prefix(5)
    #expect(stages.map { $0[1] } == ["read", "decode", "resize", "encode", "write"])
    for line in stages {
      let (wall, cpu) = (Int(line[2]) ?? 0, Int(line[3]) ?? 0)
      // The CPU clock may be ahead by its resolution, where it is coarse.
      #expect(cpu > 0 && cpu <= wall + 10_000_000, "\(line)")
    }
    let totals = try Command.run(
      "resize", Command.dogs, "--out", scratch["out"], "--quiet", "--measurements", "totals")
    #expect(totals.output.split(separator: "\n").count == 6)
  }
}

@Suite("The page of --report")
struct ReportTests {
  @Test("The page shows written images, failures and reasons, in every mode", arguments: ["threads", "processes"])
  func page(mode: String) throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "in/<script>alert(1)<&>.jpg")
    try scratch.add("broken/truncated.png", as: "in/bad\u{1B}[2J.png")
    let answer = try Command.run(
      "resize", scratch["in"], "--out", scratch["out"], "--mode", mode, "--report", scratch["pages/run.html"])
    #expect(answer.status == 1)
    let page = try #require(scratch.bytes("pages/run.html").map { String(decoding: $0, as: UTF8.self) })
    #expect(page.contains("1 written, 1 failed") && page.hasSuffix("</html>\n"))
    #expect(page.contains("&lt;script&gt;alert(1)&lt;&amp;&gt;.jpg") && !page.contains("<script"))
    #expect(page.contains("bad\\x1b[2J.png") && page.contains("<td>truncated</td>"))
    #expect(page.contains("src=\"data:image/jpeg;base64,/9j/"))
    #expect(page.contains("href=\"../out/%3Cscript%3Ealert%281%29%3C%26%3E.jpg\""))
    #expect(scratch.files(below: "pages") == ["run.html"])
  }

  @Test("The page shows when, where and how the run was started")
  func facts() throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "my dogs/it's rex.jpg")
    let line =
      "TZ=XYZ-1:30 imgbatch resize 'my dogs' $'my dogs/it\\'s rex.jpg' --out out --exclude '*.gif' "
      + "--exclude $'\\001\\377'"
    let answer = try Command.shell("\(line) --jobs 2 --report run.html; pwd", in: scratch)
    #expect(answer.status == 0, "\(answer.error)")
    let page = String(decoding: scratch.bytes("run.html") ?? Data(), as: UTF8.self)
    #expect(try page.contains(Regex(#"<td>20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+01:30</td>"#)))
    let command =
      #"imgbatch resize &#39;my dogs&#39; &#39;my dogs/it&#39;\&#39;&#39;s rex.jpg&#39; --out out --exclude &#39;*.gif&#39;"#
      + #" --exclude $&#39;\x01\xff&#39; --jobs 2 --report run.html"#
    #expect(page.contains("<td>\(command)</td>"))
    #expect(page.contains("<th scope=\"row\">Run in</th><td>\(answer.output.dropLast())</td>"))
    for text in ["<td>my dogs, my dogs/it&#39;s rex.jpg</td>", "<td>out</td>", "<td>threads, 2 workers</td>"] {
      #expect(page.contains(text), "\(text)")
    }
  }

  @Test("An unusable page is reported before any work")
  func refused() throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "rex.jpg")
    let arguments = ["resize", scratch["rex.jpg"], "--out", scratch["out"], "--report"]
    #expect(try Command.run(arguments: arguments + [scratch["page.jpg"]]).status == 64)
    #expect(try Command.run(arguments: arguments + [scratch["page.html"], "--dry-run"]).status == 64)
    let nowhere = try Command.run(arguments: arguments + [scratch["rex.jpg/page.html"]])
    #expect(nowhere.status == 73 && nowhere.error.contains("page.html cannot be written"))
    #expect(scratch.files(below: "out").isEmpty)
  }
}
