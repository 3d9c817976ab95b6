import Foundation
import TestSupport
import Testing

/// Promise 3: memory stays below `--max-memory` for any inputs and jobs, and only images that cannot fit fail.
@Suite struct MemoryTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Adds a PNG whose samples are all 0, with a color type and a bit depth.
  private func add(
    _ name: String, _ width: Int, _ height: Int, colorType: Int = 0, bits: Int = 8, isInterlaced: Bool = false
  ) throws {
    let samples = [0: 1, 2: 3, 4: 2, 6: 4][colorType] ?? 1
    var byteCount = (1 + width * samples * bits / 8) * height
    // In each Adam7 pass, every row has a filter byte.
    if isInterlaced { byteCount = 0 }
    let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    for (x, y, across, down) in isInterlaced ? passes : [] where x < width && y < height {
      let columns = (width - x + across - 1) / across
      byteCount += (1 + columns * samples * bits / 8) * ((height - y + down - 1) / down)
    }
    let bytes =
      PNGParts.signature
      + PNGParts.header(width: width, height: height, bits: bits, colorType: colorType, isInterlaced: isInterlaced)
      + PNGParts.data([UInt8](repeating: 0, count: byteCount)) + PNGParts.end
    try Data(bytes).write(to: folder.url.appending(path: name))
  }

  /// Adds JPEGs of 5 megapixels, which are resampled while they are decoded: a baseline and a progressive one.
  private func addJPEGs() throws {
    let sample = Places.samples.appending(path: "dogs/rex.jpg").path
    for (name, options) in [("large", []), ("scans", ["--progressive"])] {
      let made = try Command.run(
        arguments: ["resize", sample, "--out", folder["made"], "--size", "2640", "--upscale"] + options)
      #expect(made.status == 0)
      try FileManager.default.moveItem(atPath: folder["made/rex.jpg"], toPath: folder["\(name).jpg"])
      try FileManager.default.removeItem(atPath: folder["made"])
    }
  }

  private func code(_ file: [String: Any]?) -> String? { (file?["error"] as? [String: Any])?["code"] as? String }

  /// The estimated memory of an image in megabytes, from the message of its refusal.
  private func estimate(_ arguments: [String]) throws -> Int {
    let answer = try Command.run(
      arguments: ["resize"] + arguments + ["--json", "--max-memory", "1M", "--no-journal", "--out", folder["no"]])
    let file = try #require(try answer.files.values.first?["error"] as? [String: Any])
    #expect(file["code"] as? String == "limit-memory")
    let message = try #require(file["message"] as? String)
    let text = message.split(separator: " ")
    return try #require(text.firstIndex(of: "about").flatMap { Int(text[$0 + 1]) })
  }

  /// The peak resident memory of a run in bytes.
  private func peak(_ arguments: [String]) throws -> Int {
    let answer = try Command.run(
      arguments: ["resize"] + arguments
        + ["--json", "--mode", "serial", "--max-memory", "4G", "--no-journal", "--out", folder["out"]])
    #expect(answer.status == 0, "\(answer.output) \(answer.error)")
    return try #require(try answer.events.last?["peakBytes"] as? Int)
  }

  @Test func `Promise 3: no image takes more memory than estimated from its header`() throws {
    try add("dot.png", 1, 1)
    let base = try peak([folder["dot.png"]])
    try add("gray.png", 600, 450)
    try add("rgb.png", 600, 450, colorType: 2)
    try add("rgba.png", 600, 450, colorType: 6)
    try add("deep.png", 600, 450, colorType: 6, bits: 16)
    try add("passes.png", 600, 450, colorType: 2, isInterlaced: true)
    try add("tall.png", 1, 1_000_000)
    try add("wide.png", 1_000_000, 1)
    try addJPEGs()
    let cases: [(String, [String])] = [
      ("large.jpg", ["--size", "1000"]), ("large.jpg", ["--size", "256", "--quality", "95"]),
      ("scans.jpg", ["--size", "1000"]), ("scans.jpg", ["--size", "300", "--gray"]),
      ("large.jpg", ["--size", "700x300", "--fit", "cover", "--gravity", "entropy"]),
      ("gray.png", ["--size", "64"]), ("rgb.png", ["--size", "64", "--linear"]),
      ("rgb.png", ["--size", "100%", "--format", "jpeg"]),
      ("rgba.png", ["--size", "300x40", "--fit", "cover", "--gravity", "entropy"]), ("deep.png", ["--size", "400"]),
      ("passes.png", ["--size", "64", "--gray"]), ("rgba.png", ["--size", "900", "--upscale"]),
      ("tall.png", ["--size", "64"]),
      ("wide.png", ["--size", "64"]), ("wide.png", ["--size", "16x64", "--fit", "fill", "--upscale"]),
    ]
    for (name, options) in cases {
      let arguments = [folder[name]] + options
      let (need, peak) = (try estimate(arguments) << 20, try peak(arguments))
      // The margin is for libraries that are loaded with the first image, regardless of its size.
      #expect(peak - base <= need + 6 << 20, "\(name) \(options): \(peak - base) of \(need)")
    }
  }

  /// The proportional set size (PSS) of a process and its children, in bytes.
  private func shares(_ pid: Int32) -> Int {
    func lines(_ path: String) -> [Substring] {
      ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
    }
    let own = lines("/proc/\(pid)/smaps_rollup").first { $0.hasPrefix("Pss:") }
    let count = own.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
    let children = tasks.flatMap { lines("/proc/\(pid)/task/\($0)/children").flatMap { $0.split(separator: " ") } }
    return count << 10 + children.compactMap { Int32($0) }.reduce(0) { $0 + shares($1) }
  }

  @Test func `Promise 3: the processes of a run together stay below the limit, and every mode has the same outcomes`()
    throws
  {
    for number in 0..<3 { try add("in-tall-\(number).png", 1, 300_000 - number) }
    for number in 0..<2 { try add("in-wide-\(number).png", 500_000 - number, 1, colorType: 6) }
    let names = (0..<3).map { folder["in-tall-\($0).png"] } + (0..<2).map { folder["in-wide-\($0).png"] }
    var verdicts: [[String: String]] = []
    for mode in Command.modes {
      let process = Command.prepared(
        Command.imgbatch,
        ["resize"] + names + [
          "--size", "64", "--mode", mode, "--max-memory", "256M", "--json", "--jobs", "4", "--out", folder[mode],
        ])
      let output = folder[mode + ".json"]
      _ = FileManager.default.createFile(atPath: output, contents: nil)
      process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
      process.standardError = FileHandle.nullDevice
      try process.start()
      var maximum = 0
      while process.isRunning {
        maximum = max(maximum, shares(process.processIdentifier))
        usleep(10_000)
      }
      #expect(maximum < 280 << 20, "\(mode): \(maximum >> 20) MB")
      let answer = Response(
        status: process.terminationStatus, signal: nil,
        output: try String(contentsOfFile: output, encoding: .utf8), error: "")
      verdicts.append(try answer.files.mapValues { code($0) ?? "written" })
    }
    #expect(verdicts[0] == verdicts[1] && verdicts[0] == verdicts[2] && verdicts[0].count == names.count)
  }

  @Test func `Promise 3: an allocation that the system refuses fails only the image, in every mode`() throws {
    // 8 TB of pixels, more than the memory of any system.
    let bytes =
      PNGParts.signature + PNGParts.header(width: 1_000_000, height: 1_000_000, bits: 16, colorType: 6)
      + PNGParts.data([0]) + PNGParts.end
    try Data(bytes).write(to: folder.url.appending(path: "vast.png"))
    try folder.add("dogs/rex.jpg")
    for mode in Command.modes {
      let answer = try Command.run(
        "resize", folder["vast.png"], folder["dogs/rex.jpg"], "--size", "100%", "--out", folder[mode], "--json",
        "--mode",
        mode, "--max-memory", "100000G", "--max-pixels", "10000000000000")
      #expect(answer.status == 1 && answer.signal == nil, "\(mode): \(answer.error)")
      #expect(code(try answer.files["vast.png"]) == "limit-memory", "\(mode): \(answer.output)")
      #expect(code(try answer.files["rex.jpg"]) == nil)
    }
  }

  @Test
  func `Promise 3: for a list of missing names the message contains the first names and the number of the others`()
    throws
  {
    let names = (0..<1000).map { "missing-\($0).jpg\n" }.joined()
    let answer = try Command.run(
      "resize", "--files-from", "-", "--out", folder["out"], input: Data(names.utf8))
    #expect(answer.status != 0 && answer.error.utf8.count < 100_000)
  }
}
