import Foundation
import TestSupport
import Testing

/// Promises 3, 4 and 5, checked with the built programs.
@Suite struct LimitTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func error(of name: String, in answer: Response) throws -> [String: Any] {
    try #require(try answer.files[name]?["error"] as? [String: Any], "\(name) failed")
  }

  @Test(arguments: ["serial", "threads", "processes"])
  func `Promise 3: an image that can never fit fails on its header, in every mode, and the message names the option`(
    mode: String
  ) throws {
    let answer = try Command.run(
      "resize", Command.broken + "/lying-header.png", Command.dogs, "--out", folder["out"], "--json", "--mode", mode,
      "--max-pixels", "1000000000000", "--max-memory", "200M")
    #expect(answer.status == 1)
    let failure = try error(of: "lying-header.png", in: answer)
    #expect(failure["code"] as? String == "limit-memory")
    #expect((failure["message"] as? String)?.contains("--max-memory") == true)
    #expect(folder.files(below: "out").count == 3)
  }

  @Test(arguments: ["serial", "threads", "processes"])
  func `Promise 4: an image that exceeds its time limit fails with timeout, in every mode`(mode: String) throws {
    let answer = try Command.run(
      "resize", Command.dogs, "--out", folder["out"], "--json", "--mode", mode, "--timeout", "0.000001")
    #expect(answer.status == 1)
    for name in ["rex.jpg", "luna.jpg", "bello.png"] {
      let failure = try error(of: name, in: answer)
      #expect(failure["code"] as? String == "timeout")
      #expect((failure["message"] as? String)?.contains("--timeout") == true)
    }
    #expect(folder.files(below: "out").isEmpty)
  }

  @Test func `a timeout of 0 means none, and malformed values are reported`() throws {
    #expect(try Command.run("resize", Command.dogs, "--out", folder["out"], "--timeout", "0").status == 0)
    for wrong in ["-1", "nan", "soon"] {
      let answer = try Command.run("resize", Command.dogs, "--out", folder["out"], "--timeout=\(wrong)")
      #expect(answer.status == 64 && answer.error.contains("timeout"))
    }
    #expect(try Command.run("resize", Command.dogs, "--out", folder["out"], "--max-memory", "much").status == 64)
  }

  /// A zlib stream of about 8 MB of zeros: matches of length 258 at distance 1, with 13 bits each.
  private static let manyZeros: [UInt8] = {
    // One final block with fixed codes: a literal zero, the matches, the end code. Huffman codes start with their highest bit.
    let repetitions = (0..<31_000).flatMap { _ in [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0] }
    let bits = [1, 1, 0] + [0, 0, 1, 1, 0, 0, 0, 0] + repetitions + [0, 0, 0, 0, 0, 0, 0]
    return [0x78, 0x9C]
      + stride(from: 0, to: bits.count, by: 8).map { start in
        bits[start..<min(start + 8, bits.count)].reversed().reduce(0) { $0 << 1 | UInt8($1) }
      }
  }()

  private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + body
    var checksum: UInt32 = 0xFFFF_FFFF
    for byte in named {
      checksum ^= UInt32(byte)
      for _ in 0..<8 { checksum = checksum & 1 == 0 ? checksum >> 1 : checksum >> 1 ^ 0xEDB8_8320 }
    }
    func bytes(_ number: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) }
    }
    return bytes(UInt32(body.count)) + named + bytes(~checksum)
  }

  @Test func `Promise 3: text chunks that inflate to gigabytes are skipped without inflating`() throws {
    var png = try #require(FileManager.default.contents(atPath: Places.samples.appending(path: "dogs/bello.png").path))
    let text = Self.chunk("zTXt", Array("x".utf8) + [0, 0] + Self.manyZeros)
    // After IHDR.
    png.insert(contentsOf: (0..<200).flatMap { _ in text }, at: 33)
    try png.write(to: folder.url.appending(path: "text.png"))
    let answer = try Command.run("resize", folder["text.png"], "--out", folder["out"], "--json", "--max-memory", "150M")
    #expect(answer.status == 0)
    #expect(try peak(answer) < 150 << 20, "they would inflate to 1.6 GB")
  }

  /// A marker and its length, for a segment without content.
  @Test(arguments: [0xFFFE_0002, 0xFFE1_0002, 0xFFE2_0002] as [UInt32])
  func `Promise 3: six million segments before an image take no memory in addition to the file, and no time`(
    segment: UInt32
  ) throws {
    let dog = Data(try Places.sample("dogs/rex.jpg"))
    let segments = [UInt32](repeating: UInt32(bigEndian: segment), count: 6 << 20)
    let between = unsafe segments.withUnsafeBytes { unsafe Data($0) }
    try (dog.prefix(2) + between + dog.dropFirst(2)).write(to: URL(filePath: folder["talk.jpg"]))
    // A table of positions would take 24 bytes per segment; searching a list for each would take hours.
    let answer = try Command.run("resize", folder["talk.jpg"], "--out", folder["out"], "--json")
    #expect(answer.status == 0, "\(answer.error)")
    #expect(try peak(answer) < 80_000_000)
  }

  @Test func `Promise 3: 34 megapixels of progressive noise take less than 60 MB, a fraction of libjpeg's memory`()
    throws
  {
    let noise = Places.samples.appending(path: "patterns/noise-restart.jpg").path
    let made = try Command.run(
      "resize", noise, "--out", folder["big"], "--size", "6800", "--upscale", "--progressive", "--quality", "97")
    #expect(made.status == 0)
    let peaks = try ["auto", "libjpeg"].map { decoder in
      let answer = try Command.run(
        "resize", folder["big/noise-restart.jpg"], "--out", folder[decoder], "--decoder", decoder, "--json")
      #expect(answer.status == 0)
      return try peak(answer)
    }
    #expect(peaks[0] < 60_000_000 && peaks[1] > 3 * peaks[0], "\(peaks)")
  }

  /// The peak resident memory that a run reports.
  private func peak(_ answer: Response) throws -> Int {
    try #require(try answer.events.last?["peakBytes"] as? Int)
  }

  /// The live child processes of a process.
  private func children(of pid: Int32) throws -> [Int32] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { child in
      stat(of: child).map { $0.parent == pid } ?? false
    }
  }

  private func stat(of pid: Int32) -> (state: Substring, parent: Int32)? {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count < 2 ? nil : (fields[0], Int32(fields[1]) ?? 0)
  }

  /// Polls for a condition, with a bound.
  private func eventually(_ fact: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<2000 {
      if try fact() { return true }
      usleep(5000)
    }
    return false
  }

  @Test func `Promise 5: kill -9 of imgbatch leaves no worker`() throws {
    try folder.add("dogs/rex.jpg")
    let input = Pipe()
    let process = Command.prepared(
      Command.imgbatch, ["resize", "--files-from", "-", "--out", folder["out"], "--mode", "processes", "--jobs", "2"])
    process.standardInput = input
    process.standardError = FileHandle.nullDevice
    try process.start()
    try input.fileHandleForWriting.write(contentsOf: Data((folder["dogs/rex.jpg"] + "\n").utf8))
    #expect(eventually { !folder.files(below: "out").filter { $0.hasSuffix("rex.jpg") }.isEmpty })
    let workers = try children(of: process.processIdentifier)
    #expect(workers.count == 2)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    for worker in workers {
      #expect(eventually { stat(of: worker).map { $0.state == "Z" } ?? true }, "worker \(worker) is gone")
    }
  }

  #if DEBUG
    @Test func `Promise 5: a run whose worker crashes ends with 1, names the image, and writes the others`() throws {
      let answer = try Command.run(
        arguments: ["resize", Command.dogs, "--out", folder["out"], "--json", "--mode", "processes"],
        environment: ["IMGBATCH_FAULT": "segv:rex"])
      #expect(answer.status == 1)
      #expect(try error(of: "rex.jpg", in: answer)["code"] as? String == "worker-crashed")
      #expect(folder.files(below: "out") == ["bello.png", "luna.jpg"])
    }
  #endif
}
