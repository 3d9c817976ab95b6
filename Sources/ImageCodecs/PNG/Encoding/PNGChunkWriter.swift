internal import CLibDeflate
internal import ImageCore

extension ImageMetadata {
  /// Upper bound of the size of its chunks.
  var chunkByteCount: Int {
    let frame = PNGChunk.frameByteCount
    let xmp = xmp.map { $0.count + ImageMetadata.xmpChunkStart.count + frame } ?? 0
    return (exif.map { $0.count + frame } ?? 0) + xmp + texts.reduce(0) { $0 + $1.body.count + frame }
  }
}

/// Appends PNG chunks, with their lengths and CRCs, to memory that the caller owns.
@safe struct PNGChunkWriter {
  private let base: UnsafeMutableRawPointer
  private let capacity: Int
  private(set) var count = 0

  /// Writes the signature of PNG.
  @unsafe init(base: UnsafeMutableRawPointer, capacity: Int) {
    unsafe self.base = unsafe base
    self.capacity = capacity
    append([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  }

  mutating func putHeader(_ pixels: borrowing PNGPixels) {
    put(
      .ihdr,
      bigEndian(UInt32(pixels.size.width)) + bigEndian(UInt32(pixels.size.height))
        + [UInt8(pixels.bitDepth), pixels.colorType.rawValue, 0, 0, 0])
  }

  /// Writes the palette after the chunks that define the colors, if there is one.
  mutating func putPalette(_ pixels: borrowing PNGPixels) {
    guard pixels.colorType == .palette else { return }
    put(.plte, pixels.paletteBody)
    if !pixels.alphaBody.isEmpty { put(.trns, pixels.alphaBody) }
  }

  /// Writes the chunks that define the colors; false if the profile did not fit.
  mutating func putColor(_ chunks: PNGColorChunks, _ profile: [UInt8], _ zlib: ZlibWriter) throws(CodecError)
    -> Bool
  {
    if let codePoints = chunks.codePoints { put(.cicp, codePoints) }
    if !profile.isEmpty {
      // The profile name, a zero, and compression method 0 (zlib).
      let name = Array("ICC profile".utf8) + [0, 0]
      let fits = try unsafe put(.iccp, after: name) { target, space throws(CodecError) in
        try unsafe profile.withUnsafeBufferPointer { bytes throws(CodecError) in
          try unsafe zlib.compress(UnsafeRawBufferPointer(bytes), target, space)
        }
      }
      guard fits else { return false }
    } else if let intent = chunks.srgbIntent {
      put(.srgb, [intent])
    }
    if let gamma = chunks.gamma { put(.gama, bigEndian(gamma)) }
    if let chromaticities = chunks.chromaticities, chromaticities.count == 8 {
      put(.chrm, chromaticities.flatMap(bigEndian))
    }
    return true
  }

  mutating func putMetadata(_ metadata: ImageMetadata) {
    if let exif = metadata.exif { put(.exif, exif) }
    if let xmp = metadata.xmp { put(.itxt, ImageMetadata.xmpChunkStart + xmp) }
    for text in metadata.texts { put(name: text.name, text.body) }
  }

  mutating func put(_ name: PNGChunkName, _ body: [UInt8]) { put(name: name.letters, body) }

  private mutating func put(name: [UInt8], _ body: [UInt8]) {
    let start = count
    append(bigEndian(UInt32(body.count)) + name + body)
    close(start)
  }

  /// Writes a chunk of `prefix` and the bytes that `fill` writes. `fill` receives the target and the bytes available there, and
  /// returns the number of bytes written, or 0 if there was no room. The result is then false.
  mutating func put(
    _ name: PNGChunkName, after prefix: [UInt8] = [],
    fill: (UnsafeMutableRawPointer, Int) throws(CodecError) -> Int
  ) throws(CodecError) -> Bool {
    let start = count
    append([0, 0, 0, 0] + name.letters + prefix)
    // Leaves room for the CRC of this chunk and for IEND.
    let space = capacity - count - 16
    guard space > 0 else { return false }
    // SAFETY: `space` bytes from `count` on are within the capacity.
    let filled = try unsafe fill(base + count, space)
    guard filled > 0 else { return false }
    precondition(filled <= space, "no more is written than there is room for")
    count += filled
    let length = UInt32(count - start - PNGChunk.Head.byteCount)
    unsafe base.storeBytes(of: length.bigEndian, toByteOffset: start, as: UInt32.self)
    close(start)
    return true
  }

  /// Appends the CRC over name and body of the chunk that starts at `start`.
  private mutating func close(_ start: Int) {
    append(bigEndian(unsafe libdeflate_crc32(0, base + start + 4, count - start - 4)))
  }

  private mutating func append(_ bytes: [UInt8]) {
    precondition(bytes.count <= capacity - count, "the encoder has made room for its chunks")
    unsafe UnsafeMutableRawBufferPointer(start: base + count, count: bytes.count).copyBytes(from: bytes)
    count += bytes.count
  }

  private func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
  }
}
