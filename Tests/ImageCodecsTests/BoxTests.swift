import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

@Suite("Files of boxes (HEIC, AVIF, JPEG XL)") struct BoxTests {
  private func number(_ value: Int, _ byteCount: Int) -> [UInt8] {
    (0..<byteCount).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func box(_ name: String, _ body: [UInt8]) -> [UInt8] {
    number(8 + body.count, 4) + Array(name.utf8) + body
  }

  @Test("A file is whole where its last box ends")
  func whole() throws {
    for name in ["photo.heic", "10bit.avif", "alpha.jxl"] {
      let bytes = try Places.sample("formats/\(name)")
      let found = unsafe ImageFormat.recognized(bytes.span.bytes)
      let format = try #require(found)
      // A codestream of JPEG XL has no boxes.
      if format == .jpegXL && bytes[0] == 0xFF { continue }
      for pieces in [1, 7, 8, 16, bytes.count] {
        #expect(extent(bytes, format, pieces: pieces) == .whole, "\(name), pieces of \(pieces)")
        #expect(extent(Array(bytes.dropLast()), format, pieces: pieces) == .cut, "\(name), pieces of \(pieces)")
      }
    }
  }

  @Test("Sizes of 64 bits count, and impossible ones leave the end unclear")
  func sizes() {
    let first = box("ftyp", Array("heic".utf8))
    let long = number(1, 4) + Array("mdat".utf8) + number(16 + 3, 8) + [1, 2, 3]
    #expect(extent(first + long, .heic, pieces: 5) == .whole)
    #expect(extent(first + long.dropLast(), .heic, pieces: 5) == .cut)
    #expect(extent(first + long.prefix(12), .heic, pieces: 5) == .cut)
    #expect(extent([], .heic, pieces: 5) == .cut)
    #expect(extent(first + number(7, 4) + Array("mdat".utf8), .heic, pieces: 5) == .unclear)
    // A size of 0: up to the end of the file, wherever that is.
    #expect(extent(first + number(0, 4) + Array("mdat".utf8) + [1, 2], .heic, pieces: 5) == .unclear)
    #expect(extent([0xFF, 0x0A, 1, 2, 3, 4, 5, 6, 7, 8], .jpegXL, pieces: 5) == .unclear)
  }

  private func metadata(_ boxes: [UInt8]) -> ImageMetadata {
    let bytes = JPEGXLFormat.signatureBox + boxes
    return unsafe ImageMetadata(bytes.span.bytes, format: .jpegXL)
  }

  @Test("EXIF and XMP of a JPEG XL are found, and what is compressed is noted")
  func jpegXL() {
    let tiff = Array("II*\0\u{8}\0\0\0\0\0".utf8)
    let xmp = Array("<x:xmpmeta/>".utf8)
    let both = metadata(box("Exif", number(0, 4) + tiff) + box("jxlc", [9, 9]) + box("xml ", xmp))
    #expect(both.exif == tiff && both.xmp == xmp && both.notes.isEmpty)
    #expect(
      metadata(box("Exif", number(2, 4) + [7, 7] + tiff)).exif == tiff, "the offset counts behind its four bytes")
    let compressed = metadata(box("brob", Array("Exif".utf8) + [1, 2, 3]))
    #expect(compressed.exif == nil && compressed.notes == [.metadata])
    #expect(metadata(box("Exif", number(0, 4) + tiff) + box("Exif", number(0, 4) + [1] + tiff)).exif == tiff)
  }

  @Test("Damaged boxes have no metadata")
  func damaged() {
    for body in [[], [0, 0, 0], [0, 0, 0, 0], number(1, 4) + [1], [255, 255, 255, 255, 1, 2]] as [[UInt8]] {
      #expect(metadata(box("Exif", body)).exif == nil, "\(body)")
    }
    let whole = box("Exif", number(0, 4) + [1, 2, 3])
    for count in 0..<whole.count { #expect(metadata(Array(whole.prefix(count))).exif == nil, "\(count) bytes") }
    #expect(metadata(number(1, 4) + Array("Exif".utf8) + number(-1, 8) + [0, 0, 0, 0, 1]).exif == nil)
    #expect(metadata(number(0, 4) + Array("Exif".utf8) + [0, 0, 0, 0, 5]).exif == [5], "up to the end of the file")
  }
}
