internal import Glibc
internal import JPEGDecoding

/// The next bits, from the top of a word: `count` of them are present, and `next` is the offset of the byte after them.
struct Bits {
  var bits: UInt64 = 0
  var count = 0
  /// An offset into the reader's window.
  var next = 0

  @inline(__always) mutating func drop(_ count: Int) {
    bits &<<= UInt64(truncatingIfNeeded: count)
    self.count &-= count
  }

  /// Drops as many bits as the lowest byte of `word` says, less than 64. A shift ignores the rest of the word.
  @inline(__always) mutating func drop(lowestByteOf word: UInt64) {
    bits = bits &<< word
    count &-= Int(truncatingIfNeeded: word & 0xFF)
  }

  /// Refills to at least 56 bits. In bounds: see `ScanReader`.
  @inline(__always) mutating func refill(_ window: UncheckedBuffer<UInt8>) {
    bits |= UInt64(bigEndian: window.load(next, as: UInt64.self)) &>> UInt64(truncatingIfNeeded: count)
    next &+= (63 &- count) &>> 3
    count |= 56
  }
}

/// Gives the bits of a scan's entropy-coded data, segment by segment.
///
/// The reader removes the stuffed zero bytes (ITU-T T.81, B.1.1.5) one window at a time. So a scan of any length takes the same
/// small memory, and the inner loops see only bits.
///
/// Invariant: when `next <= limit`, at least `maxBlockByteCount + 8` bytes can be read from `next`. The bytes after the last byte
/// of a segment are zeros, and `limit` is eight bytes after that last byte, because refilling is up to eight bytes ahead of the
/// bits used. The block decoders compare first, and call `advance` when `next > limit`.
@safe struct ScanReader {
  let window: UncheckedBuffer<UInt8>
  private(set) var limit = -1
  private let source: UnsafeRawPointer
  private var position: Int
  private let end: Int
  /// Number of unstuffed bytes in the window.
  private var filled = 0
  private var isSegmentWhole = false
  private var nextRestart: UInt8

  /// A block takes at most 64 symbols of 31 bits. A refined block takes less: 63 symbols of 17 bits and 63 single bits.
  private static let maxBlockByteCount = 64 * 31 / 8 + 1
  private static let margin = maxBlockByteCount + 16

  static func byteCount(window: Int) -> Int { ScratchArena.byteCount(window + margin, UInt8.self) }

  /// - Parameters:
  ///   - source: the file, which must outlive the reader.
  ///   - range: the range of the scan's data within the file. A marker follows it.
  ///   - nextRestart: the number of the first restart marker.
  ///   - windowSize: must be more than twice the margin.
  ///   - scratch: provides the memory of the window.
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

  /// Loads more bytes, and moves the unread ones to the start of the window.
  /// - Returns: the new value of `next`.
  @inline(never) mutating func advance(_ next: Int) throws(Unsupported) -> Int {
    guard !isSegmentWhole else { throw .extent }
    precondition(next <= filled, "refilling does not read past the bytes in the window before the end of a segment")
    filled -= next
    // SAFETY: the window has `filled + next` bytes, and a margin after the bytes of a segment.
    unsafe memmove(window.pointer, window.pointer + next, filled)
    unsafe clean(window.pointer)
    if isSegmentWhole { unsafe memset(window.pointer + filled, 0, ScanReader.margin) }
    limit = isSegmentWhole ? filled + 8 : filled - ScanReader.margin
    return 0
  }

  /// Copies data to the window, without stuffing, until the window is full or the segment ends.
  private mutating func clean(_ base: UnsafeMutablePointer<UInt8>) {
    let capacity = window.count - ScanReader.margin
    while filled < capacity {
      // SAFETY: `position <= end`, and the file is readable up to `end`; `filled + count <= capacity`.
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
      // The parser has checked that each 0xFF is followed by a zero or the number of a restart marker, within the data.
      guard position + 1 < end, unsafe source.load(fromByteOffset: position + 1, as: UInt8.self) == 0 else {
        isSegmentWhole = true
        return
      }
      unsafe base[filled] = 0xFF
      filled += 1
      position += 2
    }
  }

  /// Skips a restart marker. It must be the expected one, and no byte before it may be left.
  mutating func restart(_ bits: Bits) throws(Unsupported) -> Bits {
    try endSegment(bits)
    let marker = JPEGMarker.restarts.lowerBound + nextRestart
    guard position + 1 < end, unsafe source.load(fromByteOffset: position + 1, as: UInt8.self) == marker else {
      throw .extent
    }
    nextRestart = (nextRestart + 1) & 7
    position += 2
    (filled, limit, isSegmentWhole) = (0, -1, false)
    return Bits()
  }

  /// Checks that all data of the scan are used up.
  mutating func finish(_ bits: Bits) throws(Unsupported) {
    try endSegment(bits)
    guard position == end else { throw .extent }
  }

  /// At most seven bits may be left.
  private mutating func endSegment(_ bits: Bits) throws(Unsupported) {
    var next = bits.next
    if !isSegmentWhole { next = try advance(next) }
    guard isSegmentWhole, (0..<8).contains((filled - next) * 8 + bits.count) else { throw .extent }
  }
}
