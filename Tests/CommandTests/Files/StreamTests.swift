import Foundation
import Testing

@Suite("Lists, streams and signals")
struct StreamTests {
  @Test(
    "Inputs come from a list, separated by line ends or NUL, from a file or standard input", arguments: ["\n", "\0"])
  func lists(separator: String) throws {
    let scratch = try ScratchFolder()
    let list = ["rex.jpg", "luna.jpg"].map { Command.dogs + "/" + $0 + separator }.joined()
    let options = separator == "\0" ? ["-0"] : []
    let streamed = try Command.run(
      arguments: ["resize", "--files-from", "-", "--out", scratch["a"], "--json"] + options, input: Data(list.utf8))
    #expect(streamed.status == 0, "\(streamed.error)")
    #expect(try streamed.events.first?["inputs"] is NSNull)
    #expect(try streamed.events.last?["inputs"] as? Int == 2)

    try Data(list.utf8).write(to: scratch.url.appending(path: "list"))
    let inputs = [Command.dogs + "/bello.png", "--files-from", scratch["list"]]
    let read = try Command.run(arguments: ["resize"] + inputs + ["--out", scratch["b"]] + options)
    #expect(read.status == 0, "\(read.error)")
    #expect(read.error.hasPrefix("3 written"), "\(read.error)")
  }

  @Test("Names keep their bytes, from the command line, from folders and from lists")
  func bytes() throws {
    let scratch = try ScratchFolder()
    let line = """
      mkdir in && cp '\(Command.dogs)/rex.jpg' $'in/caf\\xe9\\n.jpg' &&
      imgbatch resize in --out a && imgbatch resize $'in/caf\\xe9\\n.jpg' --out b --json &&
      find in -type f -print0 | imgbatch resize --files-from - -0 --out c &&
      ls b/$'caf\\xe9\\n.jpg' >/dev/null && diff -r -x '.imgbatch-*' a b && diff -r -x '.imgbatch-*' a c/in
      """
    let answer = try Command.shell(line, in: scratch)
    #expect(answer.status == 0, "\(answer.error)")
    let event = try #require(answer.events.dropFirst().first)
    #expect(event["source"] as? String == "in/caf\u{FFFD}\n.jpg")
    let bytes = try #require(Data(base64Encoded: event["sourcePathBytes"] as? String ?? ""))
    #expect(Array(bytes) == Array("in/caf".utf8) + [0xE9] + Array("\n.jpg".utf8))
  }

  @Test("A list of a tree keeps the tree, so that equal names do not collide, or only the part after /./")
  func listedTree() throws {
    let scratch = try ScratchFolder()
    for folder in ["one", "two/deep"] { try scratch.add("dogs/rex.jpg", as: "in/\(folder)/rex.jpg") }
    let line = """
      imgbatch resize in --out walked && find in -type f | imgbatch resize --files-from - --out streamed &&
      find in/. -type f > list && imgbatch resize --files-from list --out listed &&
      (cd in && find . -type f | imgbatch resize --files-from - --out ../dotted) &&
      diff -r walked streamed/in && diff -r walked listed && diff -r walked dotted
      """.replacingOccurrences(of: "diff -r", with: "diff -r -x '.imgbatch-*'")
    let answer = try Command.shell(line, in: scratch)
    #expect(answer.status == 0, "\(answer.output)\(answer.error)")
    #expect(scratch.files(below: "streamed") == ["in/one/rex.jpg", "in/two/deep/rex.jpg"])
  }

  @Test("A reader that exits ends the run without a message")
  func brokenPipe() throws {
    let scratch = try ScratchFolder()
    for arguments in [["resize", Command.dogs, "--out", scratch["out"], "--json", "--quiet"], ["info", Command.dogs]] {
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      let process = Command.prepared(Command.imgbatch, arguments)
      _ = FileManager.default.createFile(atPath: scratch["error"], contents: nil)
      process.standardOutput = pipe
      process.standardError = try FileHandle(forWritingTo: scratch.url.appending(path: "error"))
      try process.start()
      process.waitUntilExit()
      #expect(process.terminationReason == Process.TerminationReason.exit)
      #expect(process.terminationStatus == 141)
      #expect(scratch.bytes("error") == Data())
    }
  }

  @Test("With standard output closed, no image is written to its descriptor")
  func closedOutput() throws {
    let scratch = try ScratchFolder()
    let answer = try Command.shell("imgbatch resize '\(Command.dogs)' --out out >&- 2>&- <&-", in: scratch)
    #expect(answer.status == 0)
    #expect(scratch.files(below: "out").count == 3)
    #expect(try Command.run("info", scratch["out"]).status == 0)
  }

  @Test("Results that cannot be written end with status 73 and a sentence", arguments: [">/dev/full", ">&-"])
  func unwritableOutput(redirection: String) throws {
    let scratch = try ScratchFolder()
    try Data("not an address\n".utf8).write(to: scratch.url.appending(path: "list"))
    #expect(try Command.run("resize", Command.dogs, "--out", scratch["out"], "--shard", "1/1").status == 0)
    let dogs = "'\(Command.dogs)'"
    for line in [
      "resize \(dogs) --out a --json", "resize \(dogs) --out a --json --mode processes",
      "grayscale \(dogs) --out a --json",
      "resize \(dogs) --out a --dry-run", "resize \(dogs) --out a --dry-run --json", "info \(dogs)",
      "info \(dogs) --json",
      "merge out --json", "gallery \(dogs) --out page.html --json", "fetch list --out b --json", "--help", "--version",
      "resize --help",
    ] {
      let answer = try Command.shell("imgbatch \(line) \(redirection)", in: scratch)
      #expect(answer.status == 73, "\(line): \(answer.status) \(answer.error)")
      #expect(answer.error.contains("Error: standard output cannot be written ("), "\(line): \(answer.error)")
    }
  }

  @Test(
    "The first signal ends a run that waits for more names, with a summary",
    arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
  func interrupt(signal: Int32, status: Int32) throws {
    let scratch = try ScratchFolder()
    let process = Command.prepared(
      Command.imgbatch, ["resize", "--files-from", "-", "--out", scratch["out"], "--json"])
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.start()
    try input.fileHandleForWriting.write(contentsOf: Data("\(Command.dogs)/rex.jpg\n".utf8))
    var text = try output.fileHandleForReading.read(lines: 2)
    kill(process.processIdentifier, signal)
    text += String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == Process.TerminationReason.exit)
    #expect(process.terminationStatus == status)
    #expect(text.contains(#""event":"summary","inputs":1,"written":1,"#))
    #expect(scratch.files(below: "out").map { URL(fileURLWithPath: $0).lastPathComponent } == ["rex.jpg"])
  }
}
