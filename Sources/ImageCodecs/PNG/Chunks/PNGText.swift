internal import CLibDeflate

extension ImageMetadata.PNGText {
  /// The keyword of a text chunk (PNG, third edition, 11.3.3).
  static func keyword(_ body: UnsafeRawBufferPointer) -> String {
    unsafe String(decoding: body.prefix(80).prefix { $0 != 0 }, as: UTF8.self)
  }

  static let xmpKeyword = "XML:com.adobe.xmp"

  /// The keywords with which ImageMagick stored EXIF and XMP in hexadecimal digits, before PNG had a chunk for EXIF.
  static let rawKeywords: Set = ["Raw profile type exif", "Raw profile type APP1", "Raw profile type xmp"]

  /// The text of a tEXt, zTXt or iTXt chunk after its keyword (11.3.3.2 to 11.3.3.4), inflated if it is compressed. Nil if the
  /// chunk is malformed, or if the text is longer than `limit` bytes.
  static func content(_ name: PNGChunkName, _ body: UnsafeRawBufferPointer, limit: Int) -> [UInt8]? {
    guard let end = unsafe body.firstIndex(of: 0) else { return nil }
    var rest = unsafe body[(end + 1)...]
    var isDeflated = name == .ztxt
    if name == .itxt {
      guard unsafe rest.count >= 2 else { return nil }
      isDeflated = unsafe rest[rest.startIndex] != 0
      unsafe rest = unsafe rest.dropFirst()
    }
    if name != .text {
      // The compression method. The only one defined is 0.
      guard let method = unsafe rest.first, method == 0 || !isDeflated else { return nil }
      unsafe rest = unsafe rest.dropFirst()
    }
    if name == .itxt {
      for _ in ["language", "translated keyword"] {
        guard let end = unsafe rest.firstIndex(of: 0) else { return nil }
        unsafe rest = unsafe rest[(end + 1)...]
      }
    }
    if isDeflated { return unsafe inflated(UnsafeRawBufferPointer(rebasing: rest), limit: limit) }
    return unsafe rest.count <= limit ? unsafe [UInt8](rest) : nil
  }

  private static func inflated(_ stream: UnsafeRawBufferPointer, limit: Int) -> [UInt8]? {
    guard let decompressor = unsafe libdeflate_alloc_decompressor() else { return nil }
    defer { unsafe libdeflate_free_decompressor(decompressor) }
    var capacity = min(limit, 64 << 10)
    while true {
      var count = 0
      var status = LIBDEFLATE_BAD_DATA
      let result = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { memory, initialized in
        status = unsafe libdeflate_zlib_decompress(
          decompressor, stream.baseAddress, stream.count, memory.baseAddress, memory.count, &count)
        initialized = status == LIBDEFLATE_SUCCESS ? count : 0
      }
      if status == LIBDEFLATE_SUCCESS { return result }
      guard status == LIBDEFLATE_INSUFFICIENT_SPACE, capacity < limit else { return nil }
      capacity = min(limit, 8 * capacity)
    }
  }
}
