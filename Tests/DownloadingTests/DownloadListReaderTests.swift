import Foundation
import SystemPackage
import Testing

@testable import Downloading
@testable import SystemSupport
@testable import TextFormatting

@Suite("Rows of tables")
struct DownloadListReaderTests {
  /// The entries that a reader finds in a file with this text.
  private func read(_ text: String) throws -> [ListedAddress] {
    let file = FileManager.default.temporaryDirectory.appending(path: "imgbatch-\(UUID().uuidString)")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    var reader = DownloadListReader(try Descriptor(opening: FilePath(file.path), .list))
    var entries: [ListedAddress] = []
    while !reader.isAtEnd {
      while let entry = try reader.next() { entries.append(entry) }
    }
    return entries
  }

  @Test("A quoted line end belongs to its field (RFC 4180, 2.6), also in the first row, and positions count rows")
  func lineEnds() throws {
    let text =
      "url,\"the\r\ncaption\",name\r\nhttp://a/1,\"two\r\nlines, \"\"x\"\"\n\",first\r\nhttp://a/2,one,\r\nhttp://a/3,\"\",c"
    #expect(
      try read(text) == [
        ListedAddress(position: 1, address: "http://a/1", name: "first"),
        ListedAddress(position: 2, address: "http://a/2"),
        ListedAddress(position: 3, address: "http://a/3", name: "c"),
      ])
  }

  @Test(
    "Rows that start with # are rows, in tables of each kind",
    arguments: [
      "# made by hand\ncaption,url\n#cute,http://a/1\n#,http://a/2", "tag\turl\n#dog\thttp://a/1\n#\thttp://a/2",
    ])
  func hashes(text: String) throws {
    #expect(try read(text).map(\.address) == ["http://a/1", "http://a/2"])
  }

  @Test("In other lists such lines are comments")
  func comments() throws {
    #expect(try read("#x\nhttp://a/1\n#y,\"\nhttp://a/2").map(\.address) == ["http://a/1", "http://a/2"])
    #expect(try read("{\"url\":\"http://a/1\"}\n#y\n{\"url\":\"http://a/2\"}").map(\.position) == [1, 2])
  }

  @Test("An unbalanced quote fails only its own line")
  func openQuotes() throws {
    let rows = (1...30_000).map { "http://a/\($0),x" }
    for (index, quote) in [(10, "\"open"), (29_999, "\"open"), (29_999, "\"")] {
      var lines = rows
      lines[index] = "http://a/x,\(quote)"
      let entries = try read((["url,caption"] + lines).joined(separator: "\n"))
      #expect(entries.count == rows.count)
      #expect(entries.filter { $0.problem != nil }.map(\.position) == (index == 29_999 ? [] : [index + 1]), "\(index)")
      #expect(entries.last?.position == rows.count)
    }
  }

  @Test("In a table with one column a comma does not end a field, and quotes are removed")
  func oneColumn() throws {
    #expect(
      try read("url\nhttp://a/1,2\n\"http://a/3,4\"\n\"http://a/5\n\"").map(\.address)
        == ["http://a/1,2", "http://a/3,4", "http://a/5\n"])
  }

  @Test("A line that is too long fails, and its start is not used")
  func longLines() throws {
    let long = String(repeating: "x", count: 1 << 20)
    let entries = try read(
      "url,caption,name\nhttp://a/1,\(long),n\nhttp://a/2,\"\(long)\",n\nhttp://a/3,\"a\n\(long)\"\nhttp://a/4,,")
    #expect(entries.map { $0.problem == nil }.prefix(2) == [false, false])
    #expect(entries.last?.address == "http://a/4" && entries.last?.problem == nil)
    #expect(entries.allSatisfy { $0.problem != nil || $0.address == "http://a/4" || $0.address.hasPrefix("http") })
  }
}
