internal import ImageCore
internal import PixelKernels

/// Finds where a deflate stream's last block begins and ends, to the bit, so that another stream can follow it (RFC 1951, 3.2.3).
///
/// libdeflate marks the last block of all that it compresses, and does not say where it is: so the stream is inflated, which takes
/// a tenth of the time that compressing took.
@safe struct DeflateEnd {
  /// The bit that says that the block is the last.
  let mark: Int
  /// The first bit behind the block.
  let end: Int

  /// Bytes behind the stream that are read, and have to be zeros.
  static let slack = InflateCodes.maxHeaderBytes + 2 * InflateLoop.inputSlack

  /// What the search takes next to as many bytes as the stream becomes.
  static let workingByteCount = InflateCodes.capacity * MemoryLayout<UInt32>.stride + InflateLoop.outputSlack + 8192

  /// Nil where the stream is not sound or does not become `byteCount` bytes.
  /// - Parameter stream: followed by `slack` zeros.
  init?(_ stream: UnsafeRawBufferPointer, byteCount: Int, kernels: PNGKernels, pool: BufferPool) throws(OutOfMemory) {
    guard let base = stream.baseAddress else { return nil }
    let tables = try pool.take(byteCount: InflateCodes.capacity * MemoryLayout<UInt32>.stride)
    let output = try pool.take(byteCount: byteCount + 1 + InflateLoop.outputSlack)
    var walk = unsafe Walk(
      base: base, byteCount: stream.count,
      tables: tables.base.bindMemory(to: UInt32.self, capacity: InflateCodes.capacity),
      output: output.base, stop: output.base + byteCount + 1, kernels: kernels)
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

/// One walk through a stream's blocks.
@safe private struct Walk {
  // SAFETY: `DeflateEnd` holds the stream and its slack, the tables, and the output with what may be written past `stop`.
  private let base: UnsafeRawPointer
  private let byteCount: Int
  private let tables: UnsafeMutablePointer<UInt32>
  private let output: UnsafeMutableRawPointer
  private let stop: UnsafeMutableRawPointer
  private let kernels: PNGKernels
  private var input: UnsafeRawPointer
  private var to: UnsafeMutableRawPointer
  private var bits: UInt64 = 0
  private var bitCount: UInt64 = 0

  @unsafe init(
    base: UnsafeRawPointer, byteCount: Int, tables: UnsafeMutablePointer<UInt32>, output: UnsafeMutableRawPointer,
    stop: UnsafeMutableRawPointer, kernels: PNGKernels
  ) {
    unsafe self.base = unsafe base
    self.byteCount = byteCount
    unsafe self.tables = unsafe tables
    unsafe self.output = unsafe output
    unsafe self.stop = unsafe stop
    self.kernels = kernels
    unsafe input = unsafe base
    unsafe to = unsafe output
  }

  /// The next bit.
  var position: Int { unsafe (input - base) * 8 - Int(bitCount) }

  var written: Int { unsafe to - output }

  /// Where a block's header is, and whether it is the last's; nil behind the end of the stream.
  mutating func header() -> (position: Int, isLast: Bool)? {
    let position = position
    return position < 8 * byteCount ? (position, take(1) == 1) : nil
  }

  /// Passes over what follows the first bit of a block; false where it is not sound.
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
    // No more than eight bytes are read ahead of what is used.
    let inputStop = unsafe base + byteCount + 8
    guard unsafe input <= inputStop else { return false }
    return unsafe kernels.inflate(
      &bits, &bitCount, &input, &to, tables, tables + InflateCodes.distances, inputStop, stop, output)
      == InflateLoop.Stop.endOfBlock
  }

  private mutating func passStored() -> Bool {
    _ = take(bitCount & 7)
    let (length, complement) = (take(16), take(16))
    guard length ^ complement == 0xFFFF else { return false }
    unsafe input -= Int(bitCount >> 3)
    (bits, bitCount) = (0, 0)
    guard unsafe length <= byteCount - (input - base), unsafe length < stop - to else { return false }
    // A match of a later block may take them.
    unsafe to.copyMemory(from: input, byteCount: length)
    unsafe input += length
    unsafe to += length
    return true
  }

  private mutating func take(_ width: UInt64) -> Int { unsafe takeDeflateBits(width, &bits, &bitCount, &input) }
}
