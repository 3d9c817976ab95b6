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

  /// - Parameter limit: once it has passed, the search ends.
  init(_ bytes: RawSpan, limit: TimeLimit = TimeLimit()) {
    var limit = limit
    var walk = PNGChunkWalk()
    while let chunk = walk.next(in: bytes) {
      if chunk.name == .iend || limit.isOver(before: 0) {
        (found, next) = (nil, nil)
        return
      }
      if chunk.name == .exif, PNGEXIFSearch.isSound(chunk, in: bytes) {
        (found, next) = (chunk.body, nil)
        return
      }
    }
    found = nil
    guard let head = walk.head(in: bytes) else {
      next = walk.offset
      return
    }
    switch head.name {
    case .iend: next = nil
    case .exif: next = walk.offset
    // The body of another chunk is not read, so it need not be complete.
    default: next = walk.offset + PNGChunk.frameByteCount + head.length
    }
  }

  /// A longer eXIf is skipped, as by libpng with the limits of this program.
  private static func isSound(_ chunk: PNGChunk, in bytes: RawSpan) -> Bool {
    chunk.body.count <= PNGChunk.maxByteCount
      && TIFFReader(bytes.extracting(chunk.body)) != nil && chunk.hasValidChecksum(in: bytes)
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
      let start = try read(offset, PNGChunk.Head.byteCount)
      guard start.count == PNGChunk.Head.byteCount else { return .upright }
      let head = unsafe PNGChunk.Head(start.span.bytes, at: 0)
      if head.name == .iend { return .upright }
      let byteCount = PNGChunk.frameByteCount + head.length
      if head.name == .exif, head.length <= PNGChunk.maxByteCount {
        let bytes = try read(offset, byteCount)
        guard bytes.count == byteCount else { return .upright }
        let span = unsafe bytes.span.bytes
        var walk = PNGChunkWalk(from: 0)
        if let chunk = walk.next(in: span), isSound(chunk, in: span) {
          return Orientation(tiff: span.extracting(chunk.body))
        }
      }
      offset += byteCount
    }
    return nil
  }
}
