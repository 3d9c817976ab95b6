import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

@Suite("Metadata that are carried over")
struct ImageMetadataTests {
  private func texts(_ bodies: [[UInt8]]) -> [ImageMetadata.PNGText] {
    var file = PNGBuilder()
    file.header(width: 1, height: 1, colorType: 0)
    for body in bodies { file.chunk("tEXt", body) }
    return unsafe ImageMetadata(file.bytes.span.bytes, format: .png).texts
  }

  @Test func `at most a thousand texts of a PNG are kept, and at most 4 MiB of them`() {
    let short = (0..<3000).map { [UInt8(ascii: "a"), 0, UInt8($0 & 127)] }
    #expect(texts(short).map(\.body) == Array(short.prefix(1000)))
    let long = [UInt8](repeating: 65, count: 1 << 20)
    #expect(texts([long, long, long, long, long]).count == 4)
  }

  private func read(_ bytes: [UInt8], _ format: ImageFormat, profileByteCount: Int = 0) -> ImageMetadata {
    unsafe ImageMetadata(bytes.span.bytes, format: format, profileByteCount: profileByteCount)
  }

  private func png(_ chunks: [(String, [UInt8])]) -> [UInt8] {
    var file = PNGBuilder()
    file.header(width: 1, height: 1, colorType: 0)
    for (name, body) in chunks { file.chunk(name, body) }
    file.chunk("IEND", [])
    return file.bytes
  }

