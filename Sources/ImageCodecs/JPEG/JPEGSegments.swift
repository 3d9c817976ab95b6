internal import ImageCore
internal import JPEGDecoding

/// Iterates over the segments of a JPEG before its first scan. Stops at the first malformed segment; libjpeg diagnoses it.
///
/// The iteration is lazy: a hostile file can contain one segment per four bytes.
struct JPEGSegments {
  private var offset = 2
  private var limit: TimeLimit

  /// Maximum size of a segment's contents: the length of 16 bits counts itself (ITU-T T.81, B.1.1.4).
  static let maxBodyByteCount = 65_533

  /// - Parameter limit: the iteration ends once it has passed.
  init(limit: TimeLimit = TimeLimit()) { self.limit = limit }

  /// A marker and the bytes after its length. Skips what libjpeg skips (`next_marker` and `skip_variable` of jdmarker.c), so that
  /// both see the same segments.
  mutating func next(in bytes: RawSpan) -> (marker: UInt8, body: Range<Int>)? {
    while let marker = nextMarker(bytes) {
      switch marker {
      // Markers without a length.
      case JPEGMarker.temporary, JPEGMarker.restarts: continue
      case JPEGMarker.startOfImage, JPEGMarker.endOfImage, JPEGMarker.scan: return nil
      default: break
      }
      guard bytes.byteCount - offset >= 2 else { return nil }
      let length = max(2, Int(bytes.bigEndian(offset, UInt16.self)))
      guard length <= bytes.byteCount - offset, !limit.isOver(before: length) else { return nil }
      defer { offset += length }
      return (marker, offset + 2..<offset + length)
    }
    return nil
  }

  /// Fill bytes may extend to the end of the file. The clock is read once per this number of bytes.
  private static let bytesOfReading = 1 << 16

  /// The next marker. Skips fill bytes, stuffed zeros and all bytes that are no marker.
  private mutating func nextMarker(_ bytes: RawSpan) -> UInt8? {
    while bytes.byteCount - offset >= 2 {
      let (first, second) = (bytes.byte(offset), bytes.byte(offset + 1))
      offset += 1
      guard first == 0xFF, second != 0xFF else {
        if offset % JPEGSegments.bytesOfReading == 0, limit.hasPassed { return nil }
        continue
      }
      offset += 1
      if second != 0 { return second }
    }
    return nil
  }

  /// The TIFF structure of the first EXIF segment that has one. It determines the orientation, and it is carried over.
  func exif(in bytes: RawSpan) -> Range<Int>? {
    var rest = self
    while let (marker, body) = rest.next(in: bytes) {
      guard marker == JPEGMarker.app1, body.count > ImageMetadata.exifStart.count else { continue }
      if bytes.extracting(body).holds(ImageMetadata.exifStart) { return body.dropFirst(ImageMetadata.exifStart.count) }
    }
    return nil
  }

  private static let xmp = Array("http://ns.adobe.com/xap/1.0/".utf8)
  private static let gainMap = Array("http://ns.adobe.com/hdr-gain-map/".utf8)
  private static let isoGainMap = Array("urn:iso:std:iso:ts:21496:-1".utf8)

  /// Whether the image has a gain map: XMP as Adobe and Android write it, or the identifier of ISO 21496-1.
  func haveGainMap(in bytes: RawSpan) -> Bool {
    var rest = self
    while let (marker, body) = rest.next(in: bytes) {
      let segment = bytes.extracting(body)
      switch marker {
      case JPEGMarker.app1 where segment.holds(JPEGSegments.xmp) && segment.contains(JPEGSegments.gainMap): return true
      case JPEGMarker.app2 where segment.holds(JPEGSegments.isoGainMap): return true
      default: continue
      }
    }
    return false
  }
}
