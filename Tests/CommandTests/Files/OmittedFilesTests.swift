import Foundation
import TestSupport
import Testing

@Suite("What a folder contains is accounted for")
struct OmittedFilesTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "in/a/rex.jpg")
    try scratch.add("dogs/luna.jpg", as: "in/luna.jpg")
    let files: [(String, [UInt8])] = [
      ("in/one.psd", Array("8BPS".utf8) + [UInt8](repeating: 0, count: 12)),
      ("in/two.jp2", Self.jpeg2000),
      ("in/a/three.JP2", Self.jpeg2000),
      ("in/four.ico", [0, 0, 1, 0] + [UInt8](repeating: 0, count: 12)),
      ("in/notes.txt", Array("BMW and other cars, a text".utf8)), ("in/.DS_Store", [0, 0, 0, 1]),
      ("in/page.pdf", Array("%PDF-1.7 and more".utf8)),
    ]
    for (name, bytes) in files { try Data(bytes).write(to: scratch.url.appending(path: name)) }
  }

  private static let jpeg2000: [UInt8] = [0, 0, 0, 12] + Array("jP  ".utf8) + [0x0D, 0x0A, 0x87, 0x0A]
  private static let counts = "4 images in other formats were left out: 2 JPEG 2000, 1 ICO, 1 PSD"

  @Test("Unreadable images are counted by format in the summary, the event, --verbose and --dry-run")
  func counted() throws {
    let usual = try Command.shell("imgbatch resize in -o out", in: scratch)
    #expect(usual.status == 0)
    #expect(usual.error.contains(Self.counts), "\(usual.error)")
    #expect(!usual.error.contains("one.psd"))
    let verbose = try Command.shell("imgbatch resize in -o out -v", in: scratch)
    #expect(verbose.error.contains("left out in/a/three.JP2: JPEG 2000\n"))
    #expect(verbose.error.contains("left out in/one.psd: PSD\n"))
    let dry = try Command.shell("imgbatch resize in -o other -n", in: scratch)
    #expect(dry.error.contains(Self.counts))
    let quiet = try Command.shell("imgbatch resize in -o out -q", in: scratch)
    #expect(quiet.error.isEmpty)
    let json = try Command.shell("imgbatch resize in -o out --json", in: scratch)
    let summary = try #require(json.events.last)
    #expect(summary["unreadable"] as? [String: Int] == ["ICO": 1, "JPEG 2000": 2, "PSD": 1])
    #expect(summary["inputs"] as? Int == 2)
    for command in ["info in", "gallery in --out page.html", "compare in"] {
      #expect(try Command.shell("imgbatch \(command)", in: scratch).error.contains(Self.counts), "\(command)")
    }
  }

  @Test("--fail-on unreadable makes them inputs that failed", arguments: Command.modes)
  func failing(mode: String) throws {
    let answer = try Command.shell("imgbatch resize in -o out --json --fail-on unreadable --mode \(mode)", in: scratch)
    #expect(answer.status == 1)
    let files = try answer.files
    #expect(files.count == 6)
    let error = try #require(files["two.jp2"]?["error"] as? [String: String])
    #expect(error["code"] == "unsupported")
    #expect(error["message"]?.contains("JPEG 2000") == true)
    #expect(files["rex.jpg"]?["status"] as? String == "written")
    let summary = try #require(answer.events.last)
    #expect(summary["failed"] as? Int == 4)
    #expect(summary["inputs"] as? Int == 6)
  }

  @Test("A folder without any readable image says what it contains")
  func onlyUnreadable() throws {
    try scratch.remove("in/a")
    try scratch.remove("in/luna.jpg")
    let answer = try Command.shell("imgbatch resize in -o out", in: scratch)
    #expect(answer.status == 66)
    #expect(
      answer.error.contains("(images in other formats: 1 ICO, 1 JPEG 2000, 1 PSD; 2 other files)"), "\(answer.error)")
  }

  @Test("Folders of outputs and of foreign thumbnails are not entered, unless they are named")
  func outputs() throws {
    let line = """
      mkdir -p in/@eaDir in/__MACOSX && cp in/luna.jpg in/@eaDir && cp in/luna.jpg in/__MACOSX
      imgbatch resize in -o in/thumbs -q && imgbatch grayscale in -o in/gray -q --no-journal && imgbatch resize in -o out
      """
    let answer = try Command.shell(line, in: scratch)
    #expect(answer.status == 0)
    #expect(scratch.files(below: "out") == ["a/rex.jpg", "luna.jpg"])
    #expect(answer.error.contains("4 folders of thumbnails not entered: in/@eaDir, in/__MACOSX, in/gray, in/thumbs\n"))
    let json = try Command.shell("imgbatch resize in -o out --json", in: scratch)
    #expect(
      try json.events.last?["skippedFolders"] as? [String] == ["in/@eaDir", "in/__MACOSX", "in/gray", "in/thumbs"])
    let named = try Command.shell("imgbatch resize in/thumbs in/@eaDir -o named --parents -q", in: scratch)
    #expect(named.status == 0)
    #expect(scratch.files(below: "named") == ["@eaDir/luna.jpg", "thumbs/a/rex.jpg", "thumbs/luna.jpg"])
  }

  @Test("A folder that was empty is marked, one with a hidden file is not", arguments: ["", "touch in/thumbs/.keep;"])
  func emptyFolder(content: String) throws {
    let line = "mkdir in/thumbs; \(content) imgbatch resize in/luna.jpg -o in/thumbs -q && imgbatch resize in -o out -q"
    #expect(try Command.shell(line, in: scratch).status == 0)
    #expect(scratch.files(below: "out").contains("thumbs/luna.jpg") == !content.isEmpty)
  }

  @Test("A folder of sources that receives outputs stays an input")
  func mixed() throws {
    let line = """
      imgbatch resize in/luna.jpg -o in --name '{stem}-small.{ext}' -q
      rm in/.imgbatch-journal; imgbatch resize in/luna.jpg -o in --name '{stem}-small.{ext}' -q
      imgbatch resize . -o out -q
      """
    #expect(try Command.shell(line, in: scratch).status == 0)
    #expect(scratch.files(below: "out") == ["in/a/rex.jpg", "in/luna-small.jpg", "in/luna.jpg"])
  }

  @Test(
    "--exclude leaves out names at any depth, paths, and folders",
    arguments: [
      ("'*.jpg'", []), ("luna.jpg", ["a/b/rex.jpg", "a/rex.jpg"]), ("'r?x.*'", ["luna.jpg"]), ("a/", ["luna.jpg"]),
      ("a", ["luna.jpg"]), ("a/rex.jpg", ["a/b/rex.jpg", "luna.jpg"]), ("'a/*'", ["luna.jpg"]),
      ("'*/rex.jpg'", ["a/b/rex.jpg", "luna.jpg"]), ("/luna.jpg", ["a/b/rex.jpg", "a/rex.jpg", "luna.jpg"].dropLast()),
      ("luna.jpg/", ["a/b/rex.jpg", "a/rex.jpg", "luna.jpg"]), ("b --exclude luna.jpg", ["a/rex.jpg"]),
    ] as [(String, [String])])
  func exclude(pattern: String, kept: [String]) throws {
    try scratch.add("dogs/rex.jpg", as: "in/a/b/rex.jpg")
    let answer = try Command.shell("imgbatch resize in -o out -q --exclude \(pattern)", in: scratch)
    #expect(answer.status == (kept.isEmpty ? 66 : 0), "\(answer.error)")
    #expect(scratch.files(below: "out") == kept)
  }

  @Test("A named input is never excluded")
  func namedExclude() throws {
    let answer = try Command.shell(
      "imgbatch resize in/luna.jpg in/a -o out -q --exclude luna.jpg --exclude a", in: scratch)
    #expect(answer.status == 0)
    #expect(scratch.files(below: "out") == ["luna.jpg", "rex.jpg"])
  }
}

