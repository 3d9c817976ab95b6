import Foundation
import TestSupport
import Testing

/// The reliability promises that can be shown within a second. `make soak` covers those that take longer.
@Suite("Promises of reliability") struct PromiseTests {
  private static let modes = ["serial", "threads", "processes"]

  private func code(_ event: [String: Any]?) -> String? { (event?["error"] as? [String: Any])?["code"] as? String }

  private func message(_ event: [String: Any]?) -> String {
    (event?["error"] as? [String: Any])?["message"] as? String ?? ""
  }

  /// Whether the file ends with the end marker of its format.
  private func isWhole(_ bytes: Data?) -> Bool {
    guard let bytes else { return false }
    return bytes.starts(with: [0xFF, 0xD8])
      ? bytes.suffix(2) == Data([0xFF, 0xD9]) : bytes.suffix(8).prefix(4) == Data("IEND".utf8)
  }

  @Test("Promise 1: with a file size limit, only complete files remain", arguments: modes)
  func wholeOrAbsent(mode: String) throws {
    let scratch = try ScratchFolder()
    let answer = try Command.shell(
      "ulimit -f 8; imgbatch resize '\(Command.dogs)' '\(Command.patterns)' --out out --json --mode \(mode) | cat",
      in: scratch)
    #expect(answer.status == 1, "\(answer.error)")
    let files = try answer.files
    #expect(files.count == 17)
    for (name, event) in files {
      if event["status"] as? String == "written" {
        #expect(isWhole(scratch.bytes("out/" + name)), "\(name)")
      } else {
        #expect(message(event).hasPrefix("EFBIG"), "\(name): \(message(event))")
        #expect(scratch.bytes("out/" + name) == nil)
      }
    }
    #expect(scratch.files(below: "out").count == files.values.count { $0["status"] as? String == "written" })
  }

