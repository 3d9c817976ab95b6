internal import CLibDeflate
internal import ImageCore

/// Compresses to zlib streams (RFC 1950), strip by strip while their bytes are made (`ZlibStream`).
struct ZlibWriter {
  let compressor: Compressor
  /// The share of a strip's bits that matches must save for their search; nil to search in all strips.
  let minSaving: PerMille?
  let instructionSet: InstructionSet
  let pool: BufferPool

  /// Appends a zlib stream to a file.
  /// - Parameters:
  ///   - byteCount: of all parts, 1 or more.
  ///   - maxPartByteCount: of each part.
  ///   - appendParts: appends all parts.
  func compress(
    byteCount: Int, maxPartByteCount: Int, to file: GrowingFile,
    appendParts: (inout ZlibStream) throws(CodecError) -> Void
  ) throws(CodecError) {
    // Enough for most streams, so that few grow.
    try file.reserve(byteCount / 4)
    try file.append(header)
    var stream = try ZlibStream(self, byteCount: byteCount, maxPartByteCount: maxPartByteCount, to: DeflateOutput(file))
    try appendParts(&stream)
    try file.append(bigEndian(stream.finish()))
  }

  /// Deflate with a window of 32 KB, and the level in four steps (RFC 1950, 2.2).
  private var header: [UInt8] {
    let (method, steps) = (0x78, compressor.level < 2 ? 0 : compressor.level < 6 ? 1 : compressor.level < 8 ? 2 : 3)
    let flags = steps << 6
    return [UInt8(method), UInt8(flags + 31 - (method << 8 + flags) % 31)]
  }
}
