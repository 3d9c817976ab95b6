import Foundation
import TestSupport
import Testing

@Suite("One image to one file, and through a pipe")
struct SingleImageTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "rex.jpg")
    try scratch.add("broken/truncated.jpg", as: "half.jpg")
    // The bytes that a run over a folder makes.
    try #require(try Command.shell("imgbatch resize rex.jpg -o usual -s 64 -q", in: scratch).status == 0)
  }

  private var usual: Data? { scratch.bytes("usual/rex.jpg") }

  @Test("A file name as --out is that file, without journal, lock and marker", arguments: Command.modes)
  func file(mode: String) throws {
    let answer = try Command.shell("imgbatch resize rex.jpg --out new/small.jpg -s 64 --mode \(mode)", in: scratch)
    #expect(answer.status == 0, "\(answer.error)")
    #expect(answer.error.isEmpty)
    #expect(scratch.bytes("new/small.jpg") == usual)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch["new"]) == ["small.jpg"])
  }

  @Test("A pipe in, out and both gives the same bytes, in every mode", arguments: Command.modes)
  func pipe(mode: String) throws {
    for line in [
      "cat rex.jpg | imgbatch resize - -o - -s 64 --mode \(mode) > piped.jpg",
      "imgbatch resize rex.jpg -o - -s 64 --mode \(mode) > piped.jpg",
      "cat rex.jpg | imgbatch resize - -o piped.jpg -s 64 --mode \(mode)",
    ] {
      let answer = try Command.shell(line, in: scratch)
      #expect(answer.status == 0, "\(line): \(answer.error)")
      #expect(answer.error.isEmpty)
      #expect(scratch.bytes("piped.jpg") == usual, "\(line)")
      try scratch.remove("piped.jpg")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch["-"]))
  }

  @Test("The name's extension or --format sets the format, and a pipe keeps the format of its input")
  func format() throws {
    try scratch.add("dogs/bello.png", as: "bello.png")
    let lines = [
      ("imgbatch resize rex.jpg -o a.png", "a.png", [0x89, 0x50]),
      ("imgbatch resize rex.jpg -o b.png --format jpg", "b.png", [0xFF, 0xD8]),
      ("imgbatch resize - -o c < bello.png; imgbatch resize - -o - < bello.png > c", "c", [0x89, 0x50]),
      ("imgbatch grayscale - -o - --format jpeg < bello.png > d", "d", [0xFF, 0xD8]),
    ]
    for (line, name, start) in lines {
      let answer = try Command.shell(line, in: scratch)
      #expect(answer.status == 0, "\(line): \(answer.error)")
      #expect(scratch.bytes(name)?.prefix(2) == Data(start.map { UInt8($0) }), "\(line)")
    }
  }

  @Test("A failure exits with 1, names the input and leaves nothing")
  func failure() throws {
    let file = try Command.shell("imgbatch resize half.jpg -o small.jpg", in: scratch)
    #expect(file.status == 1)
    #expect(file.error.contains("half.jpg") && file.error.contains("[truncated]"))
    #expect(!FileManager.default.fileExists(atPath: scratch["small.jpg"]))
    let pipe = try Command.shell("imgbatch resize - -o - < half.jpg", in: scratch)
    #expect(pipe.status == 1)
    #expect(pipe.output.isEmpty)
    #expect(pipe.error.hasPrefix("failed -: decode: "))
    let none = try Command.shell("imgbatch resize - -o - < /dev/null", in: scratch)
    #expect(none.status == 1)
    #expect(none.output.isEmpty)
    let large = try Command.shell("imgbatch resize - -o - --max-file-bytes 1K < rex.jpg", in: scratch)
    #expect(large.status == 1)
    #expect(large.error.contains("standard input has more than 1024 bytes"))
    let gone = try Command.shell("imgbatch resize rex.jpg -o - > /dev/full", in: scratch)
    #expect(gone.status == 73)
  }

  @Test("An existing file is replaced, skipped or kept as --existing says, and the input is never the output")
  func existing() throws {
    try Data("old".utf8).write(to: scratch.url.appending(path: "small.jpg"))
    #expect(try Command.shell("imgbatch resize rex.jpg -o small.jpg --existing skip", in: scratch).status == 0)
    #expect(scratch.bytes("small.jpg") == Data("old".utf8))
    #expect(try Command.shell("imgbatch resize rex.jpg -o small.jpg --existing fail", in: scratch).status == 1)
    #expect(scratch.bytes("small.jpg") == Data("old".utf8))
    #expect(try Command.shell("imgbatch resize rex.jpg -o small.jpg -s 64", in: scratch).status == 0)
    #expect(scratch.bytes("small.jpg") == usual)
    let source = scratch.bytes("rex.jpg")
    let answer = try Command.shell("ln -s rex.jpg link.jpg; imgbatch resize link.jpg -o rex.jpg", in: scratch)
    #expect(answer.status == 64)
    #expect(answer.error.contains("would overwrite the input"))
    #expect(scratch.bytes("rex.jpg") == source)
  }

  @Test(
    "What a single file cannot mean is refused",
    arguments: [
      ("rex.jpg half.jpg -o small.jpg", "is possible with one image file as input"),
      (". -o small.jpg", "is possible with one image file as input"),
      ("rex.jpg half.jpg -o -", "--out - takes one image file as input"),
      ("- rex.jpg -o out", "must be the only input"), ("- -o out", "has no name, so --out must be a file"),
      ("rex.jpg -o small.jpg --resume", "--resume cannot be used with a single output file"),
      ("rex.jpg -o small.jpg --name x", "--name cannot be used with a single output file"),
      ("rex.jpg -o - --json", "both need standard output"), ("rex.jpg -o a.jpg -s 1 -s 2", "has one --size"),
    ])
  func refused(line: String, message: String) throws {
    let answer = try Command.shell("imgbatch resize \(line) < rex.jpg", in: scratch)
    #expect(answer.status == 64)
    #expect(answer.error.contains(message), "\(answer.error)")
    #expect(!FileManager.default.fileExists(atPath: scratch["out"]))
    #expect(!FileManager.default.fileExists(atPath: scratch["small.jpg"]))
  }

  @Test("A folder with the name of an image stays a folder")
  func folder() throws {
    let answer = try Command.shell("mkdir all.jpg && imgbatch resize rex.jpg half.jpg -o all.jpg", in: scratch)
    #expect(answer.status == 1)
    #expect(scratch.files(below: "all.jpg") == ["rex.jpg"])
  }
}
