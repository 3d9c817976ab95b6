import Foundation
import TestSupport
import Testing

@Suite("Raw files of cameras")
struct RawCommandTests {
  private let scratch: ScratchFolder
  private static let suffixes = RawParts.Container.allCases.map(\.rawValue)

  init() throws {
    scratch = try ScratchFolder()
    for suffix in Self.suffixes { try scratch.add("formats/previews.\(suffix)", as: "in/IMG_1.\(suffix.uppercased())") }
    try scratch.add("dogs/rex.jpg", as: "in/IMG_1.JPG")
  }

  @Test("Each becomes a JPEG of its whole name beside that of the JPEG", arguments: Command.modes)
  func names(mode: String) throws {
    let answer = try Command.shell("imgbatch resize in -o out --size 16 --mode \(mode) --json", in: scratch)
    #expect(answer.status == 0, "\(answer.error)")
    let outputs = (Self.suffixes.map { "IMG_1.\($0.uppercased()).jpg" } + ["IMG_1.JPG"]).sorted()
    #expect(scratch.files(below: "out").sorted() == outputs)
    for name in outputs { #expect(scratch.bytes("out/\(name)")?.starts(with: [0xFF, 0xD8]) == true, "\(name)") }
    #expect(
      try Command.shell("imgbatch resize in -o out --size 16 --existing update", in: scratch).error.contains(
        "10 skipped"))
  }

  @Test("info and the plan have the size of the largest preview")
  func sizes() throws {
    let infos = try Command.shell("imgbatch info in --json", in: scratch).events
    let raws = infos.filter { $0["format"] as? String == "raw" }
    #expect(raws.count == 9 && raws.allSatisfy { $0["width"] as? Int == 96 && $0["decoder"] as? String == "scaled" })
    let dry = try Command.shell("imgbatch resize in -o out --size 16 -n", in: scratch).output
    #expect(dry.contains("in/IMG_1.CR2 -> out/IMG_1.CR2.jpg: 96x72 -> 16x12"), "\(dry)")
    let large = try Command.shell("imgbatch resize in -o large --size 200 --json", in: scratch)
    let notes = try large.files.filter { $0.key.hasSuffix("CR3") }.first?.value["notes"] as? [String]
    #expect(notes == ["preview-smaller"])
  }

  @Test("formats lists them as read by the program itself")
  func formats() throws {
    let formats = try Command.run("formats", "--json").events
    let raw = try #require(formats.first { $0["format"] as? String == "raw" })
    #expect(raw["name"] as? String == "camera raw" && raw["reader"] as? String == "imgbatch")
    #expect(raw["isWritten"] as? Bool == false)
  }
}
