import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import SystemSupport

@Suite struct AssignedOutputNamesTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func `a name is assigned once, and the second request returns its owner whatever its source is called`() {
    var names = AssignedOutputNames(below: "out")
    let sources: [FilePath] = ["/data/in/a.jpg", "/data/in/b/a.png", "x", "/a", "other/\u{E9}.jpg"]
    let outputs: [FilePath] = ["out/a.jpg", "out/b/a.jpg", "out/y", "out/z/a", "out/\u{E9}.jpg"]
    for (output, source) in zip(outputs, sources) { #expect(names.take(output, for: source) == nil) }
    for (output, source) in zip(outputs, sources) { #expect(names.take(output, for: "late") == source) }
    #expect(names.take("out/a.jpgx", for: "late") == nil)
    #expect(names.take("out/b", for: "later") == nil)
  }

  @Test func `40,000 names, which fill more than one block, are all distinguished, in less than 100 bytes per name`() {
    var names = AssignedOutputNames(below: "/srv/thumbnails")
    func paths(_ folder: String) -> [FilePath] {
      (0..<40_000).map { FilePath("\(folder)/20\($0 % 25)/month-\($0 % 12)/IMG_\($0).jpg") }
    }
    let (outputs, sources) = (paths("/srv/thumbnails"), paths("/srv/photos"))
    let other: FilePath = "other"
    var wrong = 0
    for (output, source) in zip(outputs, sources) where names.take(output, for: source) != nil { wrong += 1 }
    for (output, source) in zip(outputs, sources) where names.take(output, for: other) != source { wrong += 1 }
    #expect(wrong == 0)
    #expect(names.byteCount < 100 * 40_000, "\(names.byteCount)")
  }

  @Test func `spellings of one name are two names if the file system distinguishes them`() throws {
    var names = AssignedOutputNames(below: folder("out"))
    for name in ["IMG.jpg", "img.jpg", "Img.jpg", "\u{E9}.jpg", "e\u{301}.jpg", "x.", "x"] {
      #expect(names.take(folder("out").pushing(FilePath(bytes: Array(name.utf8))), for: FilePath(name)) == nil)
    }
    #expect(try folder.names() == [], "what was made to find that out is gone")
  }

  @Test(
    arguments: [
      ("IMG.JPG", "img.jpg"), ("Stra\u{DF}e", "STRASSE"),
      ("\u{3A3}\u{3AF}\u{3C3}\u{3C5}\u{3C6}\u{3BF}\u{3C2}", "\u{3C3}\u{3AF}\u{3C3}\u{3C5}\u{3C6}\u{3BF}\u{3C3}"),
      ("caf\u{E9}", "CAFE\u{301}"), ("a\u{AD}b", "ab"), ("a./b ", "A/B"), ("\u{212A}", "k"),
    ])
  func `spellings that some file system treats as the same name have the same form`(one: String, other: String) {
    #expect(FoldedName.form(Array(one.utf8)) == FoldedName.form(Array(other.utf8)))
    #expect(FoldedName.hash(Array(one.utf8)) == FoldedName.hash(Array(other.utf8)))
  }

  @Test func `different names have different forms, even if they are not UTF-8`() {
    let names = ["a", "b", "a/b", "ab", "a.b", ".a", "\u{E9}", "e"].map { Array($0.utf8) } + [[0x61, 0xE9]]
    #expect(Set(names.map { FoldedName.form($0) }).count == names.count)
  }
}
