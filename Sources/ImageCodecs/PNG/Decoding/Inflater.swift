internal import CLibDeflate
internal import Glibc
internal import ImageCore
internal import PixelKernels

/// Inflates a zlib stream (RFC 1950 and 1951) piece by piece, so that the whole output need not fit in memory.
///
/// Rejects everything that zlib rejects. Each worker has one and reuses it for all streams.
@safe final class Inflater {
  /// Bytes before the next output that must be preserved, because matches may refer to them.
  static let window = 32 << 10
  /// Bytes after the requested output that may be written.
  static let slack = InflateLoop.outputSlack

  enum Status {
    /// The requested output is complete. A little more may be written.
    case paused
    /// The output is complete, its Adler-32 is correct, and no input is left.
    case ended
    case faulty
  }

  private enum Phase { case header, stored, compressed, trailer }

  private let loop: any InflateKernels.Type
  // SAFETY: allocated in init, freed once in deinit. `staged` has `stagedBytes` bytes, and zeros that may be read past the end of
  // the input.
  private let tables: UnsafeMutablePointer<UInt32>
  private let staged: UnsafeMutableRawPointer
  private var source = IDATReader()
  /// Offsets into the staged bytes: of the next one that is not loaded, and of the end.
  private var input = 0
  private var inputEnd = 0
  private var hasAll = false
  private var bits: UInt64 = 0
  private var bitCount: UInt64 = 0
  private var phase = Phase.header
  private var isLastBlock = false
  private var storedLeft = 0
  private var adler: UInt32 = 1
  private var limit = TimeLimit()

  /// Input is gathered in pieces of this size, which stay in the first-level cache.
  private static let stagedBytes = 16 << 10
  /// Cost of a block's header and tables, in bytes of work as `TimeLimit` counts them.
  private static let workOfBlock = 4096
  /// Zeros that may be read after the end of the input.
  private static let inputSlack = InflateCodes.maxHeaderBytes + 2 * InflateLoop.inputSlack

  init(_ loop: any InflateKernels.Type) {
    self.loop = loop
    unsafe tables = .allocate(capacity: InflateCodes.capacity)
    unsafe staged = .allocate(byteCount: Inflater.stagedBytes + Inflater.inputSlack, alignment: 64)
  }

  deinit {
    unsafe tables.deallocate()
    unsafe staged.deallocate()
  }

  /// Starts a stream; false if the bytes are not a zlib stream. The memory that `source` refers to must stay valid.
  /// - Parameter deadline: as in `DecodeLimits`. Once it has passed, the stream counts as faulty.
  func begin(_ source: IDATReader, deadline: UInt64 = 0) -> Bool {
    self.source = source
    limit = TimeLimit(deadline: deadline)
    (input, inputEnd) = (0, 0)
    (bits, bitCount, hasAll, isLastBlock) = (0, 0, false, false)
    (phase, adler) = (.header, 1)
    stage()
    guard inputEnd - input >= 6 else { return false }
    let (method, flags) = unsafe (staged.load(as: UInt8.self), staged.load(fromByteOffset: 1, as: UInt8.self))
    // Deflate, a window of up to 32 KB (always 32 KB here, whatever the header contains), no dictionary, and the check bits.
    guard method & 15 == 8, method >> 4 <= 7, flags & 0x20 == 0, (UInt(method) << 8 | UInt(flags)) % 31 == 0 else {
      return false
    }
    input += 2
    return true
  }

  /// Writes from `output` on and advances it, until `stop` is reached or the stream ends.
  /// - Parameters:
  ///   - stop: up to `slack` bytes after it may be written.
  ///   - windowStart: the oldest byte of output that is still in memory, among the last `window` bytes or among all.
  func run(
    _ output: inout UnsafeMutableRawPointer, stop: UnsafeMutableRawPointer, windowStart: UnsafeMutableRawPointer
  ) -> Status {
    let start = unsafe output
    let status = unsafe advance(&output, stop, windowStart)
    adler = unsafe libdeflate_adler32(adler, start, output - start)
    return status == .ended && !endsCorrectly() ? .faulty : status
  }

