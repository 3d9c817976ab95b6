internal import CLibDeflate
internal import Glibc
internal import ImageCore
internal import PixelKernels

/// Undoes a zlib stream (RFC 1950 and 1951) piece by piece, so that nothing need hold all of what comes out.
///
/// Whatever zlib would refuse is refused. One serves one worker, for stream after stream.
@safe final class Inflater {
  /// Bytes before the next output that must stay as they are, since matches may take them.
  static let window = 32 << 10
  /// Bytes after the output that is asked for that may be written.
  static let slack = InflateLoop.outputSlack

  enum Status {
    /// As much as was asked for is there, or a little more.
    case paused
    /// All of the stream is there, its Adler-32 is right, and it had no bytes left.
    case ended
    case faulty
  }

  private enum Phase { case header, stored, compressed, trailer }

  private let kernels: PNGKernels
  // SAFETY: allocated in init, freed once in deinit; `staged` has `stagedBytes` and zeros that may be read past the end of
  // the input.
  private let tables: UnsafeMutablePointer<UInt32>
  private let staged: UnsafeMutableRawPointer
  private var source = IDATReader()
  private var input: UnsafeRawPointer
  private var inputEnd: UnsafeRawPointer
  private var hasAll = false
  private var bits: UInt64 = 0
  private var bitCount: UInt64 = 0
  private var phase = Phase.header
  private var isLastBlock = false
  private var storedLeft = 0
  private var adler: UInt32 = 1
  private var limit = TimeLimit()

  /// Input is copied together in pieces of this size, which stay in the first-level cache.
  private static let stagedBytes = 16 << 10
  /// A block's header and tables, in bytes of work as `TimeLimit` counts them.
  private static let workOfBlock = 4096
  /// What may be read after the end of the input, of zeros.
  private static let inputSlack = InflateCodes.maxHeaderBytes + 2 * InflateLoop.inputSlack

  init(_ kernels: PNGKernels) {
    self.kernels = kernels
    unsafe tables = .allocate(capacity: InflateCodes.capacity)
    unsafe staged = .allocate(byteCount: Inflater.stagedBytes + Inflater.inputSlack, alignment: 64)
    unsafe input = UnsafeRawPointer(staged)
    unsafe inputEnd = unsafe input
  }

  deinit {
    unsafe tables.deallocate()
    unsafe staged.deallocate()
  }

  /// Begins a stream; false if it is none. The memory that `source` names must stay.
  /// - Parameter deadline: as in `DecodeLimits`; once it has passed, the stream counts as faulty.
  func begin(_ source: IDATReader, deadline: UInt64 = 0) -> Bool {
    self.source = source
    limit = TimeLimit(deadline: deadline)
    unsafe input = UnsafeRawPointer(staged)
    unsafe inputEnd = unsafe input
    (bits, bitCount, hasAll, isLastBlock) = (0, 0, false, false)
    (phase, adler) = (.header, 1)
    stage()
    guard unsafe inputEnd - input >= 6 else { return false }
    let (method, flags) = unsafe (input.load(as: UInt8.self), input.load(fromByteOffset: 1, as: UInt8.self))
    // Deflate, a window of up to 32 KB (as large it is here, whatever they say), no dictionary, and the check bits.
    guard method & 15 == 8, method >> 4 <= 7, flags & 0x20 == 0, (UInt(method) << 8 | UInt(flags)) % 31 == 0 else {
      return false
    }
    unsafe input += 2
    return true
  }

  /// Writes from `output` on, which is moved along, until `stop` is reached or the stream ends.
  /// - Parameters:
  ///   - stop: `slack` bytes after it may be written.
  ///   - windowStart: the oldest byte that is still there: of the last `window`, or of all.
  func run(
    _ output: inout UnsafeMutableRawPointer, stop: UnsafeMutableRawPointer, windowStart: UnsafeMutableRawPointer
  ) -> Status {
    let start = unsafe output
    let status = unsafe advance(&output, stop, windowStart)
    adler = unsafe libdeflate_adler32(adler, start, output - start)
    return status == .ended && !endsRightly() ? .faulty : status
  }

  @unsafe private func advance(
    _ output: inout UnsafeMutableRawPointer, _ stop: UnsafeMutableRawPointer, _ windowStart: UnsafeMutableRawPointer
  ) -> Status {
    while true {
      if unsafe !hasAll && inputEnd - input < InflateCodes.maxHeaderBytes {
        // What is staged may become a thousand times as much.
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
        // A sound stream ends four bytes before its input does, and at most eight bytes are read ahead of what is used.
        let inputStop = unsafe hasAll ? inputEnd + 8 : inputEnd - InflateLoop.inputSlack
        switch unsafe kernels.inflate(
          &bits, &bitCount, &input, &output, tables, tables + InflateCodes.distances, inputStop, stop, windowStart)
        {
        case InflateLoop.Stop.endOfBlock: phase = isLastBlock ? .trailer : .header
        case InflateLoop.Stop.paused:
          if unsafe output >= stop { return .paused }
          if hasAll { return .faulty }
        default: return .faulty
        }
      }
    }
  }

  /// Tops the staged input up.
  private func stage() {
    let rest = unsafe inputEnd - input
    unsafe memmove(staged, input, rest)
    unsafe input = UnsafeRawPointer(staged)
    let count = unsafe source.read(into: staged + rest, atMost: Inflater.stagedBytes - rest)
    unsafe inputEnd = unsafe input + rest + count
    hasAll = source.isEmpty
    unsafe memset(staged + rest + count, 0, Inflater.inputSlack)
  }

  /// The last four bytes are the checksum, and all that is left.
  private func endsRightly() -> Bool {
    let next = unsafe input - Int(bitCount >> 3)
    guard hasAll, unsafe inputEnd - next == 4 else { return false }
    return unsafe UInt32(bigEndian: next.loadUnaligned(as: UInt32.self)) == adler
  }

  @unsafe private func copyStored(_ output: inout UnsafeMutableRawPointer, _ stop: UnsafeMutableRawPointer) -> Bool {
    let count = unsafe min(storedLeft, inputEnd - input, stop - output)
    guard count > 0 || storedLeft == 0 else { return false }
    unsafe output.copyMemory(from: input, byteCount: count)
    unsafe output += count
    unsafe input += count
    storedLeft -= count
    if storedLeft == 0 { phase = isLastBlock ? .trailer : .header }
    return true
  }
}

// Blocks' headers. What is read of them is there, or the input's end and zeros.
extension Inflater {
  private func take(_ width: UInt64) -> Int { unsafe takeDeflateBits(width, &bits, &bitCount, &input) }

  /// Empty blocks can go on for as long as the file does, so rows alone do not tell.
  private func isLate() -> Bool { limit.isOver(before: Inflater.workOfBlock) }

  private func readHeader() -> Bool {
    guard unsafe input <= inputEnd + 8 else { return false }
    isLastBlock = take(1) == 1
    phase = .compressed
    switch take(2) {
    case 0: return readStoredHeader()
    case 1: return unsafe InflateCodes.makeFixed(tables)
    case 2: return unsafe InflateCodes.read(tables, bits: &bits, bitCount: &bitCount, input: &input)
    default: return false
    }
  }

  private func readStoredHeader() -> Bool {
    _ = take(bitCount & 7)
    let (length, complement) = (take(16), take(16))
    guard length ^ complement == 0xFFFF else { return false }
    unsafe input -= Int(bitCount >> 3)
    (bits, bitCount) = (0, 0)
    guard unsafe input <= inputEnd else { return false }
    (storedLeft, phase) = (length, .stored)
    return true
  }
}
