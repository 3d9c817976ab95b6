internal import ImageCore
internal import PixelKernels

/// Finds the start and the end of a deflate stream's last block, to the bit, so that another stream can follow it (RFC 1951,
/// 3.2.3).
///
/// libdeflate marks the last block of all that it compresses, and does not report its position. So the stream is inflated, which
/// takes a tenth of the time of compressing it.
struct DeflateEnd {
  /// Position of the bit that marks the block as the last.
  let mark: Int
  /// Position of the first bit after the block.
  let end: Int

  /// Bytes after the stream that are read, and must be zeros.
  static let slack = InflateCodes.maxHeaderBytes + 2 * InflateLoop.inputSlack

  /// Working memory of the search, in addition to the size of the inflated stream.
  static let workingByteCount = InflateCodes.capacity * MemoryLayout<UInt32>.stride + InflateLoop.outputSlack + 8192

  /// Nil if the stream is malformed or does not inflate to `byteCount` bytes.
  /// - Parameter stream: followed by `slack` zeros.
  init?(_ stream: UnsafeRawBufferPointer, byteCount: Int, inflateLoop: any InflateKernels.Type, pool: BufferPool)
    throws(OutOfMemory)
  {
    guard let base = stream.baseAddress else { return nil }
    let tables = try pool.take(byteCount: InflateCodes.capacity * MemoryLayout<UInt32>.stride)
    let output = try pool.take(byteCount: byteCount + 1 + InflateLoop.outputSlack)
    var walk = unsafe Walk(
      base: base, byteCount: stream.count,
      tables: tables.base.bindMemory(to: UInt32.self, capacity: InflateCodes.capacity),
      output: output.base, stop: output.base + byteCount + 1, inflateLoop: inflateLoop)
    var header = (position: 0, isLast: false)
    repeat {
      guard let next = walk.header(), walk.passBlock() else { return nil }
      header = next
    } while !header.isLast
    withExtendedLifetime(tables) {}
    withExtendedLifetime(output) {}
    guard walk.written == byteCount else { return nil }
    mark = header.position
    end = walk.position
  }
}

/// One pass through the blocks of a stream.
@safe private struct Walk {
  // SAFETY: `DeflateEnd` holds the stream and its slack, the tables, and the output with the bytes that may be written past
  // `stop`.
  private let base: UnsafeRawPointer
  private let byteCount: Int
  private let tables: UnsafeMutablePointer<UInt32>
  private let output: UnsafeMutableRawPointer
  private let stop: UnsafeMutableRawPointer
  private let inflateLoop: any InflateKernels.Type
  private var input: UnsafeRawPointer
  private var to: UnsafeMutableRawPointer
  private var bits: UInt64 = 0
  private var bitCount: UInt64 = 0

  @unsafe init(
    base: UnsafeRawPointer, byteCount: Int, tables: UnsafeMutablePointer<UInt32>, output: UnsafeMutableRawPointer,
    stop: UnsafeMutableRawPointer, inflateLoop: any InflateKernels.Type
  ) {
    unsafe self.base = unsafe base
    self.byteCount = byteCount
    unsafe self.tables = unsafe tables
    unsafe self.output = unsafe output
    unsafe self.stop = unsafe stop
    self.inflateLoop = inflateLoop
    unsafe input = unsafe base
    unsafe to = unsafe output
  }

  /// Position of the next bit.
  var position: Int { unsafe (input - base) * 8 - Int(bitCount) }

  var written: Int { unsafe to - output }

  /// The position of the next block's header, and whether the block is the last; nil after the end of the stream.
  mutating func header() -> (position: Int, isLast: Bool)? {
    let position = position
    return position < 8 * byteCount ? (position, take(1) == 1) : nil
  }

  /// Skips what follows the first bit of a block; false if it is malformed.
  mutating func passBlock() -> Bool {
    switch take(2) {
    case 0: return passStored()
    case 1: return unsafe InflateCodes.makeFixed(tables) && passCompressed()
    case 2:
      return unsafe InflateCodes.read(tables, bits: &bits, bitCount: &bitCount, input: &input) && passCompressed()
    default: return false
    }
  }

  private mutating func passCompressed() -> Bool {
    // At most eight bytes are loaded ahead of the bits in use.
    let inputStop = unsafe base + byteCount + 8
    guard unsafe input <= inputStop else { return false }
    return unsafe inflateLoop.run(
      bits: &bits, bitCount: &bitCount, input: &input, output: &to, literals: tables,
      distances: tables + InflateCodes.distances, inputStop: inputStop, outputStop: stop, windowStart: output)
      == InflateLoop.Stop.endOfBlock
  }

  private mutating func passStored() -> Bool {
    _ = take(bitCount & 7)
    let (length, complement) = (take(16), take(16))
    guard length ^ complement == 0xFFFF else { return false }
    unsafe input -= Int(bitCount >> 3)
    (bits, bitCount) = (0, 0)
    guard unsafe length <= byteCount - (input - base), unsafe length < stop - to else { return false }
    // A match of a later block may refer to these bytes.
    unsafe to.copyMemory(from: input, byteCount: length)
    unsafe input += length
    unsafe to += length
    return true
  }

  private mutating func take(_ width: UInt64) -> Int { unsafe takeDeflateBits(width, &bits, &bitCount, &input) }
}
