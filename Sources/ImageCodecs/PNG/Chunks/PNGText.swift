internal import CLibDeflate
internal import ImageCore

extension ImageMetadata.PNGText {
  /// The keyword of a text chunk (PNG, third edition, 11.3.3).
  static func keyword(_ body: RawSpan) -> String {
    let longest = min(80, body.byteCount)
    return String(decoding: body.array(0..<min(body.first(0, from: 0) ?? longest, longest)), as: UTF8.self)
  }

  static let xmpKeyword = "XML:com.adobe.xmp"

  /// The keywords with which ImageMagick stored EXIF and XMP in hexadecimal digits, before PNG had a chunk for EXIF.
  static let rawKeywords: Set = ["Raw profile type exif", "Raw profile type APP1", "Raw profile type xmp"]

  /// The text of a tEXt, zTXt or iTXt chunk after its keyword (11.3.3.2 to 11.3.3.4), inflated if it is compressed. Nil if the
  /// chunk is malformed, or if the text is longer than `limit` bytes.
  static func content(_ name: PNGChunkName, _ body: RawSpan, limit: Int) -> [UInt8]? {
    guard let end = body.first(0, from: 0) else { return nil }
    var start = end + 1
    var isDeflated = name == .ztxt
    if name == .itxt {
      guard body.byteCount - start >= 2 else { return nil }
      isDeflated = body.byte(start) != 0
      start += 1
    }
    if name != .text {
      // The compression method. The only one defined is 0.
      guard start < body.byteCount, body.byte(start) == 0 || !isDeflated else { return nil }
      start += 1
    }
    if name == .itxt {
      for _ in ["language", "translated keyword"] {
        guard let end = body.first(0, from: start) else { return nil }
        start = end + 1
      }
    }
    let text = body.extracting(start..<body.byteCount)
    if isDeflated { return inflated(text, limit: limit) }
    return text.byteCount <= limit ? text.array(0..<text.byteCount) : nil
  }

  private static func inflated(_ stream: RawSpan, limit: Int) -> [UInt8]? {
    guard let decompressor = unsafe libdeflate_alloc_decompressor() else { return nil }
    defer { unsafe libdeflate_free_decompressor(decompressor) }
    var result = [UInt8](repeating: 0, count: min(limit, 64 << 10))
    while true {
      let capacity = result.count
      var count = 0
      // SAFETY: the call reads the stream and writes at most `capacity` bytes.
      let status = unsafe stream.withUnsafeBytes {
        unsafe libdeflate_zlib_decompress(decompressor, $0.baseAddress, $0.count, &result, capacity, &count)
      }
      if status == LIBDEFLATE_SUCCESS { return Array(result[..<count]) }
      guard status == LIBDEFLATE_INSUFFICIENT_SPACE, capacity < limit else { return nil }
      result = [UInt8](repeating: 0, count: min(limit, 8 * capacity))
    }
  }
}
