import Foundation
import TestSupport
import Testing

/// `--manifest` and `--manifest-with`.
@Suite struct ManifestTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    let target = folder.url.appending(path: name)
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: target)
  }

  private func rows(_ name: String) throws -> [[String]] {
    let text = String(decoding: try #require(folder.bytes(name)), as: UTF8.self)
    #expect(text.hasSuffix("\r\n"))
    return text.components(separatedBy: "\r\n").dropLast().map { $0.components(separatedBy: ",") }
  }

  @Test(arguments: Command.modes) func `it lists each output that exists, sorted`(mode: String) throws {
    try folder.add("dogs/rex.jpg", as: "in/rex.jpg")
    try folder.add("dogs/bello.png", as: "in/sub/bello.png")
    try folder.add("broken/truncated.jpg", as: "in/broken.jpg")
    try write("in/drawn.png", DrawnPNG.bytes(width: 60, height: 30, color: 6, .half))
    let columns = "dhash,sha256,thumbhash,color"
    let arguments = [
      "resize", folder["in"], "--size", "40", "--size", "20", "--format", "auto", "--mode", mode, "--out",
      folder["out"],
      "--manifest", folder["out/list.csv"], "--manifest-with", columns,
    ]
    #expect(try Command.run(arguments: arguments).status == 1)
    let first = try rows("out/list.csv")
    #expect(
      first[0]
        == ["file_name", "source", "width", "height", "bytes", "sha256", "color", "thumbhash", "dhash"])
    #expect(
      first.dropFirst().map { $0[0] } == [
        "drawn-20.png", "drawn-40.png", "rex-20.jpg", "rex-40.jpg", "sub/bello-20.jpg", "sub/bello-40.jpg",
      ])
    for row in first.dropFirst() {
      let bytes = try #require(folder.bytes("out/\(row[0])"))
      #expect(row[4] == "\(bytes.count)")
      let sum = try Command.shell("sha256sum < 'out/\(row[0])'", in: folder).output.prefix(64)
      #expect(row[5] == sum)
      #expect(row[6].count == 7 && row[6].hasPrefix("#") && row[8].count == 16)
      #expect(Data(base64Encoded: row[7]).map { (10...32).contains($0.count) } == true)
    }
    #expect(first[1][1] == folder["in/drawn.png"] && first[1][2] == "20" && first[1][3] == "10")
    // Outputs of the earlier run: the same lines. The pixels of a JPEG differ a little from those that were encoded.
    #expect(try Command.run(arguments: arguments + ["--resume"]).status == 1)
    let second = try rows("out/list.csv")
    #expect(second.map { $0[0...5] } == first.map { $0[0...5] })
    #expect(second[1] == first[1] && second[2] == first[2], "a PNG has the pixels that were encoded")
    for (one, other) in zip(first, second).dropFirst() {
      let distance = try #require(UInt64(one[8], radix: 16)) ^ #require(UInt64(other[8], radix: 16))
      #expect(distance.nonzeroBitCount <= 8)
    }
  }

  @Test func `all modes say the same`() throws {
    try FileManager.default.copyItem(atPath: Command.dogs, toPath: folder["in"])
    var texts: Set<String> = []
    for mode in Command.modes {
      let answer = try Command.run(
        "resize", folder["in"], "--mode", mode, "--out", folder[mode], "--manifest", folder["\(mode).jsonl"],
        "--manifest-with", "color,thumbhash,dhash,sha256")
      #expect(answer.status == 0, "\(answer.error)")
      texts.insert(String(decoding: folder.bytes("\(mode).jsonl") ?? Data(), as: UTF8.self))
    }
    #expect(texts.count == 1)
    let lines = try #require(texts.first).split(separator: "\n").map { line in
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    }
    #expect(lines.map { $0?["file_name"] as? String } == ["bello.png", "luna.jpg", "rex.jpg"])
    #expect(lines.allSatisfy { ($0?["width"] as? Int ?? 0) <= 256 && $0?["dhash"] is String })
  }

  @Test func `names are quoted, and nothing is overwritten`() throws {
    try folder.add("dogs/rex.jpg", as: "in/a \"b\", c.jpg")
    let arguments = ["resize", folder["in"], "--size", "20", "--out", folder["out"], "--manifest"]
    #expect(try Command.run(arguments: arguments + [folder["list.csv"]]).status == 0)
    let text = String(decoding: folder.bytes("list.csv") ?? Data(), as: UTF8.self)
    #expect(text.contains("\r\n\"a \"\"b\"\", c.jpg\",\"\(folder["in"])/a \"\"b\"\", c.jpg\",20,"))
    // An image under the name of a list, the list of failures, and a wrong suffix.
    try folder.add("dogs/rex.jpg", as: "image.csv")
    #expect(try Command.run(arguments: arguments + [folder["image.csv"]]).status == 64)
    #expect(try Command.run(arguments: arguments + [folder["f.csv"], "--failed-to", folder["f.csv"]]).status == 64)
    #expect(try Command.run(arguments: arguments + [folder["f.txt"]]).status == 64)
    #expect(try Command.run(arguments: arguments + [folder["f.csv"], "--manifest-with", "md5"]).status == 64)
    #expect(try Command.run(arguments: arguments + [folder["f.csv"], "--dry-run"]).status == 64)
    #expect(folder.bytes("f.csv") == nil)
  }
}
