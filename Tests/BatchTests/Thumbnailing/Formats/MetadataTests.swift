import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import RunState
@testable import Thumbnailing

@Suite struct MetadataTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let preview = [UInt8](repeating: 0xAB, count: 300)

  /// EXIF with an orientation, a size, a GPS position and a preview.
  private static func exif(bigEndian: Bool) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return bigEndian ? bytes.reversed() : bytes
    }
    func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
      number(tag, 2) + number(type, 2) + number(count, 4) + value + [UInt8](repeating: 0, count: 4 - value.count)
    }
    let (exifPlace, gpsPlace, makerPlace) = (62, 92, 110)
    let secondPlace = makerPlace + 6
    var bytes = Array((bigEndian ? "MM" : "II").utf8) + number(42, 2) + number(8, 4)
    bytes += number(4, 2) + entry(0x010F, 2, 6, number(makerPlace, 4)) + entry(0x0112, 3, 1, number(6, 2))
    bytes +=
      entry(0x8769, 4, 1, number(exifPlace, 4)) + entry(0x8825, 4, 1, number(gpsPlace, 4)) + number(secondPlace, 4)
    bytes += number(2, 2) + entry(0xA002, 4, 1, number(900, 4)) + entry(0xA003, 3, 1, number(1200, 2)) + number(0, 4)
    bytes += number(1, 2) + entry(0x0001, 2, 2, Array("N\0".utf8)) + number(0, 4)
    bytes += Array("Maker\0".utf8)
    bytes += number(2, 2) + entry(0x0201, 4, 1, number(secondPlace + 30, 4)) + entry(0x0202, 4, 1, number(300, 4))
    return bytes + number(0, 4) + preview
  }

  private static let xmp = Array(
    #"<x xmlns:tiff="http://ns.adobe.com/tiff/1.0/"><rdf tiff:Orientation="6" dc:title="Rex"/></x>"#.utf8)

  private func source(bigEndian: Bool) throws -> FilePath {
    func segment(_ start: String, _ body: [UInt8]) -> [UInt8] {
      let content = Array(start.utf8) + body
      return [0xFF, 0xE1, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 255)] + content
    }
    let plain = try Places.sample("dogs/rex.jpg")
    let segments =
      segment("Exif\0\0", MetadataTests.exif(bigEndian: bigEndian))
      + segment("http://ns.adobe.com/xap/1.0/\0", MetadataTests.xmp)
    return try folder.add("in-\(bigEndian).jpg", Array(plain.prefix(2) + segments + plain.dropFirst(2)))
  }

  private func made(_ source: FilePath, _ format: ImageFormat, _ change: (inout ThumbnailOptions) -> Void) throws
    -> [UInt8]
  {
    var options = ThumbnailOptions()
    options.size = .width(90)
    change(&options)
    let output = folder("out-\(UUID().uuidString)")
    let job = Job(index: 0, source: source, output: output, format: format, sourceByteCount: 0)
    guard case .written = JobRunner(options: options).outcome(of: job) else {
      Issue.record("not written")
      return []
    }
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: output.string)))
  }

  private func notes(_ source: FilePath, _ format: ImageFormat, _ change: (inout ThumbnailOptions) -> Void) throws
    -> [ConversionNotice]
  {
    var options = ThumbnailOptions()
    options.size = .width(90)
    change(&options)
    let job = Job(index: 0, source: source, output: folder("noted"), format: format, sourceByteCount: 0)
    guard case .written(let image) = JobRunner(options: options).outcome(of: job) else {
      Issue.record("not written")
      return []
    }
    return image.notes
  }

  private func png(_ tagged: ImageMetadata) throws -> [UInt8] {
    let pool = BufferPool()
    let plane = Plane.made(120, 90, channels: 3, from: pool) { x, y, _ in x + y }
    let encoder = LibdeflatePNGEncoder(pool: pool)
    return try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(plane, level: 1, metadata: tagged)) }
  }

  private func metadata(_ bytes: [UInt8], _ format: ImageFormat) -> ImageMetadata {
    unsafe ImageMetadata(bytes.span.bytes, format: format)
  }

  @Test(arguments: [false, true], [ImageFormat.jpeg, .png])
  func `kept metadata match the output: upright, with its size, without the preview`(
    bigEndian: Bool, format: ImageFormat
  )
    throws
  {
    let path = try source(bigEndian: bigEndian)
    let kept = metadata(try made(path, format) { $0.metadata = .keep }, format)
    let exif = try #require(kept.exif)
    #expect(
      exif.count == MetadataTests.exif(bigEndian: bigEndian).count - 330, "the preview and its directory are gone")
    #expect(unsafe Orientation(tiff: exif.span.bytes) == .upright)
    let parts = (exif[0..<58], Array(exif[110...]))
    #expect(parts.1 == Array("Maker\0".utf8))
    // Upright it is 90 wide and 120 high.
    let sides = bigEndian ? [exif[75], exif[85]] : [exif[72], exif[84]]
    #expect(sides == [90, 120])
    #expect(exif[102] == UInt8(ascii: "N"), "the place is kept")
    let xmp = String(decoding: try #require(kept.xmp), as: UTF8.self)
    #expect(xmp == String(decoding: MetadataTests.xmp, as: UTF8.self).replacing("\"6\"", with: "\"1\""))
  }

  @Test func `an image that is left as stored keeps its orientation tag`() throws {
    let bytes = try made(try source(bigEndian: true), .jpeg) {
      $0.metadata = .keep
      $0.orientation = .ignore
    }
    let exif = try #require(metadata(bytes, .jpeg).exif)
    #expect(unsafe Orientation(tiff: exif.span.bytes) == .turned90)
  }

  @Test func `by default all metadata are removed`() throws {
    for format in ImageFormat.written {
      #expect(metadata(try made(try source(bigEndian: true), format) { _ in }, format) == ImageMetadata())
    }
  }

  @Test func `PNG texts are copied from PNG to PNG, and the result is valid`() throws {
    var tagged = ImageMetadata()
    tagged.exif = MetadataTests.exif(bigEndian: true)
    tagged.xmp = MetadataTests.xmp
    let pool = BufferPool()
    let plane = Plane.made(120, 90, channels: 3, from: pool) { x, y, _ in x + y }
    let encoder = LibdeflatePNGEncoder(pool: pool)
    var bytes = try withExtendedLifetime(encoder) {
      unsafe [UInt8](try encoder.encode(plane, level: 1, metadata: tagged))
    }
    // "tEXt" with its CRC, before IEND.
    let text: [UInt8] = [0, 0, 0, 9] + Array("tEXtTitle\0Rex".utf8) + [0x1F, 0x93, 0x7D, 0x0F]
    bytes.insert(contentsOf: text, at: bytes.count - 12)
    let path = try folder.add("texts.png", bytes)
    let out = try made(path, .png) { $0.metadata = .keep }
    let kept = metadata(out, .png)
    #expect(kept.texts.map { String(decoding: $0.body, as: UTF8.self) } == ["Title\0Rex"])
    #expect(kept.exif != nil && kept.xmp != nil)
    let decoder = Decoder(pool: pool)
    let header = try unsafe out.withUnsafeBytes { try unsafe decoder.readHeader($0, limits: DecodeLimits()) }
    #expect(header.size.height == 120, "EXIF had turned it")
  }

  @Test func `long XMP of a PNG becomes two packets of a JPEG, and one again in a PNG, upright in all`() throws {
    let declared = "xmlns:t='http://ns.adobe.com/tiff/1.0/' xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
    let long = String(repeating: "long ", count: 40_000)
    let xmp = "<x><r:RDF \(declared)><r:Description t:Orientation='6'><a>\(long)</a></r:Description></r:RDF></x>"
    var tagged = ImageMetadata()
    tagged.exif = OrientationTag.tiff(6)
    tagged.xmp = Array(xmp.utf8)
    let source = try folder.add("long.png", png(tagged))
    #expect(try notes(source, .jpeg) { $0.metadata = .keep } == [])
    let jpeg = try made(source, .jpeg) { $0.metadata = .keep }
    let two = metadata(jpeg, .jpeg)
    #expect(two.notes.isEmpty && two.xmp.map { $0.count < 1000 } == true)
    let upright = xmp.replacing("Orientation='6'", with: "Orientation='1'")
    #expect(two.extendedXMP.map { String(decoding: $0, as: UTF8.self) } == upright)
    // Already upright: only joined.
    let back = metadata(try made(try folder.add("two.jpg", jpeg), .png) { $0.metadata = .keep }, .png)
    let one = back.xmp.map { String(decoding: $0, as: UTF8.self) } ?? ""
    #expect(one.contains(long) && one.contains("t:Orientation='1'") && !one.contains("HasExtendedXMP"))
    let again = metadata(try made(try folder.add("same.jpg", jpeg), .jpeg) { $0.metadata = .keep }, .jpeg)
    #expect(again == two)
  }

  @Test func `losses are noted if metadata are kept, and only then`() throws {
    var tagged = ImageMetadata()
    tagged.exif = OrientationTag.tiff(6) + [UInt8](repeating: 0, count: 70_000)
    tagged.xmp = Array("<x xmlns:c='http://ns.google.com/photos/1.0/camera/' c:MotionPhoto='1'/>".utf8)
    let source = try folder.add("noted.png", png(tagged))
    #expect(try notes(source, .jpeg) { $0.metadata = .keep } == [.metadata, .video])
    #expect(try notes(source, .png) { $0.metadata = .keep } == [.video])
    #expect(try notes(source, .jpeg) { _ in } == [])
    let kept = metadata(try made(source, .jpeg) { $0.metadata = .keep }, .jpeg)
    #expect(kept.exif == nil && kept.xmp.map { String(decoding: $0, as: UTF8.self).contains("Motion") } == false)
  }

  @Test(arguments: [ImageFormat.jpeg, .png], [OrientationRule.apply, .ignore])
  func `an orientation in XMP alone has no effect and is kept`(format: ImageFormat, rule: OrientationRule) throws {
    var tagged = ImageMetadata()
    tagged.xmp = MetadataTests.xmp
    let out = try made(try folder.add("xmp.png", png(tagged)), format) {
      $0.metadata = .keep
      $0.orientation = rule
    }
    #expect(metadata(out, format) == tagged)
    let header = try unsafe out.withUnsafeBytes {
      try unsafe Decoder(pool: BufferPool()).readHeader($0, limits: DecodeLimits())
    }
    #expect(header.size == PixelSize(width: 90, height: 68))
  }

  @Test func `damaged EXIF does no harm`() {
    let sound = MetadataTests.exif(bigEndian: false)
    var state: UInt32 = 1
    func next(_ limit: Int) -> Int {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Int(state >> 8) % limit
    }
    for _ in 0..<3000 {
      var bytes = Array(sound.prefix(next(sound.count + 1)))
      for _ in 0..<4 where !bytes.isEmpty { bytes[next(bytes.count)] = UInt8(truncatingIfNeeded: next(256)) }
      var metadata = ImageMetadata()
      metadata.exif = bytes
      metadata.xmp = Array(MetadataTests.xmp.prefix(next(140)))
      let fitted = metadata.fitted(isTurned: true).sized(PixelSize(width: 3, height: 4)).storable(in: .jpeg)
      #expect((fitted.exif?.count ?? 0) <= bytes.count)
    }
  }
}
