import DecoderTrials
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore

@Suite struct HeaderReaderTests {
  /// A progressive JPEG without its last scan. libjpeg decodes it, `JPEGDecoding` does not.
  private func unfinished() throws -> [UInt8] {
    let bytes = try recoded(Places.sample("dogs/luna.jpg")) { $0.jpeg.scans = .progressive }
    let last = try #require(bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
    return bytes[..<last] + [0xFF, 0xD9]
  }

  @Test func `all scans of a progressive JPEG determine its decoder, unless the file is too large`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.add("unfinished.jpg", unfinished())
    let reader = HeaderReader(limits: DecodeLimits())
    #expect(try reader.read(path).header.path == .scaled)
    let forecast = try reader.readForecast(path)
    #expect(forecast.header.path == .library)
    var same = forecast.header
    same.path = .scaled
    #expect(try reader.read(path).header == same)

    // Bytes after the end marker do not count. Read completely, this file would be left to libjpeg.
    try #require(unsafe truncate(path.string, off_t(HeaderReader.maxForecastByteCount + 1)) == 0)
    #expect(try reader.readForecast(path).header.path == .scaled)
  }

  @Test func `EXIF after the pixels orients a large PNG like a small one`() throws {
    let folder = try TemporaryFolder()
    let pool = BufferPool()
    var state: UInt32 = 7
    let plane = Plane.made(400, 300, channels: 3, from: pool) { _, _, _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Int(state >> 24)
    }
    let encoder = LibdeflatePNGEncoder(pool: pool)
    var bytes = try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(plane, level: 1)) }
    #expect(bytes.count > 256 << 10, "more than the start that is read")
    var tagged = ImageMetadata()
    tagged.exif = OrientationTag.tiff(6)
    let small = Plane.made(3, 2, channels: 1, from: pool) { x, _, _ in x }
    let other = try withExtendedLifetime(encoder) {
      unsafe [UInt8](try encoder.encode(small, level: 1, metadata: tagged))
    }
    let chunk = other[33..<33 + 12 + OrientationTag.tiff(6).count]
    bytes.insert(contentsOf: chunk, at: bytes.count - 12)
    let header = try HeaderReader(limits: DecodeLimits()).read(folder.add("late.png", bytes)).header
    #expect(header.orientation == .turned90 && header.unreadChunks == nil)
    #expect(header.uprightSize == PixelSize(width: 300, height: 400))
    // Cut after the pixels, the file has the orientation of what remains.
    let cut = try HeaderReader(limits: DecodeLimits()).read(folder.add("cut.png", Array(bytes.dropLast(30)))).header
    #expect(cut.orientation == .upright)
  }
}
