import Foundation
import TestSupport
import Testing

@Suite("Formats that are only read become others")
struct ReadOnlyFormatTests {
  private let scratch: ScratchFolder
  private static let outputs = ["a.bmp.png", "a.gif.png", "a.jpg", "a.png", "b/a.gif.png"]

  init() throws {
    scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "in/a.jpg")
    try scratch.add("dogs/bello.png", as: "in/a.png")
    try scratch.add("formats/interlaced.gif", as: "in/a.gif")
    try scratch.add("formats/animated.gif", as: "in/b/a.gif")
    try scratch.add("formats/runs.bmp", as: "in/a.bmp")
  }

  @Test("They keep their whole names in every mode, and are up to date afterward", arguments: Command.modes)
  func names(mode: String) throws {
    let line = "imgbatch resize in -o out --size 40 --mode \(mode)"
    let answer = try Command.shell(line, in: scratch)
    #expect(answer.status == 0 && answer.error.contains("5 written"), "\(answer.error)")
    #expect(scratch.files(below: "out") == Self.outputs)
    for name in Self.outputs where name.hasSuffix(".png") {
      #expect(scratch.bytes("out/\(name)")?.starts(with: [0x89, 0x50, 0x4E, 0x47]) == true, "\(name)")
    }
    #expect(try Command.shell(line + " --existing update", in: scratch).error.contains("0 written, 5 skipped"))
    // One of a pair is replaced, the other stays.
    try scratch.remove("in/a.gif")
    try scratch.add("formats/animated.gif", as: "in/a.gif")
    #expect(try Command.shell(line + " --existing update", in: scratch).error.contains("1 written, 4 skipped"))
  }

  @Test("The plan shows the names, and a template can shorten them")
  func templates() throws {
    let dry = try Command.shell("imgbatch resize in -o out -n", in: scratch).output
    for name in Self.outputs { #expect(dry.contains("-> out/\(name): "), "\(dry)") }
    try scratch.remove("in/a.png")
    #expect(try Command.shell("imgbatch resize in -o jpegs -f jpeg", in: scratch).status == 0)
    #expect(scratch.files(below: "jpegs") == ["a.bmp.jpg", "a.gif.jpg", "a.jpg", "b/a.gif.jpg"])
    try scratch.add("dogs/bello.png", as: "in/a.png")
    let clash = try Command.shell("imgbatch resize in -o out --name '{dir}/{base}.{ext}'", in: scratch)
    #expect(clash.status == 64 && clash.error.contains("map to the same output"), "\(clash.error)")
    let one = try Command.shell("imgbatch resize in/b -o short --name '{dir}/{base}.{ext}'", in: scratch)
    #expect(one.status == 0 && scratch.files(below: "short") == ["a.png"], "\(one.error)")
  }

  @Test("The shards of a folder have the outputs of one run")
  func shards() throws {
    for shard in ["1/2", "2/2"] {
      #expect(try Command.shell("imgbatch resize in -o out --shard \(shard)", in: scratch).status == 0)
    }
    #expect(try Command.shell("imgbatch merge out", in: scratch).status == 0)
    #expect(scratch.files(below: "out").filter { !$0.hasPrefix(".") } == Self.outputs)
  }

  @Test("An animation is noted, and transparency stays or lies on the background")
  func animation() throws {
    let answer = try Command.shell("imgbatch resize in/b -o out --json", in: scratch)
    let notes = try #require(answer.files["a.gif"]?["notes"] as? [String])
    #expect(notes == ["frames-dropped"])
    let info = try Command.shell("imgbatch info in/b in/a.bmp --json", in: scratch).events
    #expect(info.map { $0["format"] as? String } == ["gif", "bmp"])
  }

  @Test("Downloads are recognized by content, and their thumbnails keep the whole name")
  func downloads() throws {
    let gif = try #require(scratch.bytes("in/a.gif"))
    let server = try TestServer { _, reply in reply.answer(200, ["Content-Type: text/plain"], gif) }
    defer { server.stop() }
    let answer = try Command.fetch([server.address("/x")], scratch, ["--thumbs", scratch["thumbs"]])
    #expect(answer.status == 0, "\(answer.error)")
    #expect(scratch.files(below: "thumbs") == ["000001-x.gif.png"])
  }
}
