internal import CLibDeflate
internal import ImageCore

/// Compresses to a zlib stream (RFC 1950), strip by strip, so that the time limit can be checked in between: libdeflate compresses
/// a whole buffer in one call, which takes half a minute for a gigabyte.
///
/// Strips in which matches save little become blocks of literals and runs (`RunCoder`). libdeflate compresses the strips between
/// them in pieces. It sets the flag of the last block at the end of each piece (BFINAL, RFC 1951, 3.2.3), which is cleared if
/// blocks follow. A piece starts at a whole byte, and none of its matches refers to a previous piece. For photographs and drawings
/// of 15 to 20 MB, the stream of pieces is at most 0.2 % longer than one of a single piece, and 0.5 % at level 10.
struct ZlibWriter {
  private let compressor: Compressor
  private let minSaving: PerMille?
  private let instructionSet: InstructionSet
  private let pool: BufferPool

  /// - Parameter minSaving: the share of a strip's bits that matches must save for their search; nil to search in all strips.
  init(_ compressor: Compressor, minSaving: PerMille?, _ instructionSet: InstructionSet, pool: BufferPool) {
    self.compressor = compressor
    self.minSaving = minSaving
    self.instructionSet = instructionSet
    self.pool = pool
  }

  /// Maximum size of a piece. Level 10 compresses 4 MB per second, and the levels below it 17 to 200.
  static func pieceByteCount(level: Int) -> Int { level < 8 ? 512 << 10 : 2 << 20 }

  /// Upper bound of the compressed size of `count` bytes, including what is written after them.
  func bound(_ count: Int) -> Int {
    let pieces = count / RunCoder.stripByteCount + 1
    return compressor.bound(count) + pieces * (ZlibWriter.maxJoint + compressor.bound(0)) + DeflateEnd.slack
  }

  /// Maximum size of an empty block between two pieces, with the rest of a byte before it.
  private static let maxJoint = 6

  /// - Parameters:
  ///   - source: 1 byte or more.
  ///   - target: has `space` bytes.
  /// - Returns: the number of bytes written, or 0 if there is less room than the bound.
  func compress(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawPointer, _ space: Int
  ) throws(CodecError) -> Int {
    guard space >= bound(source.count), let base = source.baseAddress else { return 0 }
    unsafe UnsafeMutableRawBufferPointer(start: target, count: 2).copyBytes(from: header)
    var output = unsafe DeflateOutput(target + 2, capacity: space - 6)
    let adler = try unsafe writeBlocks(base, source.count, &output)
    let end = unsafe output.finish()
    unsafe end.storeBytes(of: adler.bigEndian, as: UInt32.self)
    return unsafe end + 4 - target
  }

  /// - Returns: the checksum of the bytes.
  private func writeBlocks(
    _ base: UnsafeRawPointer, _ byteCount: Int, _ output: inout DeflateOutput
  ) throws(CodecError) -> UInt32 {
    let coder = try minSaving.map { minSaving throws(CodecError) in
      try allocating { () throws(OutOfMemory) in
        try RunCoder(minSaving: minSaving, kernels: instructionSet.runCoding, pool: pool)
      }
    }
    var adler: UInt32 = 1
    // The strips from here on wait for the search.
    var start = 0
    for offset in stride(from: 0, to: byteCount, by: RunCoder.stripByteCount) {
      try pool.limit.check()
      let strip = offset..<min(offset + RunCoder.stripByteCount, byteCount)
      adler = unsafe libdeflate_adler32(adler, base + offset, strip.count)
      if let coder, let block = unsafe coder.block(base, strip) {
        try unsafe search(base, start..<offset, isLast: false, &output)
        unsafe coder.write(block, base, strip, isLast: strip.upperBound == byteCount, &output)
        start = strip.upperBound
      } else if strip.upperBound - start > ZlibWriter.pieceByteCount(level: compressor.level) {
        try unsafe search(base, start..<offset, isLast: false, &output)
        start = offset
      }
    }
    try unsafe search(base, start..<byteCount, isLast: true, &output)
    return adler
  }

  /// Compresses a piece with libdeflate.
  private func search(
    _ base: UnsafeRawPointer, _ piece: Range<Int>, isLast: Bool, _ output: inout DeflateOutput
  ) throws(CodecError) {
    if piece.isEmpty { return }
    try pool.limit.check()
    output.align()
    try unsafe output.append { target, space throws(CodecError) in
      let source = unsafe UnsafeRawBufferPointer(start: base + piece.lowerBound, count: piece.count)
      let count = unsafe compressor.deflate(source, target, space)
      guard count > 0 else { throw .broken("a compressed piece outgrew its bound") }
      return try isLast ? 8 * count : unsafe unmarked(target, count, of: piece.count)
    }
  }

  /// Clears the last-block mark of a stream.
  /// - Returns: the number of its bits.
  private func unmarked(_ stream: UnsafeMutableRawPointer, _ count: Int, of byteCount: Int) throws(CodecError) -> Int {
    unsafe (stream + count).initializeMemory(as: UInt8.self, repeating: 0, count: DeflateEnd.slack)
    let bytes = unsafe UnsafeMutableRawBufferPointer(start: stream, count: count)
    let found = try allocating { () throws(OutOfMemory) in
      try unsafe DeflateEnd(
        UnsafeRawBufferPointer(bytes), byteCount: byteCount, inflateLoop: instructionSet.inflateLoop, pool: pool)
    }
    guard let last = found, (last.end + 7) / 8 == count else { throw .broken("a compressed piece that is not sound") }
    unsafe bytes[last.mark / 8] &= ~(1 << UInt8(last.mark % 8))
    return last.end
  }

  /// Deflate with a window of 32 KB, and the level in four steps (RFC 1950, 2.2).
  private var header: [UInt8] {
    let (method, steps) = (0x78, compressor.level < 2 ? 0 : compressor.level < 6 ? 1 : compressor.level < 8 ? 2 : 3)
    let flags = steps << 6
    return [UInt8(method), UInt8(flags + 31 - (method << 8 + flags) % 31)]
  }
}
