/// The segments of a JPEG before its first scan, where they lie: as far as they are sound, which is for libjpeg to judge.
///
/// One after another, since a hostile file has as many of them as four bytes go into it.
@safe struct JPEGSegments: Sequence, IteratorProtocol {
  // SAFETY: whoever makes this keeps the bytes as long.
  private let bytes: UnsafeRawBufferPointer
  private var offset = 2

  private static let startOfScan: UInt8 = 0xDA

  @unsafe init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = unsafe bytes }

  /// A marker and the bytes behind its length.
  mutating func next() -> (marker: UInt8, body: Range<Int>)? {
    while unsafe bytes.count - offset >= 4 && bytes[offset] == 0xFF {
      let marker = unsafe bytes[offset + 1]
      if marker == 0xFF {
        offset += 1
        continue
      }
      let length = unsafe Int(bytes.bigEndian(offset + 2, UInt16.self))
      guard marker != JPEGSegments.startOfScan, length >= 2, unsafe length <= bytes.count - offset - 2 else {
        return nil
      }
      defer { offset += 2 + length }
      return (marker, offset + 4..<offset + 2 + length)
    }
    return nil
  }

  /// Whether the picture has a gain map: XMP of Adobe's and Android's making, or the mark of ISO 21496-1.
  func haveGainMap(_ bytes: UnsafeRawBufferPointer) -> Bool {
    contains { marker, body in
      let segment = unsafe UnsafeRawBufferPointer(rebasing: bytes[body])
      switch marker {
      case 0xE1:
        return unsafe segment.starts(with: "http://ns.adobe.com/xap/1.0/".utf8)
          && segment.holds("http://ns.adobe.com/hdr-gain-map/")
      case 0xE2: return unsafe segment.starts(with: "urn:iso:std:iso:ts:21496:-1".utf8)
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