  private func jpeg(_ segments: [[UInt8]], between filler: [UInt8] = []) -> [UInt8] {
    segments.reduce([0xFF, 0xD8]) { bytes, body in
      bytes + (bytes.count > 2 ? filler : []) + [
        0xFF, 0xE1, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255),
      ] + body
    } + [0xFF, 0xDA, 0, 2]
  }

  private static let exif = OrientationTag.tiff(6)
  private static let xmp = Array("<x:xmpmeta/>".utf8)

  @Test func `XMP of a PNG is found compressed or not, with or without a language`() {
    let start = Array("XML:com.adobe.xmp\0".utf8)
    let deflated = PNGBuilder.deflated(Self.xmp)
    let chunks: [(String, [UInt8])] = [
      ("iTXt", start + [0, 0, 0, 0] + Self.xmp), ("iTXt", start + [1, 0, 0, 0] + deflated),
      ("iTXt", start + [1, 0] + Array("en\0XMP\0".utf8) + deflated), ("zTXt", start + [0] + deflated),
      ("tEXt", start + Self.xmp),
    ]
    for chunk in chunks {
      let metadata = read(png([chunk]), .png)
      #expect(metadata.xmp == Self.xmp && metadata.texts.isEmpty && metadata.notes.isEmpty, "\(chunk)")
    }
    for body in [start + [1, 0, 0, 0] + deflated.dropLast(), start + [1, 1, 0, 0] + deflated, start + [0, 0]] {
      let metadata = read(png([("iTXt", body)]), .png)
      #expect(metadata.xmp == nil && metadata.notes == [.metadata])
    }
    let twice = read(png([chunks[0], chunks[1]]), .png)
    #expect(twice.xmp == Self.xmp && twice.notes == [.metadata])
  }

  @Test func `all metadata together with the profile have a limit, and what exceeds it is noted`() {
    let start = Array("XML:com.adobe.xmp\0".utf8)
    let maximum = ImageMetadata.maxByteCount
    let bomb = PNGBuilder.deflated([UInt8](repeating: 32, count: maximum + 1))
    let inflated = read(png([("iTXt", start + [1, 0, 0, 0] + bomb), ("eXIf", Self.exif)]), .png)
    #expect(inflated.xmp == nil && inflated.exif == Self.exif && inflated.notes == [.metadata])
    let large = [UInt8](repeating: 32, count: maximum - Self.exif.count)
    let fitting: [(String, [UInt8])] = [("iTXt", start + [0, 0, 0, 0] + large), ("eXIf", Self.exif)]
    #expect(read(png(fitting), .png).byteCount == maximum && read(png(fitting), .png).notes.isEmpty)
    let text = read(png(fitting + [("tEXt", [65, 0])]), .png)
    #expect(text.byteCount == maximum && text.texts.isEmpty && text.notes == [.metadata])
    let profiled = read(png(fitting), .png, profileByteCount: 1)
    #expect(profiled.exif == Self.exif && profiled.xmp == nil && profiled.notes == [.metadata])
    let none = read(png(fitting), .png, profileByteCount: maximum + 1)
    #expect(none.byteCount == 0 && none.notes == [.metadata])
    let segments = jpeg([ImageMetadata.exifStart + Self.exif, ImageMetadata.xmpStart + Self.xmp])
    let tight = read(segments, .jpeg, profileByteCount: maximum - Self.exif.count)
    #expect(tight.exif == Self.exif && tight.xmp == nil && tight.notes == [.metadata])
  }

  @Test func `extended XMP is carried over completely or noted`() {
    let digest = [UInt8](repeating: UInt8(ascii: "A"), count: 32)
    let main = Array("<a xmlns:n='http://ns.adobe.com/xmp/note/' n:HasExtendedXMP='".utf8) + digest + Array("'/>".utf8)
    func piece(_ offset: Int, _ text: String, length: Int = 6, digest: [UInt8] = digest) -> [UInt8] {
      ImageMetadata.extendedXMPStart + digest + [0, 0, 0, UInt8(length), 0, 0, 0, UInt8(offset)] + Array(text.utf8)
    }
    func extended(_ pieces: [[UInt8]]) -> String? {
      let metadata = read(jpeg([ImageMetadata.xmpStart + main] + pieces), .jpeg)
      #expect(metadata.xmp == main && metadata.notes == (metadata.extendedXMP == nil ? [.metadata] : []))
      return metadata.extendedXMP.map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(extended([piece(0, "<abc/>")]) == "<abc/>")
    #expect(extended([piece(4, "/>"), piece(0, "<abc")]) == "<abc/>", "in any order")
    let other = [UInt8](repeating: UInt8(ascii: "B"), count: 32)
    #expect(extended([piece(0, "other!", digest: other), piece(0, "<abc/>")]) == "<abc/>")
    for pieces in [
      [piece(0, "<abc")], [piece(1, "abc/>")], [piece(0, "<abc/>"), piece(0, "<abc/>")], [piece(0, "<abc/>>")],
      [piece(0, "<abc"), piece(4, "/>", length: 7)], [piece(0, "<abc/>", digest: other)], [piece(0, "")],
    ] { #expect(extended(pieces) == nil) }
    let orphan = read(jpeg([ImageMetadata.xmpStart + Self.xmp, piece(0, "<abc/>")]), .jpeg)
    #expect(orphan.extendedXMP == nil && orphan.notes == [.metadata])
  }

  @Test(
    arguments: [
      [], [0xFF, 0xFF], [7, 8, 9], [0xFF, 0x01, 0xFF, 0xD3], [0xFF, 0x00, 0xFF], [0xFF, 0xE4, 0, 0],
    ] as [[UInt8]])
  func `the EXIF that turns the pixels is the one carried over, behind all that libjpeg skips`(filler: [UInt8]) throws {
    let empty = ImageMetadata.exifStart
    let segments = [empty, ImageMetadata.exifStart + OrientationTag.tiff(8), ImageMetadata.exifStart + Self.exif]
    let bytes = jpeg(segments, between: filler)
    let metadata = read(bytes, .jpeg)
    #expect(metadata.exif == OrientationTag.tiff(8) && metadata.notes == [.metadata], "the second is dropped")
    let plain = try Places.sample("dogs/rex.jpg")
    let whole = bytes.dropLast(4) + filler + plain.dropFirst(2)
    let decoder = Decoder(pool: BufferPool())
    let header = try unsafe Array(whole).withUnsafeBytes { try unsafe decoder.readHeader($0, limits: DecodeLimits()) }
    #expect(header.orientation == .turned270)
  }

  @Test func `metadata that a format cannot store are noted, and no others`() {
    var metadata = ImageMetadata()
    metadata.exif = [UInt8](repeating: 0, count: 65_527)
    metadata.xmp = Array(
      "<x:xmpmeta xmlns:x='adobe:ns:meta/'>\(String(repeating: " ", count: 65_000))</x:xmpmeta>".utf8)
    #expect(metadata.storable(in: .jpeg) == metadata && metadata.storable(in: .png) == metadata)
    metadata.exif?.append(0)
    #expect(metadata.storable(in: .jpeg).exif == nil && metadata.storable(in: .jpeg).notes == [.metadata])
    #expect(metadata.storable(in: .png) == metadata)
    metadata = ImageMetadata()
    metadata.texts = [ImageMetadata.PNGText(name: Array("tEXt".utf8), body: [65, 0])]
    #expect(metadata.storable(in: .jpeg).notes == [.metadata] && metadata.storable(in: .jpeg).texts.isEmpty)
    metadata = ImageMetadata()
    metadata.xmp = [UInt8](repeating: 65, count: 65_503)
    #expect(metadata.storable(in: .jpeg).xmp == nil && metadata.storable(in: .jpeg).notes == [.metadata], "no XML")
  }

  @Test func `metadata that may have an orientation and cannot be edited are dropped if pixels were turned`() {
    var metadata = ImageMetadata()
    metadata.xmp = Array("<a><b>".utf8)
    metadata.texts = [("tEXt", "Raw profile type exif\0exif"), ("tEXt", "Title\0Rex")].map {
      ImageMetadata.PNGText(name: Array($0.0.utf8), body: Array($0.1.utf8))
    }
    #expect(metadata.fitted(isTurned: false) == metadata)
    let turned = metadata.fitted(isTurned: true)
    #expect(turned.xmp == nil && turned.texts == [metadata.texts[1]] && turned.notes == [.metadata])
    metadata = ImageMetadata()
    metadata.exif = Array("no TIFF".utf8)
    #expect(metadata.fitted(isTurned: false).exif == nil && metadata.fitted(isTurned: false).notes == [.metadata])
  }
}
