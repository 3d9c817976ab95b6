#if WebP
  internal import ImageCore

  /// The positions of the chunks of a WebP file (RFC 9649, 2).
  struct WebPChunks {
    /// The contents of the first chunk of each name in `described`. A hostile file can have millions of others.
    private var firsts: [String: Range<Int>] = [:]
    /// From the first to the last chunk of pixels, including their headers.
    private var pixels: Range<Int>?
    /// Size of the whole file in bytes, from its header.
    let byteCount: Int

    private static let described: Set = ["VP8X", "ICCP", "EXIF", "XMP ", "ANMF"]
    private static let pixelNames: Set = ["ALPH", "VP8 ", "VP8L"]

    /// Reads chunks as far as they are well-formed. libwebp diagnoses the rest.
    init(_ bytes: RawSpan) {
      byteCount = bytes.byteCount < 8 ? 0 : 8 + Int(bytes.littleEndian(4, 4))
      if bytes.byteCount > 12 { read(bytes, 12..<max(12, min(bytes.byteCount, byteCount))) }
    }

    /// The chunks of an animation frame, which follow 16 bytes with its position, its size and its parameters.
    private init(frame bytes: RawSpan, _ body: Range<Int>) {
      byteCount = body.count
      if body.count > 16 { read(bytes, body.dropFirst(16)) }
    }

    private mutating func read(_ bytes: RawSpan, _ range: Range<Int>) {
      var offset = range.lowerBound
      while range.upperBound - offset >= 8 {
        let length = Int(bytes.littleEndian(offset + 4, 4))
        let name = String(decoding: bytes.array(offset..<offset + 4), as: UTF8.self)
        // Pixels may be truncated. The existing ones are decoded.
        let end = min(offset + 8 + length, range.upperBound)
        if WebPChunks.described.contains(name), firsts[name] == nil { firsts[name] = offset + 8..<end }
        if WebPChunks.pixelNames.contains(name) { pixels = (pixels?.lowerBound ?? offset)..<end }
        offset += 8 + length + length % 2
      }
    }

    /// The first chunk of a name, which may be truncated; nil if there is none.
    func body(_ name: String) -> Range<Int>? { firsts[name] }

    /// The contents of VP8X; nil in a simple file.
    func extended(_ bytes: RawSpan) -> Extended? {
      guard let body = body("VP8X"), body.count >= 10 else { return nil }
      let start = body.lowerBound
      return Extended(
        flags: bytes.byte(start),
        canvas: PixelSize(
          width: Int(bytes.littleEndian(start + 4, 3)) + 1, height: Int(bytes.littleEndian(start + 7, 3)) + 1))
    }

    struct Extended {
      let flags: UInt8
      let canvas: PixelSize

      var isAnimated: Bool { flags & 0x02 != 0 }
      var hasEXIF: Bool { flags & 0x08 != 0 }
      var hasAlpha: Bool { flags & 0x10 != 0 }
    }

    struct Frame {
      let x: Int
      let y: Int
      /// Its ALPH, VP8 or VP8L chunks.
      let pixels: Range<Int>
    }

    /// The first frame of an animation.
    func firstFrame(_ bytes: RawSpan) -> Frame? {
      guard let body = body("ANMF"), body.count > 16 else { return nil }
      guard let pixels = WebPChunks(frame: bytes, body).pixels else { return nil }
      let start = body.lowerBound
      return Frame(
        x: 2 * Int(bytes.littleEndian(start, 3)), y: 2 * Int(bytes.littleEndian(start + 3, 3)), pixels: pixels)
    }

    /// EXIF starts with its byte order. Some writers put JPEG's signature before it.
    func exif(_ bytes: RawSpan) -> Range<Int>? {
      guard let body = body("EXIF") else { return nil }
      let hasSignature = bytes.extracting(body).holds(ImageMetadata.exifStart)
      return hasSignature ? body.dropFirst(ImageMetadata.exifStart.count) : body
    }
  }

  extension RawSpan {
    /// An integer of up to four bytes, which must be in the buffer.
    fileprivate func littleEndian(_ offset: Int, _ byteCount: Int) -> UInt32 {
      (0..<byteCount).reduce(0) { value, index in
        value | UInt32(byte(offset + index)) << UInt32(8 * index)
      }
    }
  }
#endif
