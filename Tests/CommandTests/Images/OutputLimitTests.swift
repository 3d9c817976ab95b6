import Foundation
import TestSupport
import Testing

/// `--max-output-bytes` and `--min-quality`.
@Suite struct OutputLimitTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func addDrawn(_ name: String, _ transparency: DrawnPNG.Transparency = .none) throws {
    let target = folder.url.appending(path: name)
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(DrawnPNG.bytes(width: 160, height: 330, color: 6, transparency)).write(to: target)
  }

  private func addAll() throws {
    try folder.add("dogs/rex.jpg", as: "in/rex.jpg")
    try folder.add("dogs/bello.png", as: "in/bello.png")
    try folder.add("patterns/orientation-6.jpg", as: "in/turned.jpg")
    try folder.add("patterns/cmyk.jpg", as: "in/inks.jpg")
    try addDrawn("in/strips.png")
  }

  /// The written outputs by the path below the output folder, with their events.
  private func written(_ answer: Response, below out: String) throws -> [String: [String: Any]] {
    let files = try answer.events.filter { $0["status"] as? String == "written" }
    return try Dictionary(
      uniqueKeysWithValues: files.map { event in
        let output = try #require(event["output"] as? String)
        return (String(output.dropFirst(folder[out].count + 1)), event)
      })
  }

  struct Look: Sendable {
    let options: String
    var quality = 80
    var floor = 40
  }

  private static let looks = [
    Look(options: "--size 120"), Look(options: "--size 120", quality: 95),
    Look(options: "--size 121x90 --fit cover --gravity entropy", quality: 96),
    Look(options: "--size 120x120 --fit contain --background red --progressive", quality: 93),
    Look(options: "--size 90 --size 140 --metadata keep", quality: 94),
    Look(options: "--size 120 --subsampling 444 --linear", quality: 97),
    Look(options: "--size 120", quality: 94, floor: 91), Look(options: "--size 120 --icc srgb", quality: 92),
    Look(options: "--size 100%", quality: 95),
  ]

  /// For each chosen quality the plain run has the same bytes. At the next quality the file would be too large.
  @Test(arguments: looks) func `each output has the highest quality that fits, in all modes`(look: Look) throws {
    try addAll()
    let plain = ["resize", folder["in"], "--format", "jpeg"] + look.options.split(separator: " ").map { String($0) }
    let (quality, floor) = (look.quality, look.floor)
    let arguments = plain + ["--quality", "\(quality)", "--min-quality", "\(floor)", "--json"]
    var plains: Set<Int> = []
    func plainBytes(_ name: String, _ quality: Int) throws -> Data? {
      if plains.insert(quality).inserted {
        let answer = try Command.run(arguments: plain + ["--quality", "\(quality)", "--out", folder["q\(quality)"]])
        #expect(answer.status == 0, "\(answer.error)")
      }
      return folder.bytes("q\(quality)/\(name)")
    }
    _ = try (plainBytes("", quality), plainBytes("", floor))
    let names = folder.files(below: "q\(quality)")
    func largestFile(_ quality: Int) -> Int { names.map { folder.bytes("q\(quality)/\($0)")?.count ?? 0 }.max() ?? 0 }
    let (smallest, largest) = (largestFile(floor), largestFile(quality))
    var chosen: Set<Int> = []
    for (number, limit) in [smallest, (3 * smallest + largest) / 4, largest].enumerated() {
      for mode in number == 1 ? Command.modes : ["threads"] {
        let out = "\(mode)-\(number)"
        let answer = try Command.run(
          arguments: arguments + ["--max-output-bytes", "\(limit)", "--mode", mode, "--out", folder[out]])
        #expect(answer.status == 0, "\(answer.output)")
        let made = try written(answer, below: out)
        #expect(made.keys.sorted() == names)
        for (name, event) in made {
          let found = try #require(event["quality"] as? Int)
          let bytes = try #require(folder.bytes("\(out)/\(name)"))
          chosen.insert(found)
          #expect(bytes.count <= limit && event["outputBytes"] as? Int == bytes.count)
          #expect((floor...quality).contains(found))
          #expect(try bytes == plainBytes(name, found), "\(mode) \(name) \(found) \(look)")
          if found < quality { #expect(try (plainBytes(name, found + 1)?.count ?? 0) > limit, "\(name) \(found)") }
        }
      }
    }
    #expect(chosen.count > 1 && chosen.contains(quality), "\(chosen)")
  }

  @Test(arguments: Command.modes) func `what is too large at the lowest quality fails and leaves nothing`(mode: String)
    throws
  {
    try folder.add("dogs/rex.jpg", as: "in/rex.jpg")
    try folder.add("dogs/bello.png", as: "in/bello.png")
    let arguments = [
      "resize", folder["in"], "--size", "100", "--mode", mode, "--out", folder["out"], "--max-output-bytes",
    ]
    let answer = try Command.run(arguments: arguments + ["500", "--json"])
    #expect(answer.status == 1)
    #expect(folder.files(below: "out").isEmpty)
    let files = try answer.files
    for (name, kind) in [("rex.jpg", "its JPEG of quality 40 has "), ("bello.png", "its PNG of level 9 has ")] {
      let error = try #require(files[name]?["error"] as? [String: Any])
      #expect(error["stage"] as? String == "encode" && error["code"] as? String == "too-large")
      let message = try #require(error["message"] as? String)
      #expect(
        message.hasPrefix(kind) && message.contains(" bytes, more than the limit of 500; raise --max-output-bytes"))
    }
    // It would fail again, so it is not tried again with the same options.
    let again = try Command.run(arguments: arguments + ["500", "--resume"])
    #expect(again.status == 1 && again.error.contains("--retry-failed"), "\(again.error)")
    let raised = try Command.run(arguments: arguments + ["1M", "--resume"])
    #expect(raised.status == 0, "\(raised.error)")
    #expect(folder.files(below: "out") == ["bello.png", "rex.jpg"])
  }

  @Test func `with several sizes each has the limit, and one that is too large fails the image`() throws {
    try folder.add("dogs/rex.jpg", as: "in/rex.jpg")
    func run(_ limit: Int, _ out: String) throws -> Response {
      try Command.run(
        "resize", folder["in"], "--size", "40", "--size", "200", "--json", "--max-output-bytes", "\(limit)", "--out",
        folder[out])
    }
    #expect(try run(1_000_000, "large").status == 0)
    let small = try #require(folder.bytes("large/rex-40.jpg")?.count)
    let answer = try run(small, "small")
    #expect(answer.status == 1)
    #expect(folder.files(below: "small").isEmpty)
  }

  @Test func `a PNG has its level or level 9`() throws {
    try folder.add("dogs/bello.png", as: "in/bello.png")
    let arguments = ["resize", folder["in"], "--size", "100", "--png-level"]
    for level in ["1", "9"] {
      #expect(try Command.run(arguments: arguments + [level, "--out", folder["level-" + level]]).status == 0)
    }
    let (fast, best) = (folder.bytes("level-1/bello.png"), folder.bytes("level-9/bello.png"))
    let (most, least) = try (#require(fast?.count), #require(best?.count))
    #expect(most > least)
    for mode in Command.modes {
      for (limit, expected) in [(most, fast), (most - 1, best), (least, best), (least - 1, nil)] {
        let out = "\(mode)-\(limit)"
        let answer = try Command.run(
          arguments: arguments + [
            "1", "--json", "--max-output-bytes", "\(limit)", "--mode", mode, "--out", folder[out],
          ])
        #expect(answer.status == (expected == nil ? 1 : 0))
        #expect(folder.bytes(out + "/bello.png") == expected)
        #expect(try answer.files["bello.png"]?["quality"] == nil)
      }
    }
  }

  @Test func `with format auto the rule of the chosen format applies`() throws {
    try addDrawn("in/half.png", .half)
    try addDrawn("in/opaque.png")
    try addDrawn("in/edge.png", .edge)
    let arguments = [
      "resize", folder["in"], "--format", "auto", "--size", "60x61", "--fit", "cover", "--gravity", "entropy",
    ]
    let answer = try Command.run(
      arguments: arguments + [
        "--quality", "95", "--json", "--max-output-bytes", "1500", "--min-quality", "5", "--out", folder["out"],
      ])
    let made = try written(answer, below: "out")
    #expect(made["opaque.jpg"] != nil)
    for (name, event) in made {
      let quality = event["quality"] as? Int
      #expect((quality == nil) == name.hasSuffix(".png"))
      let out = "q\(quality ?? 0)"
      let plain = try Command.run(
        arguments: arguments + [
          "--quality", "\(quality ?? 95)", "--existing", "overwrite", "--png-level", quality == nil ? "9" : "6",
          "--out", folder[out],
        ])
      #expect(plain.status == 0, "\(plain.error)")
      #expect(folder.bytes("out/\(name)") == folder.bytes("\(out)/\(name)"), "\(name)")
    }
  }

  @Test func `the quality is in lines and in manifests; without the option in neither`() throws {
    try folder.add("dogs/rex.jpg", as: "in/rex.jpg")
    try folder.add("dogs/bello.png", as: "in/bello.png")
    let arguments = [
      "grayscale", folder["in"], "--size", "100", "--verbose", "--manifest", folder["list.csv"], "--out",
    ]
    let plain = try Command.run(arguments: arguments + [folder["plain"]])
    #expect(plain.status == 0 && !plain.error.contains("quality"))
    let limit = try #require(folder.bytes("plain/rex.jpg")?.count) - 1
    let limited = try Command.run(
      arguments: arguments + [folder["limited"], "--max-output-bytes", "\(limit)", "--format", "jpeg"])
    #expect(limited.status == 0, "\(limited.error)")
    let rows = String(decoding: try #require(folder.bytes("list.csv")), as: UTF8.self).components(separatedBy: "\r\n")
    #expect(rows[0] == "file_name,source,width,height,bytes,quality")
    let rex = try #require(rows.first { $0.hasPrefix("rex.jpg,") }?.components(separatedBy: ","))
    let quality = try #require(Int(rex[5]))
    #expect((60...79).contains(quality))
    #expect(limited.error.contains(", quality \(quality), "), "\(limited.error)")
    let same = try Command.run(arguments: arguments + [folder["same"], "--quality", "\(quality)"])
    #expect(same.status == 0)
    #expect(folder.bytes("same/rex.jpg") == folder.bytes("limited/rex.jpg"))
  }

  @Test func `another limit or lowest quality outdates outputs`() throws {
    try folder.add("dogs/rex.jpg", as: "in/rex.jpg")
    let arguments = ["resize", folder["in"], "--existing", "update", "--json", "--out", folder["out"]]
    func redo(_ more: String...) throws -> String? {
      let event = try #require(try Command.run(arguments: arguments + more).files["rex.jpg"])
      return event["redo"] as? String ?? event["reason"] as? String
    }
    #expect(try redo() == nil)
    #expect(try redo() == "up-to-date")
    #expect(try redo("--max-output-bytes", "1M") == "options-changed")
    #expect(try redo("--max-output-bytes", "1024K") == "up-to-date")
    #expect(try redo("--max-output-bytes", "1M", "--min-quality", "41") == "options-changed")
    #expect(try redo() == "options-changed")
  }

  @Test func `wrong values are rejected`() throws {
    try folder.add("dogs/rex.jpg", as: "in/rex.jpg")
    func error(_ more: String...) throws -> String {
      let answer = try Command.run(arguments: ["grayscale", folder["in"], "--out", folder["out"]] + more)
      #expect(answer.status == 64)
      return answer.error
    }
    #expect(try error("--min-quality", "50").contains("--min-quality needs --max-output-bytes."))
    let limited = try error("--max-output-bytes", "1K", "--quality", "70", "--min-quality", "71")
    #expect(limited.contains("--min-quality is 1 to --quality (70), not 71."))
    #expect(try error("--max-output-bytes", "0").contains("Byte counts are as in 4096"))
    #expect(folder.files(below: "out").isEmpty)
  }
}
