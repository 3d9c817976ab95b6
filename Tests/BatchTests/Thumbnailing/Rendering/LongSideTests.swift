import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import Thumbnailing

@Suite struct LongSideTests {
  @Test func `an image of one row is shrunk by any factor, and keeps its color`() throws {
    let folder = try TemporaryFolder()
    let pool = BufferPool()
    let encoder = LibdeflatePNGEncoder(pool: pool)
    for width in [70_000, 1_000_000] {
      let line = Plane.made(width, 1, from: pool) { _, _, _ in 77 }
      let bytes = try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(line, level: 1)) }
      let source = try folder.add("\(width).png", bytes)
      for size in [2, 31] {
        var options = ThumbnailOptions()
        options.size = .width(size)
        #expect(Set(try WrittenFile.made(from: source, .png, options).file.samples) == [77], "\(width) to \(size)")
      }
    }
  }
}
