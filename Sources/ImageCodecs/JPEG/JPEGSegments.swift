internal import ImageCore
internal import JPEGDecoding

/// Iterates over the segments of a JPEG before its first scan. Stops at the first malformed segment; libjpeg diagnoses it.
///
/// The iteration is lazy: a hostile file can contain one segment per four bytes.
@safe struct JPEGSegments: Sequence, IteratorProtocol {
  // SAFETY: the creator keeps the bytes valid for the lifetime of this value.
  private let bytes: UnsafeRawBufferPointer
  private var offset = 2
  private var limit: TimeLimit

  /// Maximum size of a segment's contents: the length of 16 bits counts itself (ITU-T T.81, B.1.1.4).
  static let maxBodyByteCount = 65_533

  /// - Parameter limit: the iteration ends once it has passed.
  @unsafe init(_ bytes: UnsafeRawBufferPointer, limit: TimeLimit = TimeLimit()) {
    unsafe self.bytes = unsafe bytes
    self.limit = limit
  }

  /// A marker and the bytes after its length. Skips what libjpeg skips (`next_marker` and `skip_variable` of jdmarker.c), so that
  /// both see the same segments.
  mutating func next() -> (marker: UInt8, body: Range<Int>)? {
    while let marker = nextMarker() {
      switch marker {
      // Markers without a length.
      case JPEGMarker.temporary, JPEGMarker.restarts: continue
      case JPEGMarker.startOfImage, JPEGMarker.endOfImage, JPEGMarker.scan: return nil
      default: break
      }
      guard unsafe bytes.count - offset >= 2 else { return nil }
      let length = unsafe Swift.max(2, Int(bytes.bigEndian(offset, UInt16.self)))
      guard unsafe length <= bytes.count - offset, !limit.isOver(before: length) else { return nil }
      defer { offset += length }
      return (marker, offset + 2..<offset + length)
    }
    return nil
  }

  /// Fill bytes may extend to the end of the file. The clock is read once per this number of bytes.
  private static let bytesOfReading = 1 << 16

  /// The next marker. Skips fill bytes, stuffed zeros and all bytes that are no marker.
  private mutating func nextMarker() -> UInt8? {
    while unsafe bytes.count - offset >= 2 {
      let (first, second) = unsafe (bytes[offset], bytes[offset + 1])
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
  func exif(_ bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    for (marker, body) in self where marker == JPEGMarker.app1 && body.count > ImageMetadata.exifStart.count {
      if unsafe bytes[body].starts(with: ImageMetadata.exifStart) {
        return body.dropFirst(ImageMetadata.exifStart.count)
      }
    }
    return nil
  }

  /// Whether the image has a gain map: XMP as Adobe and Android write it, or the identifier of ISO 21496-1.
  func haveGainMap(_ bytes: UnsafeRawBufferPointer) -> Bool {
    contains { marker, body in
      let segment = unsafe UnsafeRawBufferPointer(rebasing: bytes[body])
      switch marker {
      case JPEGMarker.app1:
        return unsafe segment.starts(with: "http://ns.adobe.com/xap/1.0/".utf8)
          && segment.holds("http://ns.adobe.com/hdr-gain-map/")
      case JPEGMarker.app2: return unsafe segment.starts(with: "urn:iso:std:iso:ts:21496:-1".utf8)
      default: return false
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  func holds(_ text: StaticString) -> Bool {
    let needle = unsafe UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard count >= needle.count else { return false }
    return (0...count - needle.count).contains { start in
      unsafe self[start] == needle[0] && self[start...].starts(with: needle)
    }
  }
}
