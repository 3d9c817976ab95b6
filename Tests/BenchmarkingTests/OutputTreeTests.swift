import Foundation
import RunState
import SystemPackage
import SystemSupport
import TestSupport
import Testing

@testable import Benchmarking

@Suite struct OutputTreeTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for tree in ["one", "two"] {
      try folder.add("\(tree)/a.jpg", [1, 2, 3])
      try folder.add("\(tree)/b/c.png", [UInt8](repeating: 7, count: 200_000))
      try folder.add("\(tree)/z.jpg", [9])
    }
  }

  private func difference() throws -> FilePath? {
    try OutputTree(of: folder("one")).firstDifference(to: OutputTree(of: folder("two")))
  }

  @Test func `trees with the same bytes have no difference, and hidden files are ignored`() throws {
    try folder.add("two/.journal", [1])
    #expect(try OutputTree(of: folder("one")).files == ["a.jpg", "b/c.png", "z.jpg"])
    #expect(try difference() == nil)
    #expect(try OutputTree(of: folder("none")).files == [])
  }

  @Test func `a difference of one byte names its file`() throws {
    var bytes = [UInt8](repeating: 7, count: 200_000)
    bytes[150_000] = 8
    try folder.add("two/b/c.png", bytes)
    #expect(try difference() == "b/c.png")
  }

  @Test func `a file that is shorter, missing or additional is named`() throws {
    try folder.add("two/a.jpg", [1, 2])
    #expect(try difference() == "a.jpg")
    try folder.add("two/a.jpg", [1, 2, 3])
    try folder.add("two/zz.jpg", [9])
    #expect(try difference() == "zz.jpg")
    try folder.add("two/b/b.png", [9])
    #expect(try difference() == "b/b.png")
    for name in ["two/zz.jpg", "two/b/b.png"] { try FileManager.default.removeItem(atPath: folder(name).string) }
    #expect(try difference() == nil)
    try FileManager.default.removeItem(atPath: folder("two/z.jpg").string)
    #expect(try difference() == "z.jpg")
  }

  @Test func `a scratch folder is removed with all its contents, and links are not followed`() throws {
    let path: FilePath
    do {
      let scratch = try ScratchFolder()
      path = scratch.path
      try OutputFile.makeFolders(path.appending("deep/.hidden"))
      try FileManager.default.createSymbolicLink(
        atPath: path.appending("deep/link").string, withDestinationPath: folder("one").string)
    }
    #expect(!FileManager.default.fileExists(atPath: path.string))
    #expect(try OutputTree(of: folder("one")).files.count == 3)
  }
}
