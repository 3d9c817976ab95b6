internal import JPEGDecoding

/// The entropy-coded data of one scan, with its restart markers.
struct ScanInput {
  private var reader: ScanReader
  var bits = Bits()
  let restartInterval: Int
  private var toRestart: Int

  private static let windowSize = 4 << 10

  static var byteCount: Int { ScanReader.byteCount(window: windowSize) }

  init(_ scan: ScanHeader, source: UnsafeRawPointer, scratch: inout ScratchArena) {
    reader = unsafe ScanReader(
      source: source, range: scan.data, nextRestart: scan.nextRestart, windowSize: ScanInput.windowSize,
      scratch: &scratch)
    restartInterval = scan.restartInterval
    toRestart = scan.restartInterval
  }

  var window: UncheckedBuffer<UInt8> { reader.window }

  /// Must be called before each MCU.
  /// - Parameter bits: the bits of the scan, which the caller keeps in a local variable.
  /// - Returns: whether a restart marker precedes the MCU. Predictions and runs end there.
  @inline(__always) mutating func countMCU(_ bits: inout Bits) throws(Unsupported) -> Bool {
    if restartInterval == 0 { return false }
    toRestart -= 1
    if toRestart >= 0 { return false }
    bits = try restart(bits)
    return true
  }

  @inline(never) private mutating func restart(_ bits: Bits) throws(Unsupported) -> Bits {
    toRestart = restartInterval - 1
    return try reader.restart(bits)
  }

  /// Makes sure that the window has enough bytes for the longest possible block.
  @inline(__always) mutating func prepare(_ bits: inout Bits) throws(Unsupported) {
    if bits.next > reader.limit { bits = try more(bits) }
  }

  @inline(never) private mutating func more(_ bits: Bits) throws(Unsupported) -> Bits {
    var bits = bits
    bits.next = try reader.advance(bits.next)
    return bits
  }

  mutating func finish() throws(Unsupported) { try reader.finish(bits) }
}
