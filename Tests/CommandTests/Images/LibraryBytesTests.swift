import Foundation
import TestSupport
import Testing
import Thumbnails

@Suite("The library and the program") struct LibraryBytesTests {
  @Test("Both make the same bytes", arguments: [false, true])
  func sameBytes(isCropped: Bool) async throws {
    let scratch = try ScratchFolder()
    let options = isCropped ? "--size 60x80 --fit cover --gravity entropy --format jpeg --quality 70 --icc srgb" : ""
    let answer = try Command.shell(
      "imgbatch resize '\(Command.dogs)' '\(Command.patterns)' --out out \(options)", in: scratch)
    #expect(answer.status == 0, "\(answer.error)")
    var library = ThumbnailOptions(.box(256, 256))
    if isCropped {
      library = ThumbnailOptions(.box(60, 80), format: .jpeg)
      library.fit = .cover
      library.gravity = .entropy
      library.quality = 70
      library.colorProfile = .convertToSRGB
    }
    let thumbnailer = Thumbnailer()
    var count = 0
    for folder in [Command.dogs, Command.patterns] {
      for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
        let source = try Data(contentsOf: URL(fileURLWithPath: folder).appending(path: name))
        let stem = isCropped ? name.prefix { $0 != "." } + ".jpg" : name[...]
        guard let made = scratch.bytes("out/\(stem)") else { continue }
        let thumbnail = try await thumbnailer.thumbnail(of: Array(source), library)
        #expect(thumbnail.bytes == Array(made), "\(name)")
        count += 1
      }
    }
    #expect(count == scratch.files(below: "out").count && count > 15)
  }
}
