import Foundation
import Testing

@Suite("imgbatch info")
struct InfoTests {
  @Test("The output is a table of header fields")
  func table() throws {
    let answer = try Command.run("info", Command.patterns + "/orientation-6.jpg", Command.patterns + "/adam7.png")
    #expect(answer.status == 0)
    let rows = answer.output.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    #expect(rows.first?.joined(separator: " ") == "format size bits color layout orientation profile decoder file")
    let cells = rows.dropFirst().map { $0.joined(separator: " ") }.sorted()
    #expect(cells.count == 2)
    #expect(cells.first?.hasPrefix("jpeg 451x300 8 YCbCr 4") == true, "\(cells)")
    #expect(cells.last?.hasPrefix("png 321x215 8 RGB interlaced 1 - - ") == true, "\(cells)")
  }

  @Test("JSON has one object per image, with the stored and the upright size")
  func json() throws {
    let infos = try Command.run("info", Command.patterns, "--json").events
    #expect(infos.count == 14)
    let turned = try #require(infos.first { ($0["source"] as? String)?.hasSuffix("orientation-6.jpg") == true })
    #expect(turned["event"] as? String == "info")
    #expect(turned["sourceWidth"] as? Int == 451)
    #expect(turned["width"] as? Int == 300)
    #expect(turned["orientation"] as? Int == 6)
    #expect(turned["decoder"] as? String == "scaled")
    let cmyk = try #require(infos.first { ($0["source"] as? String)?.hasSuffix("cmyk.jpg") == true })
    #expect(cmyk["decoder"] as? String == "libjpeg")
  }

  @Test("Files without a header fail, and the others are reported")
  func unreadable() throws {
    let answer = try Command.run("info", Command.broken + "/not-an-image.jpg", Command.dogs)
    #expect(answer.status == 1)
    #expect(answer.error.contains("[not-an-image]"))
    #expect(answer.output.split(separator: "\n").count == 4)
    #expect(try Command.run("info", Command.broken + "/lying-header-65500.jpg").status == 0)
    #expect(try Command.run("info", "/nowhere").status == 66)
  }
  @Test("A progressive JPEG without its last scan is reported as libjpeg's; its pixels are the same with both decoders")
  func oddScans() throws {
    let scratch = try ScratchFolder()
    let dog = Command.dogs + "/rex.jpg"
    #expect(try Command.run("resize", dog, "--out", scratch["in"], "--size", "100%", "--progressive").status == 0)
    let whole = try #require(scratch.bytes("in/rex.jpg"))
    let last = try #require(whole.range(of: Data([0xFF, 0xDA]), options: .backwards)).lowerBound
    try (whole[..<last] + [0xFF, 0xD9]).write(to: URL(filePath: scratch["in/odd.jpg"]))

    let infos = try Command.run("info", scratch["in"], "--json").events
    let told = infos.map { [$0["source"], $0["decoder"]].map { URL(filePath: $0 as? String ?? "").lastPathComponent } }
    #expect(told.sorted { $0[0] < $1[0] } == [["odd.jpg", "libjpeg"], ["rex.jpg", "scaled"]])
    for (out, decoder) in [("auto", "auto"), ("libjpeg", "libjpeg")] {
      let answer = try Command.run(
        "resize", scratch["in"], "--out", scratch[out], "--size", "64", "--decoder", decoder, "--fail-on", "never")
      #expect(answer.status == 0, "\(answer.error)")
    }
    for name in ["odd.jpg", "rex.jpg"] {
      #expect(scratch.bytes("auto/" + name) == scratch.bytes("libjpeg/" + name), "\(name)")
    }
  }
}
