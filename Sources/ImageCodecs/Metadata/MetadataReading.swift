package import ImageCore
internal import JPEGDecoding

/// The number of bytes that may still be copied.
struct MetadataRoom {
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

  mutating func copy(_ part: RawSpan) -> [UInt8]? {
    take(part.byteCount) ? part.array(0..<part.byteCount) : nil
  }
}

/// Reads metadata from the bytes of an image.
extension ImageMetadata {
  /// Leaves out and notes what cannot be carried over.
  /// - Parameters:
  ///   - profileByteCount: size of the profile that the output keeps. It counts towards `maxByteCount`.
  ///   - limit: once it has passed, the result is undefined.
  package init(
    _ bytes: RawSpan, format: ImageFormat, profileByteCount: Int = 0, limit: TimeLimit = TimeLimit()
  ) {
    var room = MetadataRoom(left: max(0, ImageMetadata.maxByteCount - profileByteCount))
    format.codec.readMetadata(bytes, into: &self, &room, limit)
    if room.wasShort { notes.insert(.metadata) }
  }

  mutating func readSegments(_ bytes: RawSpan, _ room: inout MetadataRoom, _ limit: TimeLimit) {
    var segments = JPEGSegments(limit: limit)
    // The EXIF that determines the orientation is carried over.
    let exifBody = segments.exif(in: bytes)
    exif = exifBody.flatMap { room.copy(bytes.extracting($0)) }
    var hasXMP = false
    var extensions: [Range<Int>] = []
    while let (marker, body) = segments.next(in: bytes) {
      guard marker == JPEGMarker.app1 else { continue }
      let segment = bytes.extracting(body)
      if segment.holds(ImageMetadata.exifStart) {
        let isOther = body.count > ImageMetadata.exifStart.count && body.upperBound != exifBody?.upperBound
        if isOther { notes.insert(.metadata) }
      } else if segment.holds(ImageMetadata.xmpStart) {
        if hasXMP {
          notes.insert(.metadata)
        } else {
          xmp = room.copy(segment.extracting(ImageMetadata.xmpStart.count..<segment.byteCount))
        }
        hasXMP = true
      } else if segment.holds(ImageMetadata.extendedXMPStart) {
        if extensions.count < ImageMetadata.maxExtensions { extensions.append(body) }
      }
    }
    if extensions.isEmpty { return }
    let digest = xmp.flatMap { XMPEditor($0, isTurned: false)?.extensionDigest }
    extendedXMP = digest.flatMap { extendedXMP(named: $0, extensions, bytes, &room) }
    if extendedXMP == nil { notes.insert(.metadata) }
  }

  /// Enough for `maxByteCount`, even if the segments are a hundred times shorter than allowed.
  private static let maxExtensions = 8192

  /// Joins the pieces of an extended packet. Each piece has the digest, the total length, and its offset.
  /// - Returns: nil if the packet is incomplete.
  private func extendedXMP(
    named digest: [UInt8], _ segments: [Range<Int>], _ bytes: RawSpan, _ room: inout MetadataRoom
  ) -> [UInt8]? {
    let headBytes = 32 + 4 + 4
    var pieces: [(offset: Int, body: Range<Int>)] = []
    var byteCount: Int?
    for segment in segments {
      let body = segment.dropFirst(ImageMetadata.extendedXMPStart.count)
      guard body.count > headBytes, digest.count == 32, bytes.holds(digest, at: body.lowerBound) else { continue }
      let length = Int(bytes.bigEndian(body.lowerBound + 32, UInt32.self))
      guard length == byteCount ?? length else { return nil }
      byteCount = length
      let offset = Int(bytes.bigEndian(body.lowerBound + 36, UInt32.self))
      pieces.append((offset, body.dropFirst(headBytes)))
    }
    pieces.sort { $0.offset < $1.offset }
    guard let byteCount, room.take(byteCount) else { return nil }
    var result: [UInt8] = []
    for piece in pieces {
      guard piece.offset == result.count, piece.body.count <= byteCount - result.count else { return nil }
      result += bytes.array(piece.body)
    }
    return result.count == byteCount ? result : nil
  }

  mutating func readChunks(_ bytes: RawSpan, _ room: inout MetadataRoom, _ limit: TimeLimit) {
    var limit = limit
    // The EXIF that determines the orientation is carried over.
    let exifBody = PNGEXIFSearch(bytes, limit: limit).found
    exif = exifBody.flatMap { room.copy(bytes.extracting($0)) }
    var hasXMP = false
    var walk = PNGChunkWalk()
    while let chunk = walk.next(in: bytes) {
      if limit.isOver(before: chunk.body.count) { return }
      switch chunk.name {
      case .iend: return
      case .exif: if chunk.body != exifBody { notes.insert(.metadata) }
      case .text, .ztxt, .itxt:
        let body = bytes.extracting(chunk.body)
        guard PNGText.keyword(body) == PNGText.xmpKeyword else {
          addText(chunk.name, body, &room)
          continue
        }
        let content = hasXMP ? nil : PNGText.content(chunk.name, body, limit: room.left)
        if let content, room.take(content.count) { xmp = content } else { notes.insert(.metadata) }
        hasXMP = true
      default: break
      }
    }
  }

  private mutating func addText(_ name: PNGChunkName, _ body: RawSpan, _ room: inout MetadataRoom) {
    guard texts.count < ImageMetadata.maxTexts, let body = room.copy(body) else {
      notes.insert(.metadata)
      return
    }
    texts.append(PNGText(name: name.letters, body: body))
  }
}