  @Test("Promise 1: an existing output stays unchanged when its replacement cannot be written")
  func oldContent() throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/bello.png", as: "in/bello.png")
    try scratch.add("patterns/iccp.png", as: "out/bello.png")
    let before = scratch.bytes("out/bello.png")
    let answer = try Command.shell("ulimit -f 8; imgbatch resize in --out out", in: scratch)
    #expect(answer.status == 1)
    #expect(scratch.bytes("out/bello.png") == before)
    #expect(scratch.files(below: "out") == ["bello.png"])
  }

  @Test("Promise 2: every input has one event, with any number of workers", arguments: modes)
  func everyInput(mode: String) throws {
    let scratch = try ScratchFolder()
    let folders = [Command.dogs, Command.patterns, Command.broken]
    let there = try folders.flatMap { try FileManager.default.contentsOfDirectory(atPath: $0) }
    for jobs in ["1", "3"] {
      let answer = try Command.run(
        arguments: ["resize"] + folders + ["--out", scratch["out\(jobs)"], "--json", "--mode", mode, "--jobs", jobs])
      #expect(answer.status == 1)
      let events = try answer.events.filter { $0["event"] as? String == "file" }
      let names = events.map { URL(fileURLWithPath: $0["source"] as? String ?? "").lastPathComponent }
      #expect(names.sorted() == there.sorted())
      let written = events.filter { $0["status"] as? String == "written" }.compactMap { $0["output"] as? String }
      #expect(
        scratch.files(below: "out\(jobs)")
          == written.map { String($0.dropFirst(scratch["out\(jobs)"].count + 1)) }.sorted())
    }
  }

  @Test("Promise 7: sources stay unchanged, and an output folder inside them may be used twice")
  func sources() throws {
    let scratch = try ScratchFolder()
    for name in ["bello.png", "luna.jpg", "rex.jpg"] { try scratch.add("dogs/\(name)", as: "in/\(name)") }
    let before = ["bello.png", "luna.jpg", "rex.jpg"].map { scratch.bytes("in/\($0)") }
    for _ in 0..<2 {
      #expect(try Command.run("resize", scratch["in"], "--out", scratch["in/thumbs"]).status == 0)
      #expect(scratch.files(below: "in/thumbs") == ["bello.png", "luna.jpg", "rex.jpg"])
    }
    for (kind, option) in [("hard", ""), ("soft", "-s")] {
      let answer = try Command.shell(
        "mkdir \(kind) && ln \(option) \"$PWD/in/rex.jpg\" \(kind)/rex.jpg && imgbatch resize in --out \(kind)",
        in: scratch)
      #expect(answer.status == 64, "\(answer.error)")
    }
    #expect(["bello.png", "luna.jpg", "rex.jpg"].map { scratch.bytes("in/\($0)") } == before)
  }

  @Test("Promise 9: an input that is rewritten during the run fails or is complete in the output", arguments: modes)
  func rewritten(mode: String) throws {
    let scratch = try ScratchFolder()
    for number in 0..<4 { try scratch.add("dogs/rex.jpg", as: "in/\(number).jpg") }
    // Runs until two have met a file that was being rewritten. Nearly all do; if 60 runs do not, the test is broken.
    let answer = try Command.shell(
      """
      cp in/0.jpg whole
      (until [ -e over ]; do
         for name in in/*.jpg; do truncate -s $((RANDOM % 9000)) $name; cat whole >| $name; done
       done) &
      seen=0
      for number in {1..60}; do
        imgbatch resize in --out out$number --mode \(mode) --json --jobs 2; status=$?
        case $status in 0) ;; 1) ((++seen)) ;; *) echo "bad: $status" ;; esac
        [ $seen -ge 2 ] && break
      done
      touch over; wait
      """, in: scratch)
    #expect(answer.status == 0 && !answer.output.contains("bad: "), "\(answer.error)")
    let codes = try answer.events.compactMap { code($0) }
    #expect(Set(codes).isSubset(of: ["changed-while-reading", "truncated", "corrupt", "not-an-image"]), "\(codes)")
    #expect(codes.count >= 2, "no run met a file that was being rewritten")
    for number in 1...60 {
      for name in scratch.files(below: "out\(number)") { #expect(isWhole(scratch.bytes("out\(number)/" + name))) }
    }
  }

  @Test("Promise 12: every kind of JPEG and PNG is written in both formats, at the size in its header")
  func everyKind() throws {
    let scratch = try ScratchFolder()
    for format in ["jpeg", "png"] {
      let out = scratch[format]
      let answer = try Command.run(
        "resize", Command.patterns, Command.dogs, "--out", out, "--format", format, "--size", "100%", "--json")
      #expect(answer.status == 0, "\(answer.error)")
      let files = try answer.files
      #expect(files.count == 17)
      let headers = try Command.run("info", out).output
      for event in files.values {
        let size = "\(event["width"] as? Int ?? 0)x\(event["height"] as? Int ?? 0)"
        let name = event["output"] as? String ?? ""
        let lines = headers.split(separator: "\n").filter { $0.contains(name) }
        #expect(lines.count == 1 && lines.allSatisfy { $0.contains(size) }, "\(name): \(lines) is to be \(size)")
      }
    }
  }

  @Test("Promise 10: pipes, sockets, devices, loops and huge sparse files are reported, and never block a run")
  func regularFilesOnly() throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "in/rex.jpg")
    let made = try Command.shell(
      "cd in && mkfifo fifo.jpg pipe && ln -s /dev/zero zero.jpg && ln -s self.jpg self.jpg && ln -s . loop && "
        + "truncate -s 1T sparse.jpg || truncate -s 8G sparse.jpg", in: scratch)
    try #require(made.status == 0, "\(made.error)")
    for options in [[], ["--follow-symlinks"]] {
      let answer = try Command.run(arguments: ["resize", scratch["in"], "--out", scratch["out"], "--json"] + options)
      #expect(answer.status == 1)
      let files = try answer.files
      #expect(files.count == 5)
      #expect(code(files["fifo.jpg"]) == "not-a-regular-file")
      #expect(code(files["zero.jpg"]) == "not-a-regular-file")
      #expect(code(files["self.jpg"]) == "read")
      #expect(code(files["sparse.jpg"]) == "limit-bytes")
      #expect(scratch.files(below: "out") == ["rex.jpg"])
    }
  }

  @Test(
    "Promise 11: names keep their bytes from input to output, and never reach the terminal unescaped", arguments: modes)
  func names(mode: String) throws {
    let scratch = try ScratchFolder()
    try scratch.add("patterns/noise-restart.jpg", as: "a.jpg")
    let answer = try Command.shell(
      """
      mkdir in
      for name in $'caf\\xe9' $'new\\nline' $'\\e[31m' -dash %d a:b @at ' ' "$(printf '%251s' | tr ' ' x)"; do
        cp a.jpg "in/$name.jpg"
      done
      imgbatch resize in --out out --mode \(mode) --verbose && diff <(ls -1b in) <(ls -1b out)
      """, in: scratch)
    #expect(answer.status == 0, "\(answer.output)\(answer.error)")
    #expect(answer.output.isEmpty)
    #expect(!answer.error.contains("\u{1B}"))
  }

  @Test(
    "Promise 14: a source that no descriptor is left for fails alone, and the message gives advice", arguments: modes)
  func noDescriptor(mode: String) throws {
    let scratch = try ScratchFolder()
    let calls = try SystemCalls()
    // 24 is EMFILE.
    let answer = try Command.run(
      arguments: ["resize", Command.dogs, "--out", scratch["out"], "--json", "--mode", mode, "--jobs", "2"],
      environment: calls.environment(fault: "open dogs/rex.jpg 24 0"))
    #expect(answer.status == 1)
    let files = try answer.files
    #expect(files.values.count { $0["status"] as? String == "written" } == 2)
    #expect(code(files["rex.jpg"]) == "read", "\(answer.output)")
    #expect(message(files["rex.jpg"] ?? [:]).contains("EMFILE"), "\(answer.output)")
    #expect(scratch.files(below: "out") == ["bello.png", "luna.jpg"])
  }

  @Test("Promise 14: a run works with few descriptors, or only some of its images fail", arguments: modes)
  func descriptors(mode: String) throws {
    let scratch = try ScratchFolder()
    let answer = try Command.shell(
      "ulimit -n 24; imgbatch resize '\(Command.dogs)' '\(Command.patterns)' --out out --json --mode \(mode) --jobs 4 | cat",
      in: scratch)
    let files = try answer.files
    #expect(files.count == 17, "\(answer.error)")
    for event in files.values where event["status"] as? String != "written" {
      #expect(message(event).contains("EMFILE"), "\(event)")
    }
    #expect(scratch.files(below: "out").count == files.values.count { $0["status"] as? String == "written" })
  }

  @Test("Promise 15: a thousand files need no more descriptors than one, in any mode", arguments: modes)
  func flat(mode: String) throws {
    let scratch = try ScratchFolder()
    try scratch.add("patterns/gray-1bit.png", as: "a.png")
    let answer = try Command.shell(
      """
      mkdir in
      for part in {0..4}; do tee in/$part-{0..199}.png < a.png > /dev/null; done
      ulimit -n 40
      imgbatch resize in --out out --mode \(mode) --jobs 2 --size 8 --png-level 0
      """, in: scratch)
    #expect(answer.status == 0, "\(answer.error)")
    #expect(scratch.files(below: "out").count == 1000)
  }

  @Test("Promise 18: only supported formats are parsed, whatever the name, and --version lists the parsers")
  func parsers() throws {
    let scratch = try ScratchFolder()
    let others: [(String, [UInt8])] = [
      ("ico.jpg", [0, 0, 1, 0]), ("svg.png", Array("<?xml version='1.0'?><svg/>".utf8)),
      ("ps.jpg", Array("%!PS-Adobe-3.0\n".utf8)), ("psd.png", Array("8BPS\0\u{1}".utf8)),
      ("webp.jpg", Array("RIFF\u{40}\0\0\0WEBPVP8 ".utf8)), ("mvg.png", Array("push graphic-context\n".utf8)),
    ]
    for (name, start) in others {
      try Data(start + [UInt8](repeating: 0, count: 60)).write(to: scratch.url.appending(path: name))
    }
    let answer = try Command.run("resize", scratch.url.path, "--out", scratch["out"], "--json")
    #expect(answer.status == 1)
    let files = try answer.files
    #expect(files.count == others.count)
    for (name, event) in files {
      let isRead = name == "webp.jpg" && WebPTrait.isOn
      #expect(
        (isRead ? ["truncated", "corrupt"] : ["unsupported", "not-an-image"]).contains(code(event) ?? ""), "\(name)")
    }
    #expect(scratch.files(below: "out").isEmpty)
    let version = try Command.run("--version").output
    for library in ["libjpeg", "libpng", "zlib"] { #expect(version.contains(library), "\(version)") }
  }
}
