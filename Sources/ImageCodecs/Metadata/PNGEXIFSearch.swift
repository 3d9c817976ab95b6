internal import CLibDeflate
package import ImageCore

/// Looks for the EXIF of a PNG, which may stand before its pixels or behind them (PNG, third edition, 5.6 and 11.3.4.5).
///
/// The first eXIf counts whose CRC is right and that starts as a TIFF structure does, as for browsers. From chunk to chunk
/// only heads are looked at.
package struct PNGEXIFSearch {
  /// The body of the chunk.
  let found: Range<Int>?
  /// Where to go on, when the bytes were only the start of a file: the offset of the first chunk that is not there as a
  /// whole. Nil where EXIF was found, or is not there.
  let next: Int?

  /// A longer one is passed over, as by libpng where it is set up for this program.
  static let maxByteCount = 4 << 20

  private static let exif: UInt32 = 0x6558_4966
  private static let iend: UInt32 = 0x4945_4E44
  /// Length and name before the body, CRC behind it.
  private static let headBytes = 8
  private static let frameBytes = 12

  /// - Parameter limit: once it is over, there are no more chunks.
  init(_ bytes: UnsafeRawBufferPointer, limit: TimeLimit = TimeLimit()) {
    var limit = limit
    var offset = 8
    while bytes.count - offset >= PNGEXIFSearch.frameBytes {
      let length = unsafe Int(bytes.bigEndian(offset, UInt32.self))
      let name = unsafe bytes.bigEndian(offset + 4, UInt32.self)
      let body = offset + PNGEXIFSearch.headBytes
      if name == PNGEXIFSearch.iend || limit.isOver(before: 0) { break }
      guard length <= bytes.count - offset - PNGEXIFSearch.frameBytes else {
        // A body that is not looked at need not be there.
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

  /// - Parameter body: of a chunk that is there with its CRC.
  private static func isSound(_ bytes: UnsafeRawBufferPointer, _ body: Range<Int>) -> Bool {
    guard body.count <= maxByteCount, unsafe TIFFReader(UnsafeRawBufferPointer(rebasing: bytes[body])) != nil else {
      return false
    }
    // SAFETY: the name is before the body, and the CRC behind it.
    let checksum = unsafe libdeflate_crc32(0, bytes.baseAddress.unsafelyUnwrapped + body.lowerBound - 4, body.count + 4)
    return unsafe checksum == bytes.bigEndian(body.upperBound, UInt32.self)
  }

  /// The same behind the start of a file, by as few reads as there are chunks.
  /// - Parameters:
  ///   - offset: `ImageHeader.unreadChunks`.
  ///   - chunks: how many heads are read at most.
  ///   - read: the bytes of a part of the file; fewer where it ends before that.
  /// - Returns: upright where there is no EXIF; nil where there are more chunks than that.
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
