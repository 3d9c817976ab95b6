import Foundation
import SystemPackage
import Testing

@testable import Downloading
@testable import ImageErrors
@testable import RunState
@testable import SystemSupport

@Suite("The partial file of a download")
struct PartialFileTests {
  private let root: String

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "imgbatch-part-\(UUID().uuidString)").path
    for name in ["out", "elsewhere"] {
      try FileManager.default.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
    }
  }

  private func error(_ name: FilePath) -> JobError? {
    let base = BaseFolder(FilePath(root + "/out"))
    do throws(JobError) {
      _ = try PartialFile.open(PlacedFile(base, name), durability: .ordinary)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "The partial file is a regular file with one name below the folder; no other file is opened, changed or waited for")
  func kinds() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    let files = FileManager.default
    try Data("precious".utf8).write(to: URL(fileURLWithPath: root + "/precious"))
    try files.createSymbolicLink(atPath: root + "/out/.link.imgbatch-part", withDestinationPath: "../precious")
    try files.linkItem(atPath: root + "/precious", toPath: root + "/out/.hard.imgbatch-part")
    #expect(unsafe mkfifo(root + "/out/.pipe.imgbatch-part", 0o600) == 0)
    try files.createSymbolicLink(atPath: root + "/out/sub", withDestinationPath: "../elsewhere")
    let expected = [
      ("link", "it is a symbolic link, and none is followed there"), ("hard", "the file has 2 names (hard links)"),
      ("pipe", "it is a named pipe (FIFO), not a regular file"),
    ]
    for (name, text) in expected {
      let path = "\(root)/out/.\(name).imgbatch-part"
      let error = error(FilePath(".\(name).imgbatch-part"))
      #expect(error?.message.hasPrefix("\(path), which its bytes gather in, cannot be used (\(text)") == true)
      #expect(error?.code == .write && error?.hint == .removePart)
    }
    #expect(error("sub/.x.imgbatch-part")?.message.contains("a symbolic link is on its way") == true)
    #expect(try files.contentsOfDirectory(atPath: root + "/elsewhere") == [])
    #expect(files.contents(atPath: root + "/precious") == Data("precious".utf8))
    #expect(error("new/deep/.x.imgbatch-part") == nil)
  }
}
