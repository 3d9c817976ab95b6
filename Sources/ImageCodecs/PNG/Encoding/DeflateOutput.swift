/// Appends DEFLATE blocks to a file, bit by bit.
@safe struct DeflateOutput {
  // SAFETY: from `next` to `end` is the room of the file. A precondition checks it before each field and after each kernel.
  private let file: GrowingFile
  private var next: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer
  /// The bits not written yet, the first one lowest; at most 7.
  private var bits: UInt64 = 0
  private var bitCount: UInt64 = 0

  init(_ file: GrowingFile) throws(CodecError) {
    self.file = file
    try file.reserve(DeflateOutput.slack)
    (unsafe next, unsafe end) = unsafe DeflateOutput.room(file)
  }

  /// Bytes of room in addition to those of a block: what may be overwritten after it, and the bits before it.
  static let slack = 16

  /// Makes room for bytes and the slack.
  mutating func reserve(_ byteCount: Int) throws(CodecError) {
    if space >= byteCount + DeflateOutput.slack { return }
    unsafe file.append(written: next - file.room.baseAddress.unsafelyUnwrapped)
    try file.reserve(byteCount + DeflateOutput.slack)
    (unsafe next, unsafe end) = unsafe DeflateOutput.room(file)
  }

  @unsafe private static func room(_ file: GrowingFile) -> (UnsafeMutableRawPointer, UnsafeMutableRawPointer) {
    let room = unsafe file.room
    let start = unsafe room.baseAddress.unsafelyUnwrapped
    return unsafe (start, start + room.count)
  }

  /// Bytes of room left.
  private var space: Int { unsafe end - next }

  /// - Parameter width: at most 48.
  mutating func put(_ value: Int, width: Int) {
    precondition(space >= 8, "there is room for all blocks")
    bits |= UInt64(value) << bitCount
    bitCount += UInt64(width)
    unsafe next.storeBytes(of: bits.littleEndian, as: UInt64.self)
    unsafe next += Int(bitCount >> 3)
    bits >>= bitCount & ~7
    bitCount &= 7
  }

  /// Ends the last byte by an empty stored block (RFC 1951, 3.2.4), as Z_SYNC_FLUSH of zlib does. Writes nothing after a whole
  /// byte.
  mutating func align() {
    guard bitCount > 0 else { return }
    put(0, width: 3)
    if bitCount > 0 { put(0, width: 8 - Int(bitCount)) }
    put(0xFFFF_0000, width: 32)
  }

  /// Ends the last byte by zeros. The file then has all bytes.
  mutating func finish() {
    if bitCount > 0 { put(0, width: 8 - Int(bitCount)) }
    unsafe file.append(written: next - file.room.baseAddress.unsafelyUnwrapped)
  }

  /// Calls a function that appends whole bytes; the output must be aligned.
  /// - Parameter fill: receives the target and the room there, and returns the number of bits it appended.
  mutating func append(_ fill: (UnsafeMutableRawPointer, Int) throws(CodecError) -> Int) throws(CodecError) {
    precondition(bitCount == 0, "whole bytes start at a byte")
    let appended = try unsafe fill(next, space)
    precondition(appended <= space * 8, "no more is written than there is room for")
    unsafe next += appended / 8
    bitCount = UInt64(appended % 8)
    if bitCount > 0 { bits = unsafe UInt64(next.load(as: UInt8.self)) & (1 << bitCount - 1) }
  }

  /// Calls a kernel that continues with the same values.
  mutating func write(
    _ kernel: (_ bits: inout UInt64, _ bitCount: inout UInt64, _ next: inout UnsafeMutableRawPointer) -> Void
  ) {
    unsafe kernel(&bits, &bitCount, &next)
    precondition(space >= 0, "no more is written than there is room for")
  }
}
