/// Codes bytes as DEFLATE's literals and runs, which are matches of distance 1 (RFC 1951, 3.2.3).
///
/// Filtered rows of photographs contain few other matches that take fewer bits than their literals, and runs are found in a fifth
/// of the time.
package enum RunCoding {
  /// Shorter runs take about as many bits as their literals: a repeated byte is mostly a frequent one. Measured with 42
  /// photographs and drawings of 1280 pixels, 4 makes streams larger by 1.7 %, 16 by 0.7 %.
  static let minRun = 8
  /// The longest match of DEFLATE.
  package static let maxRun = 258

  /// Literals, the end of the block, and lengths.
  package static let symbolCount = 286
  package static let endOfBlock = 256

  /// The longest code that `write` can handle. DEFLATE allows 15.
  package static let maxCodeLength = 14

  /// Counters that `parse` works with: two sets of one per byte value.
  package static let counterCount = 512

  /// Bytes after the output that may be overwritten.
  package static let outputSlack = 8

  /// The largest number of sequences for `count` bytes.
  package static func maxSequences(_ count: Int) -> Int { count / minRun + 1 }

  /// Splits a range of bytes into sequences. Each is a number of literals and the length of the run after them: the number times
  /// 512 plus the length. The last one has no run.
  /// - Parameters:
  ///   - base: the bytes from the start of the stream. A run at `start` may repeat the byte before it.
  ///   - start: 0 or more.
  ///   - end: at most 2^22 after `start`.
  ///   - sequences: room for `maxSequences(end - start)`.
  ///   - counts: receives the number of occurrences of each symbol; `counterCount` elements, of which the first `symbolCount` are the result.
  /// - Returns: the number of sequences, and of the bits that lengths and distances have in addition to the codes of lengths.
  @unsafe package static func parse(
    _ base: UnsafeRawPointer, from start: Int, to end: Int, sequences: UnsafeMutablePointer<UInt32>,
    counts: UnsafeMutablePointer<UInt32>
  ) -> (sequences: Int, extraBits: Int) {
    // SAFETY: a load starts at least 8 bytes before `end`. All sequences but the last have a run of `minRun` or more bytes.
    let bytes = unsafe UncheckedBytes(reading: base, count: end)
    let sequences = unsafe UncheckedBuffer<UInt32>(sequences, count: maxSequences(end &- start))
    let counts = unsafe UncheckedBuffer<UInt32>(counts, count: counterCount)
    counts.fill(0)
    var lengths = SIMD32<UInt32>.zero
    var (sequenceCount, extraBits) = (0, 0)
    var literals = start
    var offset = max(start, 1)
    while offset &+ 8 <= end {
      // A byte is zero where it equals its left neighbor.
      let changes = differences(bytes, offset)
      guard changes == 0 else {
        offset &+= 8 &- changes.leadingZeroBitCount / 8
        continue
      }
      count(bytes, from: literals, to: offset, counts)
      var literalCount = offset &- literals
      var run = runEnd(bytes, after: offset &+ 8, end) &- offset
      offset &+= run
      while run >= minRun {
        let length = min(run, maxRun)
        sequences[sequenceCount] = UInt32(truncatingIfNeeded: literalCount &<< 9 | length)
        sequenceCount &+= 1
        let (symbol, _, extraCount) = lengthCode(length)
        lengths[symbol &- 257] &+= 1
        extraBits &+= extraCount &+ 1
        run &-= length
        literalCount = 0
      }
      literals = offset &- run
    }
    count(bytes, from: literals, to: end, counts)
    sequences[sequenceCount] = UInt32(truncatingIfNeeded: (end &- literals) &<< 9)
    for byte in 0..<256 { counts[byte] &+= counts[256 &+ byte] }
    counts[endOfBlock] = 1
    for index in 257..<symbolCount { counts[index] = lengths[index &- 257] }
    return (sequenceCount &+ 1, extraBits)
  }

  /// Writes the codes of sequences, without the end of the block.
  /// - Parameters:
  ///   - start: the first byte of the sequences.
  ///   - codes: of each symbol, and then of each run from 0 to `maxRun`, extra bits and distance included: the number of bits in
  ///     the highest byte, and the bits in the others, the first one lowest.
  ///   - bits: the bits not written yet, `bitCount` of them, at most 7.
  ///   - output: room for the codes, and `outputSlack`.
  @unsafe package static func write(
    _ base: UnsafeRawPointer, from start: Int, sequences: UnsafePointer<UInt32>, sequenceCount: Int,
    codes: UnsafePointer<UInt32>, bits: inout UInt64, bitCount: inout UInt64, output: inout UnsafeMutableRawPointer
  ) {
    // SAFETY: `parse` made the sequences from these bytes. A byte and a length are indices in bounds of the codes.
    let sequences = unsafe UncheckedBuffer<UInt32>(reading: sequences, count: sequenceCount)
    let codes = unsafe UncheckedBuffer<UInt32>(reading: codes, count: symbolCount &+ maxRun &+ 1)
    let runs = codes + symbolCount
    var writer = unsafe BitWriter(bits: bits, count: bitCount, output: output)
    var next = unsafe base + start
    for index in 0..<sequenceCount {
      let sequence = sequences[index]
      var literals = Int(sequence &>> 9)
      // Four codes and the rest of a byte are at most 63 bits.
      while literals >= 4 {
        let four = unsafe UInt32(littleEndian: next.loadUnaligned(as: UInt32.self))
        writer.put(codes[Int(four & 255)])
        writer.put(codes[Int((four &>> 8) & 255)])
        writer.put(codes[Int((four &>> 16) & 255)])
        writer.put(codes[Int(four &>> 24)])
        writer.flush()
        unsafe next += 4
        literals &-= 4
      }
      while literals > 0 {
        writer.put(unsafe codes[Int(next.load(as: UInt8.self))])
        unsafe next += 1
        literals &-= 1
      }
      writer.flush()
      let run = Int(sequence & 511)
      guard run > 0 else { continue }
      writer.put(runs[run])
      writer.flush()
      unsafe next += run
    }
    (bits, bitCount) = (writer.bits, writer.count)
    unsafe output = unsafe writer.output
  }

  /// The symbol of a match's length, 3...258, and the value and number of its extra bits (RFC 1951, 3.2.5).
  package static func lengthCode(_ length: Int) -> (symbol: Int, extra: Int, extraCount: Int) {
    if length == 258 { return (285, 0, 0) }
    let rest = length &- 3
    let extraCount = rest < 8 ? 0 : rest.bitWidth &- 3 &- rest.leadingZeroBitCount
    return (257 &+ 4 &* extraCount &+ rest &>> extraCount, rest & (1 &<< extraCount &- 1), extraCount)
  }

  /// The end of the run that contains the byte before `offset`. It may be found up to 7 bytes too early at the end.
  @inline(__always)
  private static func runEnd(_ bytes: UncheckedBytes, after offset: Int, _ end: Int) -> Int {
    var offset = offset
    while offset &+ 8 <= end {
      let changes = differences(bytes, offset)
      if changes != 0 { return offset &+ changes.trailingZeroBitCount / 8 }
      offset &+= 8
    }
    return offset
  }

  @inline(__always)
  private static func differences(_ bytes: UncheckedBytes, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.load(offset, as: UInt64.self) ^ bytes.load(offset &- 1, as: UInt64.self))
  }

  /// Counts in two halves of the counters: increments for equal neighbors, which are common, do not wait for each other.
  @inline(__always)
  private static func count(_ bytes: UncheckedBytes, from start: Int, to end: Int, _ counts: UncheckedBuffer<UInt32>) {
    let odd = counts + 256
    var offset = start
    while offset &+ 8 <= end {
      var eight = bytes.load(offset, as: UInt64.self)
      for _ in 0..<4 {
        counts[Int(eight & 255)] &+= 1
        odd[Int((eight &>> 8) & 255)] &+= 1
        eight &>>= 16
      }
      offset &+= 8
    }
    while offset < end {
      counts[Int(bytes[offset])] &+= 1
      offset &+= 1
    }
  }
}

/// Writes bits, the first one lowest.
@safe private struct BitWriter {
  var bits: UInt64
  var count: UInt64
  // SAFETY: the caller guarantees the room.
  var output: UnsafeMutableRawPointer

  @unsafe @inline(__always) init(bits: UInt64, count: UInt64, output: UnsafeMutableRawPointer) {
    self.bits = bits
    self.count = count
    unsafe self.output = unsafe output
  }

  @inline(__always) mutating func put(_ code: UInt32) {
    bits |= UInt64(code & 0xFF_FFFF) &<< count
    count &+= UInt64(code &>> 24)
  }

  /// Leaves at most 7 bits.
  @inline(__always) mutating func flush() {
    unsafe output.storeBytes(of: bits.littleEndian, as: UInt64.self)
    unsafe output += Int(truncatingIfNeeded: count &>> 3)
    bits &>>= count & ~7
    count &= 7
  }
}
