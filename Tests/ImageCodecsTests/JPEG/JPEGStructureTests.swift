import TestSupport
import Testing

@testable import ImageCodecs

@Suite("The end of a JPEG") struct JPEGStructureTests {
  private let names = ["dogs/rex.jpg", "dogs/luna.jpg", "patterns/noise-restart.jpg", "patterns/cmyk.jpg"]
  private let endMarker: [UInt8] = [0xFF, 0xD9]

  /// The structure, read in one piece. Pieces of other sizes must give the same.
  private func structure(_ bytes: [UInt8]) -> JPEGStructure {
    var structure = JPEGStructure()
    unsafe structure.read(bytes.span.bytes)
    for size in [1, 2, 3, 61] {
      var pieces = JPEGStructure()
      for start in stride(from: 0, to: bytes.count, by: size) {
        let piece = Array(bytes[start..<min(start + size, bytes.count)])
        unsafe pieces.read(piece.span.bytes)
      }
      #expect(pieces.end == structure.end && pieces.scanCount == structure.scanCount, "pieces of \(size) bytes")
    }
    return structure
  }

  private func end(_ bytes: [UInt8]) -> JPEGStructure.End? {
    let end = structure(bytes).end
    let same = unsafe JPEGStructure.end(of: bytes.span.bytes)
    #expect(same == end)
    return end
  }

  @Test func `a whole file ends after its end marker, whatever follows`() throws {
    for name in names {
      let bytes = try Places.sample(name)
      let whole = structure(bytes)
      #expect(whole.end == .endMarker(end: bytes.count) && whole.isComplete, "\(name)")
      #expect(whole.scanCount == JPEGParts(bytes).scans.count)
      #expect(end(bytes + [0, 1, 2, 0xFF, 0xD9]) == .endMarker(end: bytes.count))
    }
  }

  @Test func `a file that is cut anywhere has no end`() throws {
    for name in names {
      let bytes = try Places.sample(name)
      let cuts = Set(stride(from: 0, to: bytes.count, by: 997)).union(0..<40).union(bytes.count - 40..<bytes.count)
      for cut in cuts {
        var structure = JPEGStructure()
        unsafe structure.read(bytes.span.bytes.extracting(0..<cut))
        #expect(structure.end == nil && !structure.isComplete, "\(name), \(cut) bytes")
      }
    }
  }

  @Test func `an end marker inside a segment does not end the image`() throws {
    let bytes = try Places.sample("dogs/rex.jpg")
    let preview = Array("Exif\0\0".utf8) + bytes.prefix(20_000) + endMarker
    let length = preview.count + 2
    let segment = [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + preview
    let file = Array(bytes.prefix(2) + segment + bytes.dropFirst(2))
    #expect(end(file) == .endMarker(end: file.count))
    #expect(end(Array(file.prefix(4 + segment.count))) == nil)
    #expect(end(Array(file.dropLast(2))) == nil)
  }

  @Test func `other data behind a scan are not taken for its end marker`() throws {
    for name in names {
      let bytes = Array(try Places.sample(name).dropLast(2))
      let trailers: [[UInt8]] = [
        bytes + endMarker, [0x00, 0x11, 0xFF, 0x27] + endMarker, [0xFF, 0xC0, 0, 2] + endMarker,
      ]
      let starts = [bytes.count, bytes.count + 2, bytes.count]
      for (trailer, start) in zip(trailers, starts) {
        let found = structure(bytes + trailer)
        #expect(found.end == .foreign(start: start) && !found.isComplete, "\(name)")
      }
      // A length that does not include itself.
      #expect(end(bytes + [0xFF, 0xE3, 0, 1] + endMarker) == .foreign(start: bytes.count))
    }
  }

  @Test func `fill bytes, stray bytes between segments and markers without parameters are skipped`() throws {
    let bytes = try Places.sample("dogs/luna.jpg")
    let parts = JPEGParts(bytes)
    for segment in parts.segments.dropFirst() {
      let additions: [UInt8] = [0xFF, 0xFF, 0xFF, 0x01, 1, 2, 3, 0xFF, 0x00, 0xFF, 0xD3]
      let file = bytes[..<segment.start] + additions + bytes[segment.start...]
      #expect(end(Array(file)) == .endMarker(end: bytes.count + additions.count))
    }
  }

  @Test func `an end marker before any scan does not complete the image`() {
    let empty = structure([0xFF, 0xD8] + endMarker)
    #expect(empty.end == .endMarker(end: 4) && !empty.isComplete)
  }
}
