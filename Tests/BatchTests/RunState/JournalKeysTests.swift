import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ImageCore
@testable import RunState

@Suite struct JournalKeysTests {
  private func name(_ source: String, from folder: String) -> String {
    let names = JournalKeys(folder: FilePath(folder))
    let job = Job(index: 0, source: FilePath(source), output: "o", format: .jpeg, sourceByteCount: 0)
    return String(decoding: names.source(job), as: UTF8.self)
  }

  @Test func `sources below or next to the output folder have relative names, all others their absolute path`() {
    #expect(name("/srv/album/photos/sub/a.jpg", from: "/srv/album/thumbs") == "../photos/sub/a.jpg")
    #expect(name("/srv/album/a.jpg", from: "/srv/album/thumbs/") == "../a.jpg")
    #expect(name("/srv/album/thumbs/in/a.jpg", from: "/srv/album/thumbs") == "in/a.jpg")
    #expect(name("/srv/album/x/../photos/./a.jpg", from: "/srv/y/../album/thumbs") == "../photos/a.jpg")
    #expect(name("/srv/other/a.jpg", from: "/srv/album/thumbs") == "/srv/other/a.jpg")
    #expect(name("/srv/albums/a.jpg", from: "/srv/album/thumbs") == "/srv/albums/a.jpg")
    // A folder in the root has no parent that could be moved with it.
    #expect(name("/photos/a.jpg", from: "/thumbs") == "/photos/a.jpg")
    #expect(name("/thumbs/a.jpg", from: "/thumbs") == "a.jpg")
    #expect(name("/a.jpg", from: "/") == "/a.jpg")
  }

  @Test func `a relative path is the same source as its absolute path`() {
    let here = FileManager.default.currentDirectoryPath
    #expect(name("in/a.jpg", from: "out") == name("\(here)/in/a.jpg", from: "\(here)/out"))
    #expect(name("in/a.jpg", from: "out") == "../in/a.jpg")
    #expect(name("in/a.jpg", from: ".") == "in/a.jpg")
  }

  @Test func `links in the path to the folder change no name, and a link from elsewhere adds no parent`()
    throws
  {
    let folder = try TemporaryFolder()
    try folder.addFolder("real/thumbs")
    try folder.link("link", to: "real")
    let root = try #require(
      unsafe realpath(folder.path.string, nil).map { text in
        defer { unsafe free(text) }
        return unsafe String(cString: text)
      })
    for thumbs in ["real", "link"] {
      for photos in ["real", "link"] where photos == "real" || thumbs == "link" {
        #expect(name("\(root)/\(photos)/photos/a.jpg", from: "\(root)/\(thumbs)/thumbs") == "../photos/a.jpg")
      }
    }
    try folder.addFolder("elsewhere")
    try folder.link("elsewhere/current", to: "../real/thumbs")
    #expect(name("\(root)/elsewhere/a.jpg", from: "\(root)/elsewhere/current") == "\(root)/elsewhere/a.jpg")
    #expect(name("\(root)/real/a.jpg", from: "\(root)/elsewhere/current") == "../a.jpg")
  }
}
