package import ImageCore
internal import JPEGDecoding

/// Reads metadata from the bytes of an image.
extension ImageMetadata {
  /// Leaves out and notes what cannot be carried over.
  /// - Parameters:
  ///   - profileByteCount: size of the profile that the output keeps. It counts towards `maxByteCount`.
  ///   - limit: once it has passed, the result is undefined.
  package init(
    _ bytes: UnsafeRawBufferPointer, format: ImageFormat, profileByteCount: Int = 0, limit: TimeLimit = TimeLimit()
  ) {
    var room = Room(left: max(0, ImageMetadata.maxByteCount - profileByteCount))
    switch format {
    case .jpeg: unsafe readSegments(bytes, &room, limit)
    case .png: unsafe readChunks(bytes, &room, limit)
    #if WebP
      case .webp:
        let chunks = unsafe WebPChunks(bytes)
        if let chunk = unsafe chunks.exif(bytes) { exif = unsafe room.copy(chunk[...]) }
        if let chunk = chunks.body("XMP ") { xmp = unsafe room.copy(bytes[chunk]) }
    #endif
    }
    if room.wasShort { notes.insert(.metadata) }
  }

  /// The number of bytes that may still be copied.
  private struct Room {
    var left: Int
    private(set) var wasShort = false

    init(left: Int) { self.left = left }

    mutating func take(_ count: Int) -> Bool {
      guard count <= left else {
        wasShort = true
        return false
      }
      left -= count
      return true
    }

    mutating func copy(_ part: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
      unsafe take(part.count) ? unsafe [UInt8](part) : nil
    }
  }

  private mutating func readSegments(_ bytes: UnsafeRawBufferPointer, _ room: inout Room, _ limit: TimeLimit) {
    let segments = unsafe JPEGSegments(bytes, limit: limit)
    // The EXIF that determines the orientation is carried over.
    let exifBody = unsafe segments.exif(bytes)
    exif = exifBody.flatMap { unsafe room.copy(bytes[$0]) }
    var hasXMP = false
    var extensions: [Range<Int>] = []
    for (marker, body) in segments where marker == JPEGMarker.app1 {
      let segment = unsafe bytes[body]
      if unsafe segment.starts(with: ImageMetadata.exifStart) {
        let isOther = body.count > ImageMetadata.exifStart.count && body.upperBound != exifBody?.upperBound
        if isOther { notes.insert(.metadata) }
      } else if unsafe segment.starts(with: ImageMetadata.xmpStart) {
        if hasXMP {
          notes.insert(.metadata)
        } else {
          xmp = unsafe room.copy(segment.dropFirst(ImageMetadata.xmpStart.count))
        }
        hasXMP = true
      } else if unsafe segment.starts(with: ImageMetadata.extendedXMPStart) {
        if extensions.count < ImageMetadata.maxExtensions { extensions.append(body) }
      }
    }
    if extensions.isEmpty { return }
    let digest = xmp.flatMap { XMPEditor($0, isTurned: false)?.extensionDigest }
    extendedXMP = digest.flatMap { unsafe extendedXMP(named: $0, extensions, bytes, &room) }
    if extendedXMP == nil { notes.insert(.metadata) }
  }

  /// Enough for `maxByteCount`, even if the segments are a hundred times shorter than allowed.
  private static let maxExtensions = 8192

  /// Joins the pieces of an extended packet. Each piece has the digest, the total length, and its offset.
  /// - Returns: nil if the packet is incomplete.
  private func extendedXMP(
    named digest: [UInt8], _ segments: [Range<Int>], _ bytes: UnsafeRawBufferPointer, _ room: inout Room
  ) -> [UInt8]? {
    let headBytes = 32 + 4 + 4
    var pieces: [(offset: Int, body: Range<Int>)] = []
    var byteCount: Int?
    for segment in segments {
      let body = segment.dropFirst(ImageMetadata.extendedXMPStart.count)
      guard body.count > headBytes, unsafe bytes[body].starts(with: digest), digest.count == 32 else { continue }
      let length = unsafe Int(bytes.bigEndian(body.lowerBound + 32, UInt32.self))
      guard length == byteCount ?? length else { return nil }
      byteCount = length
      let offset = unsafe Int(bytes.bigEndian(body.lowerBound + 36, UInt32.self))
      pieces.append((offset, body.dropFirst(headBytes)))
    }
    pieces.sort { $0.offset < $1.offset }
    guard let byteCount, room.take(byteCount) else { return nil }
    var result: [UInt8] = []
    for piece in pieces {
      guard piece.offset == result.count, piece.body.count <= byteCount - result.count else { return nil }
      unsafe result += bytes[piece.body]
    }
    return result.count == byteCount ? result : nil
  }

  private mutating func readChunks(_ bytes: UnsafeRawBufferPointer, _ room: inout Room, _ limit: TimeLimit) {
    var limit = limit
    // The EXIF that determines the orientation is carried over.
    let exifBody = unsafe PNGEXIFSearch(bytes, limit: limit).found
    exif = exifBody.flatMap { unsafe room.copy(bytes[$0]) }
    var hasXMP = false
    for chunk in unsafe PNGChunkWalk(bytes) {
      if limit.isOver(before: chunk.body.count) { return }
      switch chunk.name {
      case .iend: return
      case .exif: if chunk.body != exifBody { notes.insert(.metadata) }
      case .text, .ztxt, .itxt:
        let body = unsafe UnsafeRawBufferPointer(rebasing: bytes[chunk.body])
        guard unsafe PNGText.keyword(body) == PNGText.xmpKeyword else {
          unsafe addText(chunk.name, body, &room)
          continue
        }
        let content = unsafe hasXMP ? nil : PNGText.content(chunk.name, body, limit: room.left)
        if let content, room.take(content.count) { xmp = content } else { notes.insert(.metadata) }
        hasXMP = true
      default: break
      }
    }
  }

  private mutating func addText(_ name: PNGChunkName, _ body: UnsafeRawBufferPointer, _ room: inout Room) {
    guard texts.count < ImageMetadata.maxTexts, let body = unsafe room.copy(body[...]) else {
      notes.insert(.metadata)
      return
    }
    texts.append(PNGText(name: name.letters, body: body))
  }
}
