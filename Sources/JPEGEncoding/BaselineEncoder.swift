package import ImageCore

/// Writes baseline JPEG with optimal Huffman codes: the very bytes that libjpeg-turbo writes.
///
/// The first pass transforms the image and records its symbols, one row of MCUs after the other. A symbol takes three bytes, and
/// most coefficients are zero and have none. The second pass writes the symbols with the codes that their counts give.
package final class BaselineEncoder {
  private let pool: BufferPool
  private let kernels: any EncodingKernels.Type
  private var limit = TimeLimit()
  private var frame = EncodingFrame(gray: PixelSize(width: 1, height: 1))
  private var header = FileHeader()
  private var recorder: (any SymbolRecorder)?
  private var nextRow = 0
  /// The memory of the recorder.
  private var scratch: GrowingBuffer
  private var symbols: GrowingBuffer
  private var symbolByteCount = 0
  private var counts = [UInt32](repeating: 0, count: Symbols.count)
  private var codes = [UInt32](repeating: 0, count: Symbols.count)
  /// The bytes of the last file.
  private var output: GrowingBuffer

  package enum Failure: Error {
    case memory(OutOfMemory)
    case timeout
    /// libjpeg could not find codes either: they would be too long, or counts too large.
    case codes
  }

  package init(pool: BufferPool, kernels: any EncodingKernels.Type) {
    self.pool = pool
    self.kernels = kernels
    scratch = GrowingBuffer(pool: pool)
    symbols = GrowingBuffer(pool: pool)
    output = GrowingBuffer(pool: pool)
  }

  /// Maximum of a count in libjpeg's search for the smallest ones (jpeg_gen_optimal_table of jchuff.c).
  private static let maxCount = 1_000_000_000

  /// Begins an image with the segments before its pixels.
  /// - Parameters:
  ///   - app1: the contents of APP1 segments, at most 65,533 bytes each.
  ///   - profile: at most 255 times 65,519 bytes.
  package func begin(
    _ frame: EncodingFrame, quality: Int, app1: [[UInt8]] = [], profile: [UInt8]? = nil
  ) throws(Failure) {
    release()
    guard frame.blockCount * 64 <= BaselineEncoder.maxCount else { throw .codes }
    limit = pool.limit
    self.frame = frame
    let steps = QuantizationSteps(quality: quality)
    header.start(app1: app1, profile: profile)
    header.append(frame, steps)
    nextRow = 0
    symbolByteCount = 0
    counts = [UInt32](repeating: 0, count: Symbols.count)
    do throws(OutOfMemory) {
      try scratch.reserve(kernels.scratchByteCount(frame), keeping: 0)
      try symbols.reserve(
        maxSymbolByteCount(mcuRows: 1) + frame.blockCount * BaselineEncoder.usualBlockByteCount, keeping: 0)
    } catch { throw .memory(error) }
    // SAFETY: the memory is released after the recorder.
    recorder = unsafe kernels.recorder(of: frame, steps, scratch: scratch.bytes)
  }

  /// Bytes of the symbols of a block, which most photographs do not exceed. Doubled twice it is the upper bound.
  private static let usualBlockByteCount = 16 * Symbols.byteCount

  /// Upper bound of the bytes of symbols in rows of MCUs.
  private func maxSymbolByteCount(mcuRows count: Int) -> Int {
    frame.blocksPerMCURow * count * 64 * Symbols.byteCount + Symbols.slack
  }

  /// Adds the next row of MCUs.
  /// - Parameter samples: the samples of a component in that row (`EncodingFrame.rows`).
  package func add(_ samples: (_ component: Int) -> SampleRows) throws(Failure) {
    guard let recorder, nextRow < frame.mcusDown else { return }
    if limit.isOver(before: frame.blocksPerMCURow * 64) { throw .timeout }
    for index in frame.components.indices { unsafe recorder.transform(samples(index), component: index) }
    do throws(OutOfMemory) { try growSymbols() } catch { throw .memory(error) }
    symbolByteCount += unsafe counts.withUnsafeMutableBufferPointer {
      unsafe recorder.record(
        mcuRow: nextRow, into: UnsafeMutableRawBufferPointer(rebasing: symbols.bytes[symbolByteCount...]), counts: $0)
    }
    nextRow += 1
  }

  /// Makes room for the symbols of a row of MCUs.
  private func growSymbols() throws(OutOfMemory) {
    let needed = symbolByteCount + maxSymbolByteCount(mcuRows: 1)
    if unsafe needed <= symbols.bytes.count { return }
    let most = symbolByteCount + maxSymbolByteCount(mcuRows: frame.mcusDown - nextRow)
    try symbols.reserve(min(needed + symbolByteCount, most), keeping: symbolByteCount)
  }

  /// Writes the file, once all rows are added. The bytes are valid until the next image.
  package func finish() throws(Failure) -> UnsafeRawBufferPointer {
    recorder = nil
    scratch.release()
    let bitCount = try chooseCodes()
    header.appendScan(frame)
    let count = try write(expectedByteCount: header.bytes.count + bitCount / 8)
    symbols.release()
    return unsafe UnsafeRawBufferPointer(rebasing: output.bytes[..<count])
  }

  /// Makes the codes, and appends them to the header.
  /// - Returns: the bits of the scan.
  private func chooseCodes() throws(Failure) -> Int {
    var entries = codes
    var bitCount = 0
    for table in 0..<(frame.components.count == 1 ? 2 : Symbols.tableCount) {
      let first = table * 256
      let counts = counts[first..<first + 256]
      guard let code = OptimalCode(counts: counts) else { throw .codes }
      header.append(code, table: table)
      code.forEach { symbol, bits, length in
        let entry = Symbols.entry(symbol: symbol, code: bits, length: length)
        entries[first + symbol] = entry
        bitCount += Int(counts[first + symbol]) * Symbols.length(of: entry)
      }
    }
    codes = entries
    return bitCount
  }

  /// Symbols between two checks of the clock and of the room in the output.
  private static let symbolsAtOnce = 4096

  /// Writes header, scan and EOI.
  /// - Parameter expectedByteCount: without stuffed zeros.
  /// - Returns: their number of bytes.
  private func write(expectedByteCount: Int) throws(Failure) -> Int {
    let margin = Symbols.maxOutputByteCount(BaselineEncoder.symbolsAtOnce)
    var used = header.bytes.count
    do throws(OutOfMemory) {
      try output.reserve(expectedByteCount + expectedByteCount / 64 + margin, keeping: 0)
    } catch { throw .memory(error) }
    unsafe output.bytes.copyBytes(from: header.bytes)
    let all = unsafe UnsafeRawBufferPointer(symbols.bytes)
    var bits = PendingBits()
    var first = 0
    while first < symbolByteCount {
      let end = min(first + BaselineEncoder.symbolsAtOnce * Symbols.byteCount, symbolByteCount)
      if limit.isOver(before: end - first) { throw .timeout }
      if unsafe output.bytes.count < used + margin {
        do throws(OutOfMemory) { try output.reserve(used + used / 8 + margin, keeping: used) } catch {
          throw .memory(error)
        }
      }
      used += unsafe codes.withUnsafeBufferPointer { codes in
        unsafe kernels.write(
          UnsafeRawBufferPointer(rebasing: all[first..<end]), codes: codes, &bits,
          to: UnsafeMutableRawBufferPointer(rebasing: output.bytes[used...]))
      }
      first = end
    }
    // In bounds: the margin has room for the end.
    for byte in bits.finalBytes + FileHeader.end {
      unsafe output.bytes[used] = byte
      used += 1
    }
    return used
  }

  /// Returns the memory of the last image to the pool.
  private func release() {
    recorder = nil
    scratch.release()
    symbols.release()
    output.release()
  }
}
