import Foundation
import Testing

@Suite("Locks, durable outputs, names and signals (promises 1, 8, 11 and 13)")
struct FolderTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  /// A run that has started and waits for names on its standard input.
  private func waiting(_ options: [String] = []) throws -> (process: Process, input: FileHandle, output: FileHandle) {
    let process = Command.prepared(
      Command.imgbatch, ["resize", "--files-from", "-", "--out", scratch["out"], "--json"] + options)
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    _ = FileManager.default.createFile(atPath: scratch["error"], contents: nil)
    process.standardError = try FileHandle(forWritingTo: scratch.url.appending(path: "error"))
    try process.start()
    _ = try output.fileHandleForReading.read(lines: 1)
    return (process, input.fileHandleForWriting, output.fileHandleForReading)
  }

  @Test("Promise 13: a second run into one folder ends with 73 and names the first")
  func lock() throws {
    let (process, input, _) = try waiting()
    let second = try Command.run("resize", Command.dogs, "--out", scratch["out"])
    #expect(second.status == 73)
    #expect(second.error.contains("another run (process \(process.processIdentifier)) is writing to"))
    #expect(scratch.files(below: "out").isEmpty)
    #expect(try Command.run("resize", Command.dogs, "--out", scratch["out"], "--dry-run").status == 0)
    #expect(try Command.run("resize", Command.dogs, "--out", scratch["out"], "--no-lock").status == 0)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try input.close()
    #expect(try Command.run("resize", Command.dogs, "--out", scratch["out"]).status == 0)
  }

  @Test("Promise 13: in simultaneous pairs each run ends with 0 or 73, and all images exist")
  func pairs() throws {
    let line = """
      for i in 1 2 3 4 5; do
        imgbatch resize '\(Command.dogs)' --out out$i --quiet & a=$!
        imgbatch resize '\(Command.dogs)' --out out$i --quiet; b=$?; wait $a; a=$?
        case $a$b in 00|073|730) ;; *) echo "$a $b";; esac
        ls out$i | wc -l
      done
      """
    let answer = try Command.shell(line, in: scratch)
    #expect(answer.output == String(repeating: "3\n", count: 5))
  }

  @Test("Promise 1: temporary files of killed runs are removed from the folders that a run writes to")
  func sweep() throws {
    let line = """
      mkdir -p in/sub out/sub out/other && cp '\(Command.dogs)'/rex.jpg in/sub && true & wait $!
      for folder in out out/sub out/other; do touch $folder/.imgbatch-$!-7.tmp; done
      touch out/sub/.imgbatch-$$-8.tmp
      imgbatch resize in --out out --quiet --no-lock && find out -name '*.tmp' | wc -l
      imgbatch resize in --out out --quiet && find out -name '*.tmp' | sort | sed "s/$!/dead/;s/$$/alive/"
      """
    let answer = try Command.shell(line, in: scratch)
    #expect(
      answer.output == "4\nout/.imgbatch-dead-7.tmp\nout/other/.imgbatch-dead-7.tmp\nout/sub/.imgbatch-alive-8.tmp\n")
  }

  #if DEBUG
    @Test(
      "Promise 1: an interrupted run leaves no temporary file, with or without the lock, and removes none of other runs"
    )
    func interrupted() throws {
      try scratch.add("dogs/rex.jpg", as: "in/rex.jpg")
      for options in [[], ["--no-lock"], ["--shard", "1/1"]] {
        let out = "out\(options.count)\(options.first ?? "")"
        let other = "\(out)/.imgbatch-1-77.tmp"
        try scratch.add("dogs/rex.jpg", as: other)
        let process = Command.prepared(
          Command.imgbatch,
          ["resize", scratch["in"], "--out", scratch[out], "--mode", "processes", "--jobs", "1", "--quiet"] + options,
          ["IMGBATCH_FAULT": "writing:rex"])
        try process.start()
        func own() -> [String] { scratch.files(below: out).filter { $0.hasSuffix(".tmp") && out + "/" + $0 != other } }
        // The check of the folder also creates a temporary file, for a moment. That of the output has three bytes.
        func isWriting() -> Bool { own().contains { scratch.bytes(out + "/" + $0)?.count == 3 } }
        var turns = 0
        while !isWriting(), process.isRunning, turns < 60_000 {
          usleep(1000)
          turns += 1
        }
        #expect(isWriting(), "\(options): the worker never wrote")
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        #expect(own().isEmpty, "\(options): \(own())")
        #expect(scratch.bytes(other) != nil, "of another run")
      }
    }
  #endif

  @Test(
    "Promise 1: --durable syncs the bytes before the rename and the folder after it, and no final name is truncated",
    arguments: Command.modes)
  func durable(mode: String) throws {
    let calls = try SystemCalls()
    let out = scratch["out"]
    func run(_ folder: String, _ options: String...) throws -> [String] {
      try calls.clear()
      let answer = try Command.run(
        arguments: ["resize", Command.dogs + "/rex.jpg", "--out", "\(out)/\(folder)", "--mode", mode, "--jobs", "1"]
          + options, environment: calls.environment())
      #expect(answer.status == 0, "\(answer.error)")
      // Standard error is also a file.
      return calls.lines.filter { $0.contains("\(out)/\(folder)") && !$0.contains(".imgbatch-") }
    }
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    let written = ["write \(out)/a/TEMPORARY"]
    for _ in 1...2 {
      #expect(
        try run("a", "--durable").suffix(4)
          == written + ["fdatasync \(out)/a/TEMPORARY", "rename \(out)/a/rex.jpg", "fsync \(out)/a"])
    }
    // A new folder is synced through its parent before anything is created in it.
    let deep = try run("b", "--durable", "--name", "x/y/{stem}.{ext}")
    #expect(
      deep.suffix(6) == [
        "fsync \(out)/b", "fsync \(out)/b/x", "write \(out)/b/x/y/TEMPORARY", "fdatasync \(out)/b/x/y/TEMPORARY",
        "rename \(out)/b/x/y/rex.jpg", "fsync \(out)/b/x/y",
      ])
    #expect(try run("c") == ["write \(out)/c/TEMPORARY", "rename \(out)/c/rex.jpg"])
  }

  @Test(
    "Promise 1: with --durable, an output that fails to sync does not count as written",
    arguments: ["threads", "processes"],
    [("fdatasync .tmp 5 0", [String]()), ("fsync out 5 0", ["rex.jpg"])])
  func unconfirmed(mode: String, fault: (call: String, left: [String])) throws {
    let calls = try SystemCalls()
    try FileManager.default.createDirectory(atPath: scratch["out"], withIntermediateDirectories: true)
    let answer = try Command.run(
      arguments: [
        "resize", Command.dogs + "/rex.jpg", "--out", scratch["out"], "--durable", "--mode", mode, "--json",
      ], environment: calls.environment(fault: fault.call))
    #expect(answer.status == 1)
    #expect(try (answer.files["rex.jpg"]?["error"] as? [String: Any])?["code"] as? String == "write")
    #expect(answer.output.contains("EIO"), "\(answer.output)")
    // When the folder is synced, the file already has its final name. It is complete, but may be lost in a power failure.
    #expect(scratch.files(below: "out") == fault.left)
    let again = try Command.run(
      "resize", Command.dogs + "/rex.jpg", "--out", scratch["out"], "--durable", "--resume", "--mode", mode)
    #expect(again.status == 0 && again.error.hasPrefix("1 written"), "\(again.error)")
  }

  @Test("Promise 11: an output name that is too long fails alone and is not truncated")
  func longNames() throws {
    let name = String(repeating: "n", count: 251)
    try scratch.add("dogs/rex.jpg", as: "in/\(name).jpg")
    try scratch.add("dogs/rex.jpg", as: "in/short.jpg")
    #expect(try Command.run("resize", scratch["in"], "--out", scratch["whole"]).status == 0)
    #expect(scratch.files(below: "whole") == ["\(name).jpg", "short.jpg"])
    let answer = try Command.run(
      "resize", scratch["in"], "--out", scratch["out"], "--name", "{stem}-small.{ext}", "--json")
    #expect(answer.status == 1)
    #expect(answer.output.contains("ENAMETOOLONG"))
    #expect(scratch.files(below: "out") == ["short-small.jpg"])
  }

  @Test(
    "Promise 8: an interrupted run abandons an image that takes too long, and still prints its summary",
    arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
  func patience(signal: Int32, status: Int32) throws {
    for index in 0..<12 { try scratch.add("dogs/rex.jpg", as: "in/\(index).jpg") }
    let process = Command.prepared(
      Command.imgbatch,
      ["resize", scratch["in"], "--out", scratch["out"], "--json", "--quiet", "--mode", "processes", "--jobs", "1"])
    let output = Pipe()
    process.standardOutput = output
    try process.start()
    var text = try output.fileHandleForReading.read(lines: 2)
    // A stopped worker acts like an image that takes forever.
    let parent = process.processIdentifier
    let children = try String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
    let others = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task").flatMap { task in
      (try? String(contentsOfFile: "/proc/\(parent)/task/\(task)/children", encoding: .utf8))?.split(separator: " ")
        ?? []
    }
    let worker = try #require(Int32(others.first ?? children.prefix { $0 != " " }))
    kill(worker, SIGSTOP)
    kill(parent, signal)
    text += String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    kill(worker, SIGKILL)
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == status)
    #expect(text.contains(#""event":"summary","inputs":12,"#))
    #expect(text.split(separator: "\n").last?.contains(#""event":"summary""#) == true)
    #expect(scratch.files(below: "out").allSatisfy { !$0.contains(".imgbatch-") })
    #expect(try Command.run("resize", scratch["in"], "--out", scratch["out"], "--resume").status == 0)
    #expect(scratch.files(below: "out").count == 12)
  }

  @Test("The second signal ends the process at once")
  func secondSignal() throws {
    for index in 0..<12 { try scratch.add("dogs/rex.jpg", as: "in/\(index).jpg") }
    let process = Command.prepared(
      Command.imgbatch, ["resize", scratch["in"], "--out", scratch["out"], "--json", "--quiet"])
    let output = Pipe()
    process.standardOutput = output
    try process.start()
    _ = try output.fileHandleForReading.read(lines: 1)
    // While stopped, it receives both signals at once.
    for signal in [SIGSTOP, SIGTERM, SIGINT, SIGCONT] { kill(process.processIdentifier, signal) }
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect([130, 143].contains(process.terminationStatus))
  }

  @Test("When suspended, a run clears its progress line, and it resumes when continued")
  func suspension() throws {
    let (process, input, output) = try waiting(["--progress", "always"])
    try input.write(contentsOf: Data("\(Command.dogs)/./rex.jpg\n".utf8))
    _ = try output.read(lines: 1)
    try process.wait(for: "the progress line") { scratch.bytes("error")?.contains(UInt8(ascii: "1")) == true }
    kill(process.processIdentifier, SIGTSTP)
    let path = "/proc/\(process.processIdentifier)/stat"
    try process.wait(for: "the stop") {
      (try? String(contentsOfFile: path, encoding: .utf8))?.contains(") T ") == true
    }
    #expect(String(decoding: scratch.bytes("error") ?? Data(), as: UTF8.self).hasSuffix("\r\u{1B}[K"))
    kill(process.processIdentifier, SIGCONT)
    try input.write(contentsOf: Data("\(Command.dogs)/./luna.jpg\n".utf8))
    try input.close()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    #expect(scratch.files(below: "out") == ["luna.jpg", "rex.jpg"])
  }
}
