internal import CLibDeflate
package import ImageCore

/// Searches for the EXIF of a PNG, which may precede or follow its pixels (PNG, third edition, 5.6 and 11.3.4.5).
///
/// As in browsers, the first eXIf counts whose CRC is correct and that starts as a TIFF structure. Of other chunks only the
/// headers are read.
package struct PNGEXIFSearch {
  /// The body of the chunk.
  let found: Range<Int>?
  /// The file offset at which to continue if the bytes were only the start of a file: that of the next chunk to read. Nil if EXIF
  /// was found, or if the file has none.
  let next: Int?

  /// A longer eXIf is skipped, as by libpng with the limits of this program.
  static let maxByteCount = 4 << 20

  private static let exif: UInt32 = 0x6558_4966
  private static let iend: UInt32 = 0x4945_4E44
  /// Length and name before the body, and the CRC after it.
  private static let headBytes = 8
  private static let frameBytes = 12

  /// - Parameter limit: once it has passed, the search ends.
  init(_ bytes: UnsafeRawBufferPointer, limit: TimeLimit = TimeLimit()) {
    var limit = limit
    var offset = 8
    while bytes.count - offset >= PNGEXIFSearch.frameBytes {
      let length = unsafe Int(bytes.bigEndian(offset, UInt32.self))
      let name = unsafe bytes.bigEndian(offset + 4, UInt32.self)
      let body = offset + PNGEXIFSearch.headBytes
      if name == PNGEXIFSearch.iend || limit.isOver(before: 0) { break }
      guard length <= bytes.count - offset - PNGEXIFSearch.frameBytes else {
        // The body of another chunk is not read, so it need not be complete.
        (found, next) = (nil, name == PNGEXIFSearch.exif ? offset : offset + PNGEXIFSearch.frameBytes + length)
        return
      }
      if name == PNGEXIFSearch.exif, unsafe PNGEXIFSearch.isSound(bytes, body..<body + length) {
        (found, next) = (body..<body + length, nil)
        return
      }
      offset = body + length + 4
    }
    let isOver = bytes.count - offset >= PNGEXIFSearch.frameBytes
    (found, next) = (nil, isOver ? nil : offset)
  }

  /// - Parameter body: of a chunk that is complete with its CRC.
  private static func isSound(_ bytes: UnsafeRawBufferPointer, _ body: Range<Int>) -> Bool {
    guard body.count <= maxByteCount, unsafe TIFFReader(UnsafeRawBufferPointer(rebasing: bytes[body])) != nil else {
      return false
    }
    // SAFETY: the four bytes of the name precede the body, and the CRC follows it.
    let checksum = unsafe libdeflate_crc32(0, bytes.baseAddress.unsafelyUnwrapped + body.lowerBound - 4, body.count + 4)
    return unsafe checksum == bytes.bigEndian(body.upperBound, UInt32.self)
  }

  /// Continues the search after the start of a file, with one read per chunk, and one more per eXIf.
  /// - Parameters:
  ///   - offset: `ImageHeader.unreadChunks`.
  ///   - chunks: maximum number of chunk headers to read.
  ///   - read: returns a part of the file, with fewer bytes if the file ends before it.
  /// - Returns: upright if there is no EXIF; nil if there are more chunks than `chunks`.
  package static func orientation<Failure: Error>(
    from offset: Int, maxChunks chunks: Int, read: (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]
  ) throws(Failure) -> Orientation? {
    var offset = offset
    for _ in 0..<chunks {
      let head = try read(offset, headBytes)
      guard head.count == headBytes else { return .upright }
      let (length, name) = unsafe head.withUnsafeBytes {
        unsafe (Int($0.bigEndian(0, UInt32.self)), $0.bigEndian(4, UInt32.self))
      }
      if name == iend { return .upright }
      if name == exif, length <= maxByteCount {
        let chunk = try read(offset, frameBytes + length)
        guard chunk.count == frameBytes + length else { return .upright }
        let turned: Orientation? = unsafe chunk.withUnsafeBytes { chunk in
          let body = headBytes..<headBytes + length
          guard unsafe isSound(chunk, body) else { return nil }
          return unsafe Orientation(tiff: UnsafeRawBufferPointer(rebasing: chunk[body]))
        }
        if let turned { return turned }
      }
      offset += frameBytes + length
    }
    return nil
  }
}