@Suite("Collisions that the message resolves")
struct CollisionAdviceTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  @Test("One name with two extensions: the message's --name works")
  func extensions() throws {
    try scratch.add("dogs/rex.jpg", as: "in/IMG_1.jpg")
    try scratch.add("dogs/bello.png", as: "in/IMG_1.png")
    let refused = try Command.shell("imgbatch resize in -o out --format jpeg", in: scratch)
    #expect(refused.status == 64)
    #expect(refused.error.contains("two inputs map to the same output"))
    #expect(refused.error.contains("use --name '{dir}/{name}.{ext}'"))
    let answer = try Command.shell(
      "imgbatch resize in -o out --format jpeg --name '{dir}/{name}.{ext}' -q", in: scratch)
    #expect(answer.status == 0)
    #expect(scratch.files(below: "out") == ["IMG_1.jpg.jpg", "IMG_1.png.jpg"])
    let other = try Command.shell(
      "imgbatch resize in -o o2 --format jpeg --name '{stem}-{srcext}.{ext}' -q", in: scratch)
    #expect(other.status == 0)
    #expect(scratch.files(below: "o2") == ["IMG_1-jpg.jpg", "IMG_1-png.jpg"])
  }

  @Test("Two cameras: the message's --parents works, for folders and for files")
  func parents() throws {
    for folder in ["a", "b"] { try scratch.add("dogs/rex.jpg", as: "\(folder)/x/IMG_1.jpg") }
    let refused = try Command.shell("imgbatch resize a b --out both", in: scratch)
    #expect(refused.status == 64)
    #expect(refused.error.contains("add --parents"))
    #expect(try Command.shell("imgbatch resize a ./b/ --out both --parents -q", in: scratch).status == 0)
    #expect(scratch.files(below: "both") == ["a/x/IMG_1.jpg", "b/x/IMG_1.jpg"])
    let again = try Command.shell("imgbatch resize a ./b/ --out both --parents --resume", in: scratch)
    #expect(again.error.contains("0 written, 2 skipped"))
    let same = try Command.shell("imgbatch resize a/x b/x --out same --parents", in: scratch)
    #expect(same.status == 64)
    #expect(same.error.contains("The input folders have the same name; name the folders above them"))
    #expect(try Command.shell("imgbatch resize */x/*.jpg --out files --parents -q", in: scratch).status == 64)
    #expect(try Command.shell("cd a && imgbatch resize . --out ../dot --parents -q", in: scratch).status == 0)
    #expect(scratch.files(below: "dot") == ["x/IMG_1.jpg"])
  }
}
