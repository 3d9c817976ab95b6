internal import CLibDeflate
internal import ImageCore

/// Appends PNG chunks, with their lengths and CRCs, to a file.
struct PNGChunkWriter {
  private let file: GrowingFile

  /// Writes the signature of PNG.
  init(_ file: GrowingFile) throws(CodecError) {
    self.file = file
    try file.append([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  }

  func putHeader(_ pixels: borrowing PNGPixels) throws(CodecError) {
    try put(
      .ihdr,
      bigEndian(UInt32(pixels.size.width)) + bigEndian(UInt32(pixels.size.height))
        + [UInt8(pixels.bitDepth), pixels.colorType.rawValue, 0, 0, 0])
  }

  /// Writes the palette after the chunks that define the colors, if there is one.
  func putPalette(_ pixels: borrowing PNGPixels) throws(CodecError) {
    guard pixels.colorType == .palette else { return }
    try put(.plte, pixels.paletteBody)
    if !pixels.alphaBody.isEmpty { try put(.trns, pixels.alphaBody) }
  }

  /// Writes the chunks that define the colors.
  func putColor(_ chunks: PNGColorChunks, _ profile: [UInt8], _ zlib: ZlibWriter) throws(CodecError) {
    if let codePoints = chunks.codePoints { try put(.cicp, codePoints) }
    if !profile.isEmpty {
      // The profile name, a zero, and compression method 0 (zlib).
      let name = Array("ICC profile".utf8) + [0, 0]
      try put(.iccp, after: name, zlib, byteCount: profile.count, maxPartByteCount: profile.count) {
        stream throws(CodecError) in
        try unsafe stream.append(byteCount: profile.count) { part in
          unsafe UnsafeMutableRawBufferPointer(start: part, count: profile.count).copyBytes(from: profile)
        }
      }
    } else if let intent = chunks.srgbIntent {
      try put(.srgb, [intent])
    }
    if let gamma = chunks.gamma { try put(.gama, bigEndian(gamma)) }
    if let chromaticities = chunks.chromaticities, chromaticities.count == 8 {
      try put(.chrm, chromaticities.flatMap(bigEndian))
    }
  }

  func putMetadata(_ metadata: ImageMetadata) throws(CodecError) {
    if let exif = metadata.exif { try put(.exif, exif) }
    if let xmp = metadata.xmp { try put(.itxt, ImageMetadata.xmpChunkStart + xmp) }
    for text in metadata.texts { try put(name: text.name, text.body) }
  }

  func put(_ name: PNGChunkName, _ body: [UInt8]) throws(CodecError) { try put(name: name.letters, body) }

  private func put(name: [UInt8], _ body: [UInt8]) throws(CodecError) {
    let start = file.count
    try file.append(bigEndian(UInt32(body.count)) + name + body)
    try putChecksum(start)
  }

  /// Writes a chunk of `prefix` and a zlib stream (`ZlibWriter.compress`).
  func put(
    _ name: PNGChunkName, after prefix: [UInt8] = [], _ zlib: ZlibWriter, byteCount: Int, maxPartByteCount: Int,
    appendParts: (inout ZlibStream) throws(CodecError) -> Void
  ) throws(CodecError) {
    let start = file.count
    try file.append([0, 0, 0, 0] + name.letters + prefix)
    try zlib.compress(
      byteCount: byteCount, maxPartByteCount: maxPartByteCount, to: file, appendParts: appendParts)
    guard let length = Int32(exactly: file.count - start - PNGChunk.Head.byteCount) else {
      throw .unsupported("a PNG chunk of 2 GiB or more")
    }
    file.replace(at: start, with: bigEndian(UInt32(length)))
    try putChecksum(start)
  }

  /// Writes the CRC over name and body of the chunk that starts at `start`.
  private func putChecksum(_ start: Int) throws(CodecError) {
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: file.bytes[(start + 4)...])
    try file.append(bigEndian(unsafe libdeflate_crc32(0, bytes.baseAddress, bytes.count)))
  }
}

/// The bytes of a number, the highest first.
func bigEndian(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) } }
