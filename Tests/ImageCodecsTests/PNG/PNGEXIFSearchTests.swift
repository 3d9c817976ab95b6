import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

@Suite("EXIF of a PNG at any position")
struct PNGEXIFSearchTests {
  private func png(_ chunks: [(String, [UInt8])]) -> [UInt8] {
    var file = PNGBuilder()
    file.header(width: 3, height: 2, colorType: 0)
    for (name, body) in chunks { file.chunk(name, body) }
    return file.bytes
  }

  private static let pixels = ("IDAT", PNGBuilder.deflated([0, 1, 2, 3, 0, 4, 5, 6]))
  private static let end: (String, [UInt8]) = ("IEND", [])

  private func orientation(_ bytes: [UInt8]) throws -> Orientation {
    let decoder = Decoder(pool: BufferPool())
    return try unsafe bytes.withUnsafeBytes { try unsafe decoder.readHeader($0, limits: DecodeLimits()).orientation }
  }

  @Test func `the first valid eXIf turns the image, before the pixels or behind them`() throws {
    let (six, eight) = (("eXIf", OrientationTag.tiff(6)), ("eXIf", OrientationTag.tiff(8)))
    #expect(try orientation(png([six, Self.pixels, eight, Self.end])) == .turned90)
    #expect(try orientation(png([Self.pixels, ("tEXt", [65, 0]), eight, six, Self.end])) == .turned270)
    #expect(try orientation(png([("eXIf", Array("Exif\0\0".utf8)), Self.pixels, six, Self.end])) == .turned90)
    #expect(try orientation(png([Self.pixels, Self.end, six])) == .upright, "behind the end there is no PNG")
    var damaged = png([Self.pixels, six, Self.end])
    damaged[damaged.count - 13] ^= 1
    #expect(try orientation(damaged) == .upright, "its CRC is wrong")
  }

  @Test func `beyond the start of a file, the headers of chunks are enough`() throws {
    let long = ("IDAT", [UInt8](repeating: 7, count: 5000))
    let file = png([long, long, ("eXIf", OrientationTag.tiff(6)), Self.end])
    for count in [45, 60, 5045, 5046, 10_060, 10_090] {
      let part = Array(file.prefix(count))
      let search = unsafe PNGEXIFSearch(part.span.bytes)
      let next = try #require(search.next)
      #expect(search.found == nil)
      var read = 0
      let found = try PNGEXIFSearch.orientation(from: next, maxChunks: 3) { offset, count throws(CodecError) in
        read += count
        return Array(file.dropFirst(offset).prefix(count))
      }
      #expect(found == .turned90 && read < 100)
      let refused = PNGEXIFSearch.orientation(from: 33, maxChunks: 2) { offset, count throws(Never) in
        Array(file.dropFirst(offset).prefix(count))
      }
      #expect(refused == nil, "more chunks than are to be read")
    }
    let cut = PNGEXIFSearch.orientation(from: 33, maxChunks: 9) { offset, count throws(Never) in
      Array(file.dropLast(20).dropFirst(offset).prefix(count))
    }
    #expect(cut == .upright)
  }
}
