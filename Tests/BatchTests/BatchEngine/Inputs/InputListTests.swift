import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCore
@testable import ImageErrors
@testable import Parallelism
@testable import RunState
@testable import SystemSupport

@Suite struct InputListTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func find(
    _ arguments: String..., lists: [FileList] = [], change: (inout WalkRules) -> Void = { _ in }
  ) throws -> InputList {
    var rules = WalkRules()
    change(&rules)
    let list = try InputList.find(arguments.map { folder($0) }, lists: lists, rules: rules)
    for count in [1, 2, 32] {
      rules.threads = WaitingThreads(count: count, now: AdvancingClock(step: .seconds(1)).now)
      let same = try InputList.find(arguments.map { folder($0) }, lists: lists, rules: rules)
      #expect(facts(same) == facts(list))
    }
    return list
  }

  private func facts(_ list: InputList) -> [String] {
    list.inputs.map { "\($0)" } + ["\(list.ignoredFileCount) \(list.omitted.formatCounts) \(list.omitted.folders)"]
  }

  private func relatives(_ list: InputList) -> [String] { list.inputs.map(\.relative.string) }

  @Test func `the images of a folder are in byte order`() throws {
    for name in ["b.jpg", "a.png", "B.JPEG", "c.jpe", "d.jfif", "sub/z.jpg", "sub/deep/y.PNG", "a/x.jpg"] {
      try folder.add("in/\(name)", Array(name.utf8))
    }
    let list = try find("in")
    #expect(
      relatives(list)
        == ["B.JPEG", "a.png", "b.jpg", "c.jpe", "d.jfif", "a/x.jpg", "sub/z.jpg", "sub/deep/y.PNG"])
    #expect(list.inputs.map(\.source) == relatives(list).map { folder("in").pushing(FilePath($0)) })
    #expect(list.inputs.map(\.byteCount) == relatives(list).map(\.utf8.count))
    #expect(list.inputs.allSatisfy { $0.refusal == nil && $0.identity != nil })
    #expect(list.ignoredFileCount == 0)
  }

  @Test func `the first bytes determine the format of files without a known suffix`() throws {
    try folder.add("in/photo.old", jpegStart)
    try folder.add("in/drawing", pngStart)
    try folder.add("in/notes.txt", Array("FFD8FF is how a JPEG starts".utf8))
    try folder.add("in/short", [0xFF, 0xD8, 0xFF])
    try folder.add("in/empty", [])
    let list = try find("in")
    #expect(relatives(list) == ["drawing", "photo.old"])
    #expect(list.inputs.map(\.contents) == [.png, .jpeg])
    #expect(list.ignoredFileCount == 3)
  }

  @Test func `hidden names are skipped unless they are arguments`() throws {
    try folder.add("in/.a.jpg")
    try folder.add("in/.git/b.jpg")
    try folder.add("in/c.jpg")
    try folder.add("in/.imgbatch-1-1.tmp")
    #expect(try relatives(find("in")) == ["c.jpg"])
    #expect(try find("in").ignoredFileCount == 0)
    #expect(try relatives(find("in/.git", "in/.a.jpg")) == ["b.jpg", ".a.jpg"])
  }

  @Test func `only the top level is read on request`() throws {
    try folder.add("in/a.jpg")
    try folder.add("in/sub/b.jpg")
    #expect(try relatives(find("in") { $0.depth = .topOnly }) == ["a.jpg"])
  }

  @Test func `an argument is accepted whatever its name is`() throws {
    try folder.add("in/photo.old", pngStart)
    try folder.add("in/notes.txt", Array("no picture".utf8))
    let list = try find("in/photo.old", "in/notes.txt")
    #expect(relatives(list) == ["photo.old", "notes.txt"])
    #expect(list.inputs.map(\.contents) == [.png, nil])
  }

  @Test func `a missing input fails, and the others are processed`() throws {
    try folder.add("a.jpg")
    let list = try find("none.jpg", "a.jpg", "no/folder")
    #expect(relatives(list) == ["none.jpg", "a.jpg", "folder"])
    let missing = JobError(stage: .read, code: .read, message: "ENOENT: no such file or folder")
    #expect(list.inputs.map(\.refusal) == [missing, nil, missing])
  }

  @Test func `pipes and sockets are refused if they are named like images, and ignored otherwise`() throws {
    try folder.addFolder("in")
    try folder.addPipe("in/a.jpg")
    try folder.addSocket("in/b.png")
    try folder.addPipe("in/c")
    try folder.addSocket("in/d.txt")
    let list = try find("in", "in/c")
    #expect(relatives(list) == ["a.jpg", "b.png", "c"])
    #expect(list.inputs.map(\.refusal?.code) == Array(repeating: .notARegularFile, count: 3))
    #expect(list.inputs[1].refusal?.message == "a socket, not a regular file; only regular files are read")
    #expect(list.ignoredFileCount == 2)
  }

  @Test func `links to files are read, and dangling links fail`() throws {
    try folder.add("outside/a.jpg", [1, 2, 3])
    try folder.addFolder("in")
    try folder.link("in/good.jpg", to: "../outside/a.jpg")
    try folder.link("in/sniffed", to: "../outside/b")
    try folder.add("outside/b", pngStart)
    try folder.link("in/broken.jpg", to: "nowhere")
    try folder.link("in/broken", to: "nowhere")
    try folder.link("in/self.jpg", to: "self.jpg")
    try folder.link("in/device.jpg", to: "/dev/zero")
    let list = try find("in")
    #expect(relatives(list) == ["broken.jpg", "device.jpg", "good.jpg", "self.jpg", "sniffed"])
    #expect(list.inputs.map(\.refusal?.code) == [.read, .notARegularFile, nil, .read, nil])
    #expect(list.inputs[2].byteCount == 3)
    #expect(list.ignoredFileCount == 1)
  }

  @Test func `linked folders are only walked on request`() throws {
    try folder.add("in/a.jpg")
    try folder.add("other/b.jpg")
    try folder.link("in/linked", to: "../other")
    #expect(try relatives(find("in")) == ["a.jpg"])
    #expect(try relatives(find("in") { $0.folderLinks = .follow }) == ["a.jpg", "linked/b.jpg"])
    #expect(try relatives(find("in/linked")) == ["b.jpg"])
  }

  @Test func `loops of links end`() throws {
    try folder.add("in/a.jpg")
    try folder.add("in/sub/b.jpg")
    try folder.link("in/sub/up", to: "..")
    try folder.link("in/sub/self", to: ".")
    try folder.link("in/root", to: "../in")
    // Each leads to the other, which is not a loop after the first link.
    try folder.add("in/x/x.jpg")
    try folder.add("in/y/y.jpg")
    try folder.link("in/x/y", to: "../y")
    try folder.link("in/y/x", to: "../x")
    let list = try find("in") { $0.folderLinks = .follow }
    #expect(
      relatives(list)
        == ["a.jpg", "sub/b.jpg", "x/x.jpg", "x/y/y.jpg", "y/y.jpg", "y/x/x.jpg"])
    #expect(list.inputs.allSatisfy { $0.refusal == nil })
  }

  @Test func `the output folder is not walked inside another folder`() throws {
    try folder.add("in/a.jpg")
    try folder.add("in/thumbs/a.jpg")
    try folder.link("elsewhere", to: "in/thumbs")
    for output in ["in/thumbs", "elsewhere", "in/../in/thumbs"] {
      #expect(try relatives(find("in") { $0.output = folder(output) }) == ["a.jpg"])
    }
    // As an explicit argument it is an input.
    #expect(try relatives(find("in/thumbs") { $0.output = folder("in/thumbs") }) == ["a.jpg"])
  }

  @Test func `a folder of 1,500 levels is walked, far beyond the longest path`() throws {
    let name = "a-folder-with-a-name"
    var descriptor = unsafe open(folder.path.string, O_RDONLY | O_DIRECTORY)
    for _ in 0..<1500 {
      try #require(unsafe mkdirat(descriptor, name, 0o700) == 0)
      let next = unsafe openat(descriptor, name, O_RDONLY | O_DIRECTORY)
      close(descriptor)
      descriptor = next
    }
    let file = unsafe openat(descriptor, "deep.jpg", O_WRONLY | O_CREAT, 0o600)
    #expect(unsafe jpegStart.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) } == jpegStart.count)
    close(file)
    close(descriptor)
    for links in [SymlinkPolicy.stay, .follow] {
      var rules = WalkRules()
      rules.folderLinks = links
      let list = try InputList.find([folder.path], rules: rules)
      #expect(list.inputs.count == 1)
      #expect(list.inputs.first?.relative.bytes.count == 1500 * (name.utf8.count + 1) + 8)
      #expect(list.inputs.first?.byteCount == jpegStart.count)
      #expect(list.inputs.first?.refusal == nil)
    }
  }

  @Test(.disabled(if: isSuperuser, "the superuser may read everything"))
  func `a folder without permission is a failed input`() throws {
    try folder.add("in/a.jpg")
    try folder.add("in/locked/b.jpg")
    try folder.setMode("in/locked", 0)
    defer { try? folder.setMode("in/locked", 0o700) }
    let list = try find("in")
    #expect(relatives(list) == ["a.jpg", "locked"])
    #expect(list.inputs[1].refusal?.message.hasPrefix("the folder cannot be read: EACCES: permission denied") == true)
  }

  @Test func `names keep their bytes`() throws {
    for name in awkwardNames { try folder.add(folder(bytes: Array("in/".utf8) + name)) }
    let list = try find("in")
    #expect(list.inputs.map(\.relative.bytes) == awkwardNames.sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test func `files of other shards only need a status if their name does not decide`() throws {
    for name in ["a.jpg", "sub/b.png"] { try folder.add("in/\(name)", [1, 2, 3]) }
    try folder.add("in/c", jpegStart)
    try folder.link("in/d.jpg", to: "nothing")
    try folder.add("in/notes.txt", Array("nothing that is read, whatever shard it is of".utf8))
    let whole = try find("in")
    var lookedAt: [String] = []
    for index in 1...7 {
      let shard = try #require(Shard(index: index, count: 7))
      let list = try find("in") { $0.shard = shard }
      #expect(relatives(list) == relatives(whole) && list.ignoredFileCount == 1)
      for (input, same) in zip(list.inputs, whole.inputs) {
        let isTold = ["c", "d.jpg"].contains(input.relative.string)
        let isOwn = input.isIn(shard)
        #expect(input.identity == (isOwn || isTold ? same.identity : nil))
        #expect(input.byteCount == (isOwn || isTold ? same.byteCount : 0))
        #expect(input.refusal == same.refusal && input.contents == same.contents)
        if isOwn { lookedAt.append(input.relative.string) }
      }
    }
    #expect(lookedAt.sorted() == ["a.jpg", "c", "d.jpg", "sub/b.png"])
    // Repeated inputs need a status.
    let twice = try find("in", "in/a.jpg") { $0.shard = Shard(index: 1, count: Shard.maximum) }
    #expect(twice.inputs.map(\.byteCount) == whole.inputs.map(\.byteCount))
  }

  @Test func `a file that occurs twice with one relative path is one input`() throws {
    try folder.add("in/a.jpg")
    try folder.add("in/sub/b.jpg")
    try folder.add("other/a.jpg")
    let list = try find("in/a.jpg", "in", "in/sub/b.jpg", "in", "other/a.jpg")
    #expect(relatives(list) == ["a.jpg", "sub/b.jpg", "b.jpg", "a.jpg"])
    #expect(
      list.inputs.map(\.source) == [
        folder("in/a.jpg"), folder("in/sub/b.jpg"), folder("in/sub/b.jpg"), folder("other/a.jpg"),
      ])
  }

  @Test func `hard links under two names are two inputs`() throws {
    let path = try folder.add("in/a.jpg")
    try folder.hardLink("in/b.jpg", to: path)
    #expect(try relatives(find("in", "in")) == ["a.jpg", "b.jpg"])
  }

  @Test func `a list is read to its last line, with or without a newline`() throws {
    let lines = ["a.jpg", "", "sub/b.jpg", "none.jpg", "cr.jpg\r"]
    for name in ["a.jpg", "sub/b.jpg"] { try folder.add(name) }
    let text = lines.map { $0.isEmpty ? "" : folder.path.string + "/" + $0 }
    for (separator, kind) in [("\n", Delimiter.newline), ("\0", .zeroByte)] {
      for end in ["", separator] {
        let path = try folder.add("list", Array((text.joined(separator: separator) + end).utf8))
        let list = try find(lists: [FileList(path: path, separator: kind)])
        let below = String(folder.path.string.dropFirst())
        #expect(relatives(list) == ["a.jpg", "sub/b.jpg", "none.jpg", "cr.jpg\r"].map { below + "/" + $0 })
        #expect(list.inputs.map(\.refusal?.code) == [nil, nil, .read, .read])
      }
    }
  }

  @Test func `names in a list may contain any bytes`() throws {
    var text: [UInt8] = []
    for name in awkwardNames {
      text += try folder.add(folder(bytes: name)).bytes
      text.append(0)
    }
    let path = try folder.add("list", text)
    let list = try find(lists: [FileList(path: path, separator: .zeroByte)])
    #expect(list.inputs.map { FilePath(root: nil, $0.relative.components.suffix(1)).bytes } == awkwardNames)
    #expect(list.inputs.allSatisfy { $0.refusal == nil })
  }

  @Test(arguments: [
    ("a.jpg", "a.jpg"), ("dogs/sub/a.jpg", "dogs/sub/a.jpg"), ("./dogs/a.jpg", "dogs/a.jpg"),
    ("/data/dogs/a.jpg", "data/dogs/a.jpg"), ("dogs//a.jpg", "dogs/a.jpg"), ("../dogs/a.jpg", "dogs/a.jpg"),
    ("../../a.jpg", "a.jpg"), ("x/../../dogs/a.jpg", "dogs/a.jpg"), ("dogs/./sub/a.jpg", "sub/a.jpg"),
    ("/data/./a/./b.jpg", "b.jpg"), ("..a/.b/...jpg", "..a/.b/...jpg"),
  ])
  func `a list entry is mirrored with its folders, except parts that would leave the output folder`(
    entry: String, relative: String
  ) {
    #expect(ListEntry(name: Array(entry.utf8)).input().relative.string == relative)
  }

  @Test func `malformed lines of a list fail one by one`() throws {
    try folder.add("a.jpg")
    try folder.addFolder("folder")
    let good = Array(folder("a.jpg").string.utf8)
    let newline: [UInt8] = [0x0A]
    let huge = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
    let text = huge + newline + Array("a\0b".utf8) + newline + folder("folder").bytes + newline + good + newline + huge
    let path = try folder.add("list", text)
    let list = try find(lists: [FileList(path: path, separator: .newline)])
    #expect(list.inputs.count == 5)
    #expect(list.inputs.map(\.refusal?.code) == [.read, .read, .notARegularFile, nil, .read])
    #expect(list.inputs[0].refusal?.message.hasPrefix("ENAMETOOLONG: ") == true)
    #expect(list.inputs[1].refusal?.hint == .separateByZeroBytes)
    #expect(list.inputs[2].refusal?.message == "a folder, not a regular file")
    #expect(list.inputs[2].refusal?.hint == .giveFoldersAsInputs)
  }

  @Test func `a missing list ends the run`() {
    #expect(throws: InputListError.unreadableList(folder("none"), reason: "ENOENT: no such file or folder")) {
      try find(lists: [FileList(path: folder("none"), separator: .newline)])
    }
  }

  @Test func `the order of inputs does not depend on the order in which the files were created`() throws {
    for index in 0..<300 { try folder.add("in/\((index * 7919) % 300).jpg", [1]) }
    #expect(
      try relatives(find("in")) == (0..<300).map { "\($0).jpg" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
  }
}
