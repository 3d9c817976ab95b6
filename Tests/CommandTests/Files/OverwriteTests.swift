import Foundation
import TestSupport
import Testing

/// Files named by options, and the records of a run, never overwrite an input or an image.
@Suite("No file that a run writes is one of its inputs")
struct OverwriteTests {
  private let scratch: ScratchFolder
  private let before: [String: Data]

  init() throws {
    scratch = try ScratchFolder()
    for name in ["a.jpg", "b.jpg"] { try scratch.add("dogs/rex.jpg", as: "in/\(name)") }
    try scratch.add("dogs/bello.png", as: "other.html")
    try Data("no picture".utf8).write(to: scratch.url.appending(path: "in/bad.jpg"))
    try Data("http://127.0.0.1:1/a.jpg\n".utf8).write(to: scratch.url.appending(path: "l.txt"))
    try Data("in/a.jpg\nin/b.jpg\n".utf8).write(to: scratch.url.appending(path: "list.html"))
    try Data("in/a.jpg\n".utf8).write(to: scratch.url.appending(path: "one.txt"))
    try FileManager.default.linkItem(atPath: scratch["in/b.jpg"], toPath: scratch["hard.html"])
    try FileManager.default.createSymbolicLink(atPath: scratch["soft.html"], withDestinationPath: "in/bad.jpg")
    before = Dictionary(
      uniqueKeysWithValues: scratch.files(below: "").map { [scratch] in ($0, scratch.bytes($0) ?? Data()) })
  }

  @Test(
    "Status 64, one sentence, and no file is changed",
    arguments: [
      ("gallery l.txt --out l.txt", "the input l.txt"), ("gallery - --out l.txt <l.txt", "the list on standard input"),
      ("gallery in --out in/a.jpg", "the input in/a.jpg"),
      ("gallery in --out in/../in/bad.jpg", "the input in/bad.jpg"),
      ("gallery in --out hard.html", "the input in/b.jpg"), ("gallery in --out soft.html", "the input in/bad.jpg"),
      ("gallery in --out other.html", "would overwrite an image"),
      ("resize in --out o --failed-to in/b.jpg", "the input in/b.jpg"),
      ("resize in --out o --failed-to in/bad.jpg", "the input in/bad.jpg"),
      ("resize in --out o --failed-to other.html", "would overwrite an image"),
      ("resize in --out o --report hard.html", "the input in/b.jpg"),
      ("resize in --out o --report other.html", "would overwrite an image"),
      ("resize in --out o --failed-to o/a.jpg", "the output of in/a.jpg"),
      ("resize in --out o --failed-to ./o/new/../a.jpg", "the output of in/a.jpg"),
      ("resize in --out o --report page.html --failed-to ./page.html", "is also the file of --report"),
      ("resize --files-from list.html --out o --report list.html", "the input list.html"),
      ("resize --files-from one.txt --out . --name one.txt", "would overwrite the input one.txt"),
      ("grayscale in --out o --failed-to in/a.jpg", "the input in/a.jpg"),
      ("fetch l.txt --out o --failed-to other.html --allow-private", "would overwrite an image"),
      ("fetch l.txt --out o --report other.html --allow-private", "would overwrite an image"),
      ("fetch list.html --out o --report list.html", "the input list.html"),
      ("profile in --report hard.html", "the input in/b.jpg"),
      ("profile in --fetch l.txt --report soft.html", "the input in/bad.jpg"),
      ("profile in --save", "--save in/a.jpg would overwrite the input in/a.jpg"),
      ("resize in --out o --shard 1/1 --failed-to in/a.jpg", "the input in/a.jpg"),
    ])
  func refused(line: String, text: String) throws {
    let answer = try Command.shell("IMGBATCH_DEFAULTS=in/a.jpg imgbatch \(line)", in: scratch)
    #expect(answer.status == 64, "\(answer.status) \(answer.error)")
    #expect(answer.error.contains(text) && answer.error.hasPrefix("Error: "), "\(answer.error)")
    for (name, bytes) in before { #expect(scratch.bytes(name) == bytes, "\(name)") }
    #expect(scratch.files(below: "").filter { !$0.contains("/.imgbatch-") } == before.keys.sorted())
  }

  @Test("A record of the run that is a hard link to an input is not opened", arguments: ["lock", "journal"])
  func records(name: String) throws {
    try FileManager.default.createDirectory(atPath: scratch["o"], withIntermediateDirectories: true)
    try FileManager.default.linkItem(atPath: scratch["in/a.jpg"], toPath: scratch["o/.imgbatch-\(name)"])
    let answer = try Command.shell("imgbatch resize in --out o", in: scratch)
    #expect(answer.status == 64 && answer.error.contains("the \(name) o/.imgbatch-\(name) would overwrite the input"))
    #expect(scratch.bytes("in/a.jpg") == before["in/a.jpg"])
  }

  @Test("A streamed list ends where it names the file of --failed-to or --report, and neither is written")
  func streamed() throws {
    for option in ["--failed-to in/bad.jpg", "--report second.html"] {
      if option.hasPrefix("--report") {
        try FileManager.default.linkItem(atPath: scratch["in/bad.jpg"], toPath: scratch["second.html"])
      }
      let line =
        "printf 'in/a.jpg\\nin/bad.jpg\\nin/b.jpg\\n' | imgbatch resize --files-from - --out o --jobs 1 \(option)"
      let answer = try Command.shell(line, in: scratch)
      #expect(answer.status == 64, "\(answer.error)")
      #expect(answer.error.contains("the input in/bad.jpg is the file of"), "\(answer.error)")
      #expect(scratch.bytes("in/bad.jpg") == before["in/bad.jpg"])
    }
    let taken = try Command.shell(
      "mkdir -p o2/in; echo in/a.jpg | imgbatch resize --files-from - --out o2 --failed-to o2/in/a.jpg",
      in: scratch)
    #expect(taken.error.contains("the same output name as o2/in/a.jpg"), "\(taken.error)")
  }

  @Test("The list that a run reads may be replaced by its list of failures")
  func ownList() throws {
    try Data("in/a.jpg\nin/bad.jpg\n".utf8).write(to: scratch.url.appending(path: "list"))
    let answer = try Command.shell("imgbatch resize --files-from list --out o --failed-to list --quiet", in: scratch)
    #expect(answer.status == 1)
    #expect(scratch.bytes("list") == Data("in/bad.jpg\n".utf8))
  }
}
