import Foundation
import Testing

@Suite("Locks, durable outputs, names and signals (promises 1, 8, 11 and 13)")
struct FolderTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  /// A run that waits for names on its standard input, having told that it began.
  private func waiting(_ options: [String] = []) throws -> (process: Process, input: FileHandle, output: FileHandle) {
    let process = Command.prepared(
      Command.imgbatch, ["resize", "--files-from", "-", "--out", scratch["out"], "--json"] + options)
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    _ = FileManager.default.createFile(atPath: scratch["error"], contents: nil)
    process.standardError = try FileHandle(forWritingTo: scratch.url.appending(path: "error"))
    try process.run()
    _ = try read(lines: 1, from: output.fileHandleForReading)
    return (process, input.fileHandleForWriting, output.fileHandleForReading)
  }

  private func read(lines: Int, from output: FileHandle) throws -> String {
    var text = ""
    while text.filter({ $0 == "\n" }).count < lines {
      let data = output.availableData
      try #require(!data.isEmpty, "it ended too early")
      text += String(decoding: data, as: UTF8.self)
    }
    return text
  }

  /// Waits until something is so, for at most ten seconds.
  private func wait(until isSo: () -> Bool) -> Bool {
    for _ in 0..<10_000 {
      if isSo() { return true }
      usleep(1000)
    }
    return false
  }

  @Test("Promise 13: a second run into one folder ends with 73 and names the first")
  func lock() throws {
    let (process, input, _) = try waiting()
    let second = try Command.run("resize", Command.dogs, "--out", scratch["out"])
    #expect(second.status == 73)
    #expect(second.error.contains("another run (process \(process.processIdentifier)) is writing into"))
    #expect(scratch.files(below: "out").isEmpty)
    #expect(try Command.run("resize", Command.dogs, "--out", scratch["out"], "--dry-run").status == 0)
    #expect(try Command.run("resize", Command.dogs, "--out", scratch["out"], "--no-lock").status == 0)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try input.close()
    #expect(try Command.run("resize", Command.dogs, "--out", scratch["out"]).status == 0)
  }

  @Test("Promise 13: of simultaneous pairs each run ends with 0 or 73, and all pictures are there")
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

  @Test("Promise 1: temporaries of killed runs are swept from the folders that a run writes to")
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

  static let canTrace: Bool = {
    let strace = URL(fileURLWithPath: "/usr/bin/strace")
    guard FileManager.default.fileExists(atPath: strace.path) else { return false }
    let process = Command.prepared(strace, ["-o", "/dev/null", "/bin/true"])
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  @Test(
    "Promise 1: --durable has the disk keep bytes before the name and the name after, and nothing truncates a final name",
    .enabled(if: canTrace, "strace is not there or may not trace"), arguments: ["serial", "processes"])
  func durable(mode: String) throws {
    let line = """
      strace -f -o trace -e trace=fdatasync,fsync,rename,renameat,renameat2,open,openat imgbatch resize \
      '\(Command.dogs)/rex.jpg' --out out/new --durable --jobs 1 --mode \(mode) --quiet
      grep -oE '(fdatasync|rename|fsync)[a-z0-9]*\\(' trace | sed 's/at2*(/(/' ; grep -E 'out/.*rex.jpg.*O_TRUNC' trace
      true
      """
    let answer = try Command.shell(line, in: scratch)
    // The folders on the way were made when the output folder was tried, before any picture.
    #expect(answer.output.hasSuffix("fdatasync(\nrename(\nfsync(\n"), "\(answer.output)")
    #expect(scratch.files(below: "out/new") == ["rex.jpg"])
    #expect(
      try Command.shell(
        "strace -f -o trace -e trace=fdatasync,fsync imgbatch resize '\(Command.dogs)/rex.jpg' --out b --quiet; grep -c sync trace",
        in: scratch
      ).output == "0\n")
  }

  @Test("Promise 11: an output name that is too long fails alone and is not cut")
  func longNames() throws {
    let name = String(repeating: "n", count: 251)
    try scratch.add("dogs/rex.jpg", as: "in/\(name).jpg")
    try scratch.add("dogs/rex.jpg", as: "in/short.jpg")
    #expect(try Command.run("resize", scratch["in"], "--out", scratch["whole"]).status == 0)
    #expect(scratch.files(below: "whole") == ["\(name).jpg", "short.jpg"])
    let answer = try Command.run(
      "resize", scratch["in"], "--out", scratch["out"], "--name", "{stem}-small.{ext}", "--json")
    #expect(answer.status == 1)
    #expect(answer.error.contains("ENAMETOOLONG"))
    #expect(scratch.files(below: "out") == ["short-small.jpg"])
  }

  @Test(
    "Promise 8: interrupted, a run drops a picture that takes too long and still tells its sums",
    arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
  func patience(signal: Int32, status: Int32) throws {
    for index in 0..<12 { try scratch.add("dogs/rex.jpg", as: "in/\(index).jpg") }
    let process = Command.prepared(
      Command.imgbatch,
      ["resize", scratch["in"], "--out", scratch["out"], "--json", "--quiet", "--mode", "processes", "--jobs", "1"])
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var text = try read(lines: 2, from: output.fileHandleForReading)
    // A worker that says nothing more is the longest picture that there can be.
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

  @Test("The second signal ends at once")
  func secondSignal() throws {
    for index in 0..<12 { try scratch.add("dogs/rex.jpg", as: "in/\(index).jpg") }
    let process = Command.prepared(
      Command.imgbatch, ["resize", scratch["in"], "--out", scratch["out"], "--json", "--quiet"])
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    _ = try read(lines: 1, from: output.fileHandleForReading)
    // Stopped, it sees both together.
    for signal in [SIGSTOP, SIGTERM, SIGINT, SIGCONT] { kill(process.processIdentifier, signal) }
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect([130, 143].contains(process.terminationStatus))
  }

  @Test("Suspended, a run takes its progress line away, and goes on when it is continued")
  func suspension() throws {
    let (process, input, output) = try waiting(["--progress", "always"])
    try input.write(contentsOf: Data("\(Command.dogs)/./rex.jpg\n".utf8))
    _ = try read(lines: 1, from: output)
    #expect(wait { scratch.bytes("error")?.contains(UInt8(ascii: "1")) == true })
    kill(process.processIdentifier, SIGTSTP)
    let path = "/proc/\(process.processIdentifier)/stat"
    #expect(wait { (try? String(contentsOfFile: path, encoding: .utf8))?.contains(") T ") == true })
    #expect(String(decoding: scratch.bytes("error") ?? Data(), as: UTF8.self).hasSuffix("\r\u{1B}[K"))
    kill(process.processIdentifier, SIGCONT)
    try input.write(contentsOf: Data("\(Command.dogs)/./luna.jpg\n".utf8))
    try input.close()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    #expect(scratch.files(below: "out") == ["luna.jpg", "rex.jpg"])
  }
}
