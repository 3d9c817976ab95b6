internal import ImageCore
internal import PixelKernels

/// Codes strips as literals and runs where a search for matches would save little.
@safe final class RunCoder {
  /// Bytes of a strip. Shorter ones have codes that fit better, and more headers; the sizes of files are the same.
  static let stripByteCount = 64 << 10
  /// The search decides less well on shorter strips, and libdeflate may use the fixed codes there.
  private static let minByteCount = 4096

  /// Working memory in bytes.
  static let workingByteCount = tableOffset + RunCoding.searchTableCount * MemoryLayout<UInt16>.stride
  private static let sequencesByteCount =
    RunCoding.maxSequences(stripByteCount) * MemoryLayout<UInt32>.stride
  private static let countsOffset = (sequencesByteCount + 7) & ~7
  private static let tableOffset = countsOffset + RunCoding.counterCount * MemoryLayout<UInt32>.stride

  private let minSaving: PerMille
  private let kernels: any RunKernels.Type
  private let buffer: PooledBuffer
  /// Of the last strip.
  private var sequenceCount = 0

  /// - Parameter minSaving: strips are left to the search for matches if that saves more of their bits.
  init(minSaving: PerMille, kernels: any RunKernels.Type, pool: BufferPool) throws(OutOfMemory) {
    self.minSaving = minSaving
    self.kernels = kernels
    buffer = try pool.take(byteCount: RunCoder.workingByteCount)
  }

  /// The block of a strip; nil if matches must be searched in it.
  /// - Parameters:
  ///   - base: the start of the stream.
  ///   - strip: at most `stripByteCount` bytes.
  @unsafe func block(_ base: UnsafeRawPointer, _ strip: Range<Int>) -> RunBlock? {
    guard strip.count >= RunCoder.minByteCount else { return nil }
    let parsed = unsafe kernels.parse(
      base, from: strip.lowerBound, to: strip.upperBound, sequences: sequences, counts: counts)
    sequenceCount = parsed.sequences
    let block = RunBlock(
      counts: (0..<RunCoding.symbolCount).map { unsafe counts[$0] }, extraBits: parsed.extraBits)
    // libdeflate stores what hardly shrinks.
    guard block.bitCount < 8 * (strip.count - 8) else { return nil }
    let probe = unsafe block.literalBits.withUnsafeBufferPointer { bits in
      unsafe kernels.search(
        base + strip.lowerBound, count: strip.count, literalBits: bits.baseAddress.unsafelyUnwrapped, table: table)
    }
    return probe.savedBits * 1000 <= probe.bits * minSaving ? block : nil
  }

  /// Writes the block that `block` returned last.
  @unsafe func write(
    _ block: RunBlock, _ base: UnsafeRawPointer, _ strip: Range<Int>, isLast: Bool, _ output: inout DeflateOutput
  ) throws(CodecError) {
    try output.reserve((RunBlock.startBitCount + block.bitCount) / 8)
    block.writeHeader(&output, isLast: isLast)
    unsafe block.table.withUnsafeBufferPointer { codes in
      unsafe output.write { bits, bitCount, next in
        unsafe kernels.write(
          base, from: strip.lowerBound, sequences: sequences, sequenceCount: sequenceCount,
          codes: codes.baseAddress.unsafelyUnwrapped, bits: &bits, bitCount: &bitCount, output: &next)
      }
    }
    block.writeEnd(&output)
  }

  // SAFETY: each part of the buffer has room for what the kernels write there.
  private var sequences: UnsafeMutablePointer<UInt32> {
    unsafe buffer.base.bindMemory(to: UInt32.self, capacity: RunCoding.maxSequences(RunCoder.stripByteCount))
  }

  private var counts: UnsafeMutablePointer<UInt32> {
    unsafe (buffer.base + RunCoder.countsOffset).bindMemory(to: UInt32.self, capacity: RunCoding.counterCount)
  }

  private var table: UnsafeMutablePointer<UInt16> {
    unsafe (buffer.base + RunCoder.tableOffset).bindMemory(to: UInt16.self, capacity: RunCoding.searchTableCount)
  }
}

/// A share in thousandths.
typealias PerMille = Int
