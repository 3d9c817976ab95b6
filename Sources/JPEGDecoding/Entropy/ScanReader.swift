internal import Glibc

/// Bits that are read next, from the top; `count` of them are there, and `next` is the byte behind them.
struct Bits {
  var bits: UInt64 = 0
  var count = 0
  /// An offset into the reader's window.
  var next = 0

  @inline(__always) mutating func drop(_ count: Int) {
    bits &<<= UInt64(truncatingIfNeeded: count)
    self.count &-= count
  }

  /// Drops as many as the lowest byte says, below 64: a shift looks at no more of a word.
  @inline(__always) mutating func drop(lowestByteOf word: UInt64) {
    bits = bits &<< word
    count &-= Int(truncatingIfNeeded: word & 0xFF)
  }

  /// Fills up to 56 bits or more. In bounds: see `ScanReader`.
  @inline(__always) mutating func refill(_ window: UncheckedBuffer<UInt8>) {
    bits |= UInt64(bigEndian: window.load(next, as: UInt64.self)) &>> UInt64(truncatingIfNeeded: count)
    next &+= (63 &- count) &>> 3
    count |= 56
  }
}

/// Gives the bits of a scan's entropy-coded data, segment by segment.
///
/// The data are cleaned of their stuffing (ITU-T T.81, B.1.1.5) window by window, so that a scan of any length takes the
/// same little memory and the inner loops see nothing but bits.
///
/// Invariant: when `next <= limit`, so many bytes can be read from `next` on as the dearest block takes, and eight more.
/// Behind the last byte of a segment they are zeros, and there `limit` is eight bytes behind it: refilling is so far
/// ahead of what is used. Who decodes a block looks first, and calls `advance` when `next > limit`.
@safe struct ScanReader {
  let window: UncheckedBuffer<UInt8>
  private(set) var limit = -1
  private let source: UnsafeRawPointer
  private var position: Int
  private let end: Int
  /// Cleaned bytes in the window.
  private var filled = 0
  private var isSegmentWhole = false
  private var nextRestart: UInt8

  /// A block takes at most 64 meanings of 31 bits, or, refined, 63 of 17 bits and 63 single bits.
  private static let maxBlockByteCount = 64 * 31 / 8 + 1
  private static let margin = maxBlockByteCount + 16

  static func byteCount(window: Int) -> Int { ScratchArena.byteCount(window + margin, UInt8.self) }

  /// - Parameters:
  ///   - source: the file, which outlives the reader.
  ///   - range: of the scan's data, within the file, behind them a marker.
  ///   - nextRestart: the number of the first restart marker.
  ///   - windowSize: more than twice the margin.
  ///   - scratch: gives the memory of the window.
  init(
    source: UnsafeRawPointer, range: Range<Int>, nextRestart: UInt8 = 0, windowSize: Int, scratch: inout ScratchArena
  ) {
    precondition(windowSize > 2 * ScanReader.margin, "a window holds more than the dearest block")
    unsafe self.source = source
    self.nextRestart = nextRestart
    position = range.lowerBound
    end = range.upperBound
    window = scratch.take(windowSize + ScanReader.margin, UInt8.self)
  }

  /// Makes more bytes ready.
  /// - Returns: where `next` now is; what is behind it has moved.
  @inline(never) mutating func advance(_ next: Int) throws(Unsupported) -> Int {
    guard !isSegmentWhole else { throw .extent }
    precondition(next <= filled, "refilling does not reach behind what is there before the end of a segment")
    unsafe window.withPointer { base in
      filled -= next
      unsafe memmove(base, base + next, filled)
      unsafe clean(base)
      if isSegmentWhole { unsafe memset(base + filled, 0, ScanReader.margin) }
    }
    limit = isSegmentWhole ? filled + 8 : filled - ScanReader.margin
    return 0
  }

  /// Copies to the window until it is full or the segment ends.
  private mutating func clean(_ base: UnsafeMutablePointer<UInt8>) {
    let capacity = window.count - ScanReader.margin
    while filled < capacity {
      // SAFETY: `position <= end`, and bytes of the file are there up to `end`; `filled + count <= capacity`.
      let count = min(capacity - filled, end - position)
      let from = unsafe source + position
      guard count > 0, let found = unsafe memchr(from, 0xFF, count) else {
        unsafe memcpy(base + filled, from, count)
        filled += count
        position += count
        isSegmentWhole = position == end
        if isSegmentWhole { return }
        continue
      }
      let length = unsafe UnsafeRawPointer(found) - from
      unsafe memcpy(base + filled, from, length)
      filled += length
      position += length
      // The parser has seen that behind each 0xFF there is a zero or the number of a restart marker, within the data.
      guard position + 1 < end, unsafe source.load(fromByteOffset: position + 1, as: UInt8.self) == 0 else {
        isSegmentWhole = true
        return
      }
      unsafe base[filled] = 0xFF
      filled += 1
      position += 2
    }
  }

  /// Goes over a restart marker; it must be the one that is due, with no byte before it left over.
  mutating func restart(_ bits: Bits) throws(Unsupported) -> Bits {
    try endSegment(bits)
    guard position + 1 < end, unsafe source.load(fromByteOffset: position + 1, as: UInt8.self) == 0xD0 + nextRestart
    else { throw .extent }
    nextRestart = (nextRestart + 1) & 7
    position += 2
    (filled, limit, isSegmentWhole) = (0, -1, false)
    return Bits()
  }

  /// Checks that the scan's data have been used up.
  mutating func finish(_ bits: Bits) throws(Unsupported) {
    try endSegment(bits)
    guard position == end else { throw .extent }
  }

  /// Less than a byte may be left.
  private mutating func endSegment(_ bits: Bits) throws(Unsupported) {
    var next = bits.next
    if !isSegmentWhole { next = try advance(next) }
    guard isSegmentWhole, (0..<8).contains((filled - next) * 8 + bits.count) else { throw .extent }
  }
}
