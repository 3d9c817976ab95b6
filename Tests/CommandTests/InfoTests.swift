import Foundation
import Testing

@Suite("imgbatch info")
struct InfoTests {
  @Test("A table of what headers say")
  func table() throws {
    let answer = try Command.run("info", Command.patterns + "/orientation-6.jpg", Command.patterns + "/adam7.png")
    #expect(answer.status == 0)
    let rows = answer.output.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    #expect(rows.first?.joined(separator: " ") == "format size bits colour layout orientation profile decoder file")
    let cells = rows.dropFirst().map { $0.joined(separator: " ") }.sorted()
    #expect(cells.count == 2)
    #expect(cells.first?.hasPrefix("jpeg 451x300 8 YCbCr 4") == true, "\(cells)")
    #expect(cells.last?.hasPrefix("png 321x215 8 RGB interlaced 1 - - ") == true, "\(cells)")
  }

  @Test("One JSON object for each picture, its size as stored and upright")
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

  @Test("What has no header fails, and the others are told")
  func unreadable() throws {
    let answer = try Command.run("info", Command.broken + "/not-an-image.jpg", Command.dogs)
    #expect(answer.status == 1)
    #expect(answer.error.contains("[not-an-image]"))
    #expect(answer.output.split(separator: "\n").count == 4)
    #expect(try Command.run("info", Command.broken + "/lying-header-65500.jpg").status == 0)
    #expect(try Command.run("info", "/nowhere").status == 66)
  }
}
