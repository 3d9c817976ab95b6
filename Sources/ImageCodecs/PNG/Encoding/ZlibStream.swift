internal import CLibDeflate
internal import ImageCore

/// A zlib stream that is compressed while its bytes are appended.
///
/// Strips in which matches save little become blocks of literals and runs (`RunCoder`). libdeflate compresses the strips between
/// them in pieces, so that the time limit can be checked in between: a gigabyte takes half a minute. It sets the flag of the last
/// block at the end of each piece (BFINAL, RFC 1951, 3.2.3), which is cleared if blocks follow. A piece starts at a whole byte, and
/// none of its matches refers to a previous piece. For photographs and drawings of 15 to 20 MB, the stream of pieces is at most
/// 0.2 % longer than one of a single piece, and 0.5 % at level 10.
///
/// The bytes since the last compressed piece are in memory, and the one before them, which a run may repeat.
@safe struct ZlibStream: ~Copyable {
  // SAFETY: `start` <= `parsed` <= `end` <= the size of the window, which has room for one more part after the longest rest.
  private let writer: ZlibWriter
  private let coder: RunCoder?
  private let window: PooledBuffer
  private let maxPartByteCount: Int
  private var output: DeflateOutput
  private var adler: UInt32 = 1
  /// Bytes that are not appended yet.
  private var missingByteCount: Int
  /// Position in the window of the first strip that waits for the search.
  private var start = 0
  /// Position after the last strip that waits for it or is compressed.
  private var parsed = 0
  /// Position after the appended bytes.
  private var end = 0

  /// Maximum size of a piece. Level 10 compresses 4 MB per second, and the levels below it 17 to 200.
  static func pieceByteCount(level: Int) -> Int { level < 8 ? 512 << 10 : 2 << 20 }

  /// Maximum size of the window in addition to a part.
  static func windowByteCount(level: Int) -> Int { 1 + pieceByteCount(level: level) + RunCoder.stripByteCount }

  /// - Parameters:
  ///   - byteCount: of all parts, 1 or more.
  ///   - maxPartByteCount: of each part.
  init(_ writer: ZlibWriter, byteCount: Int, maxPartByteCount: Int, to output: DeflateOutput) throws(CodecError) {
    let pool = writer.pool
    let coder = try writer.minSaving.map { minSaving throws(CodecError) in
      try allocating { () throws(OutOfMemory) in
        try RunCoder(minSaving: minSaving, kernels: writer.instructionSet.runCoding, pool: pool)
      }
    }
    let capacity = min(byteCount, ZlibStream.windowByteCount(level: writer.compressor.level) + maxPartByteCount)
    let window = try allocating { () throws(OutOfMemory) in try pool.take(byteCount: capacity) }
    self.writer = writer
    self.coder = coder
    self.window = window
    self.maxPartByteCount = maxPartByteCount
    self.output = output
    missingByteCount = byteCount
  }

  /// - Parameter write: writes the part.
  mutating func append(byteCount: Int, _ write: (UnsafeMutableRawPointer) -> Void) throws(CodecError) {
    precondition(byteCount <= min(maxPartByteCount, missingByteCount), "a part is as long as announced")
    if byteCount > window.capacity - end { discardCompressed() }
    unsafe write(window.base + end)
    end += byteCount
    missingByteCount -= byteCount
    while end - parsed >= RunCoder.stripByteCount || (missingByteCount == 0 && parsed < end) {
      try compress(parsed..<min(parsed + RunCoder.stripByteCount, end))
    }
  }

  /// Call it when all bytes are appended.
  /// - Returns: the checksum of the bytes.
  mutating func finish() -> UInt32 {
    precondition(missingByteCount == 0, "all parts are appended")
    output.finish()
    return adler
  }

  /// Moves the bytes that are still needed to the start of the window.
  private mutating func discardCompressed() {
    let kept = max(start - 1, 0)
    unsafe window.base.copyMemory(from: window.base + kept, byteCount: end - kept)
    start -= kept
    parsed -= kept
    end -= kept
  }

  private mutating func compress(_ strip: Range<Int>) throws(CodecError) {
    try writer.pool.limit.check()
    let isLast = missingByteCount == 0 && strip.upperBound == end
    adler = unsafe libdeflate_adler32(adler, window.base + strip.lowerBound, strip.count)
    if let coder, let block = unsafe coder.block(window.base, strip) {
      try search(start..<strip.lowerBound, isLast: false)
      try unsafe coder.write(block, window.base, strip, isLast: isLast, &output)
      start = strip.upperBound
    } else if strip.upperBound - start > ZlibStream.pieceByteCount(level: writer.compressor.level) {
      try search(start..<strip.lowerBound, isLast: false)
      start = strip.lowerBound
    }
    parsed = strip.upperBound
    if isLast { try search(start..<end, isLast: true) }
  }

  /// Compresses a piece with libdeflate.
  private mutating func search(_ piece: Range<Int>, isLast: Bool) throws(CodecError) {
    if piece.isEmpty { return }
    try writer.pool.limit.check()
    try output.reserve(writer.compressor.bound(piece.count) + DeflateEnd.slack)
    output.align()
    let (window, writer) = (unsafe window.base, writer)
    try unsafe output.append { target, space throws(CodecError) in
      let source = unsafe UnsafeRawBufferPointer(start: window + piece.lowerBound, count: piece.count)
      let count = unsafe writer.compressor.deflate(source, target, space)
      guard count > 0 else { throw .broken("a compressed piece outgrew its bound") }
      return try isLast ? 8 * count : unsafe writer.unmarked(target, count, of: piece.count)
    }
  }
}

extension ZlibWriter {
  /// Clears the last-block mark of a stream.
  /// - Returns: the number of its bits.
  fileprivate func unmarked(
    _ stream: UnsafeMutableRawPointer, _ count: Int, of byteCount: Int
  ) throws(CodecError) -> Int {
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
}