  @unsafe private func advance(
    _ output: inout UnsafeMutableRawPointer, _ stop: UnsafeMutableRawPointer, _ windowStart: UnsafeMutableRawPointer
  ) -> Status {
    while true {
      if !hasAll && inputEnd - input < InflateCodes.maxHeaderBytes {
        // The staged input may expand a thousandfold.
        if limit.isOver(before: 2 * Inflater.stagedBytes) { return .faulty }
        stage()
      }
      switch phase {
      case .trailer: return .ended
      case .header: guard !isLate(), readHeader() else { return .faulty }
      case .stored:
        if unsafe output >= stop { return .paused }
        guard unsafe copyStored(&output, stop) else { return .faulty }
      case .compressed:
        // A sound stream ends four bytes before its input, and at most eight bytes are loaded ahead of the bits in use.
        let inputStop = hasAll ? inputEnd + 8 : inputEnd - InflateLoop.inputSlack
        let reason = unsafe reading {
          unsafe loop.run(
            bits: &bits, bitCount: &bitCount, input: &$0, output: &output, literals: tables,
            distances: tables + InflateCodes.distances, inputStop: staged + inputStop, outputStop: stop,
            windowStart: windowStart)
        }
        switch reason {
        case InflateLoop.Stop.endOfBlock: phase = isLastBlock ? .trailer : .header
        case InflateLoop.Stop.paused:
          if unsafe output >= stop { return .paused }
          if hasAll { return .faulty }
        default: return .faulty
        }
      }
    }
  }

  /// Refills the staged input. The bytes of loaded bits stay there, because a stored block begins with the next whole byte.
  private func stage() {
    let loaded = Int(bitCount >> 3)
    let start = input - loaded
    let rest = inputEnd - start
    unsafe memmove(staged, staged + start, rest)
    input = loaded
    let count = unsafe source.read(
      into: UnsafeMutableRawBufferPointer(start: staged + rest, count: Inflater.stagedBytes - rest))
    inputEnd = rest + count
    hasAll = source.isEmpty
    unsafe memset(staged + rest + count, 0, Inflater.inputSlack)
  }

  /// The last four bytes must be the checksum, and nothing may follow.
  private func endsCorrectly() -> Bool {
    let next = input - Int(bitCount >> 3)
    guard hasAll, inputEnd - next == 4 else { return false }
    return unsafe UInt32(bigEndian: staged.loadUnaligned(fromByteOffset: next, as: UInt32.self)) == adler
  }

  @unsafe private func copyStored(_ output: inout UnsafeMutableRawPointer, _ stop: UnsafeMutableRawPointer) -> Bool {
    let count = unsafe min(storedLeft, inputEnd - input, stop - output)
    guard count > 0 || storedLeft == 0 else { return false }
    unsafe output.copyMemory(from: staged + input, byteCount: count)
    unsafe output += count
    input += count
    storedLeft -= count
    if storedLeft == 0 { phase = isLastBlock ? .trailer : .header }
    return true
  }
}

// Block headers. Everything read here is input, or zeros after its end.
extension Inflater {
  private func take(_ width: UInt64) -> Int {
    unsafe reading { unsafe takeDeflateBits(width, &bits, &bitCount, &$0) }
  }

  /// Lends the address of the next input to a kernel, which advances it.
  private func reading<Result>(_ body: (inout UnsafeRawPointer) -> Result) -> Result {
    var next = unsafe UnsafeRawPointer(staged + input)
    defer { input = unsafe next - UnsafeRawPointer(staged) }
    return unsafe body(&next)
  }

  /// Empty blocks can extend to the end of the file without completing a row, so a check per row is not enough.
  private func isLate() -> Bool { limit.isOver(before: Inflater.workOfBlock) }

  private func readHeader() -> Bool {
    guard input <= inputEnd + 8 else { return false }
    isLastBlock = take(1) == 1
    phase = .compressed
    switch take(2) {
    case 0: return readStoredHeader()
    case 1: return unsafe InflateCodes.makeFixed(tables)
    case 2: return unsafe reading { unsafe InflateCodes.read(tables, bits: &bits, bitCount: &bitCount, input: &$0) }
    default: return false
    }
  }

  private func readStoredHeader() -> Bool {
    _ = take(bitCount & 7)
    let (length, complement) = (take(16), take(16))
    guard length ^ complement == 0xFFFF else { return false }
    input -= Int(bitCount >> 3)
    (bits, bitCount) = (0, 0)
    guard input <= inputEnd else { return false }
    (storedLeft, phase) = (length, .stored)
    return true
  }
}
