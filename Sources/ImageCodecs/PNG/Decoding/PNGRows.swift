internal import Glibc
internal import ImageCore
internal import PixelKernels

/// Reads the rows of one PNG from the first to the last, on request. Inflates a strip at a time into memory that stays in the
/// cache, unfilters it, and converts it to the layout of a plane.
@safe struct PNGRows: ~Copyable {
  private let layout: PNGPixelLayout
  private let palette: PNGPalette?
  private let unfilter: any UnfilterKernels.Type
  private let inflater: Inflater
  /// The last window, and the rows that are inflated but not unfiltered yet: `room` bytes, then the slack of all readers and
  /// writers.
  private let inflated: PooledBuffer
  private let room: Int
  // SAFETY: both are within `inflated`. `next` is the position of the next row's filter byte, `end` the position to inflate to.
  private var next: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer
  private var hasEnded = false
  private var row = 0
  /// Two alternating rows in the file's form. The first one is zeros at the start.
  private let scratch: PooledBuffer
  private let scratchStride: Int
  // SAFETY: the row above the next one, in the file's form. It is in `scratch`, or in a plane that the caller still owns.
  private var above: UnsafeRawPointer

  /// Nil if this decoder does not read files of this kind, or if the file is malformed outside its compressed data.
  /// - Parameters:
  ///   - bytes: must stay valid.
  ///   - strip: maximum number of rows per read.
  ///   - deadline: as in `DecodeLimits`. Once it has passed, reading fails.
  init?(
    _ bytes: UnsafeRawBufferPointer, layout: PNGPixelLayout, channels: Int, depth: SampleDepth, strip: Int,
    inflater: Inflater, unfilter: any UnfilterKernels.Type, pool: BufferPool, deadline: UInt64 = 0
  ) throws(OutOfMemory) {
    guard StreamingPNGDecoder.accepts(layout, channels: channels, depth: depth),
      let chunks = unsafe PNGChunks(bytes.bytes, layout: layout, limit: TimeLimit(deadline: deadline))
    else { return nil }
    var palette: PNGPalette?
    if layout.colorType == 3 {
      palette = unsafe PNGPalette(chunks, bytes.bytes, channels: channels)
      if palette == nil { return nil }
    }
    let data = unsafe IDATReader(firstData: chunks.firstData, byteCount: chunks.dataBytes, of: bytes)
    guard inflater.begin(data, deadline: deadline) else { return nil }
    let room = Inflater.window + max(strip * (layout.fileRowBytes + 1), Inflater.window) + Inflater.slack
    let scratchStride = (layout.fileRowBytes + Unfilter.slack + 63) & ~63
    let inflated = try pool.take(byteCount: room + Inflater.slack + Unfilter.slack)
    let scratch = try pool.take(byteCount: 2 * scratchStride)
    self.layout = layout
    self.palette = palette
    self.unfilter = unfilter
    self.inflater = inflater
    self.room = room
    self.scratchStride = scratchStride
    unsafe next = inflated.base
    unsafe end = inflated.base
    unsafe memset(scratch.base, 0, 2 * scratchStride)
    unsafe above = UnsafeRawPointer(scratch.base)
    self.inflated = inflated
    self.scratch = scratch
  }

  /// Reads the next `count` rows into the rows of a plane from `first` on; false if the data are malformed.
  /// - Parameter plane: as wide as the image. The plane of the previous rows must still exist and contain them.
  mutating func read(_ count: Int, into plane: borrowing Plane, first: Int) -> Bool {
    guard inflate(count) else { return false }
    if palette != nil || layout.bits == 16 { return throughScratch(count, plane, first) }
    let rowBytes = layout.fileRowBytes
    let last = first + count - 1
    var y = first
    while y <= last {
      let to = unsafe plane.row(y)
      let filter = unsafe next.load(as: UInt8.self)
      guard filter <= 4 else { return false }
      // The kernels for several rows may write one byte after each row.
      let together = filter == 4 && plane.stride > rowBytes ? paethRows(atMost: last + 1 - y) : 1
      switch together {
      case 4:
        unsafe unfilter.fourPaethRows(
          pixelBytes: layout.samples, into: to, stride: plane.stride, from: next + 1, above: above, byteCount: rowBytes)
      case 2:
        unsafe unfilter.twoPaethRows(
          pixelBytes: layout.samples, into: to, stride: plane.stride, from: next + 1, above: above, byteCount: rowBytes)
      default:
        unsafe unfilter.row(
          filter: filter, pixelBytes: layout.samples, into: to, from: next + 1, above: above, byteCount: rowBytes)
      }
      unsafe above = UnsafeRawPointer(to + (together - 1) * plane.stride)
      unsafe next += together * (rowBytes + 1)
      y += together
    }
    row += count
    return true
  }

  /// After the last row: whether the stream ends where it must.
  mutating func endsCorrectly() -> Bool {
    if !hasEnded {
      let stop = unsafe end + 1
      guard unsafe inflater.run(&end, stop: stop, windowStart: inflated.base) == .ended else { return false }
    }
    return unsafe row == layout.height && end == next
  }

  /// Makes sure that `count` filtered rows are in memory.
  private mutating func inflate(_ count: Int) -> Bool {
    let needed = count * (layout.fileRowBytes + 1)
    if unsafe next + needed > inflated.base + room - Inflater.slack {
      // What matches may still refer to, and what is not unfiltered yet, moves to the front.
      let kept = unsafe min(end - inflated.base, max(Inflater.window, end - next))
      unsafe memmove(inflated.base, end - kept, kept)
      let moved = unsafe end - kept - inflated.base
      unsafe next -= moved
      unsafe end -= moved
    }
    let stop = unsafe next + needed
    while unsafe end < stop {
      switch unsafe inflater.run(&end, stop: stop, windowStart: inflated.base) {
      case .paused: continue
      case .faulty: return false
      case .ended:
        hasEnded = true
        return unsafe end >= stop
      }
    }
    return true
  }

  /// How many of the next rows have the Paeth filter, as far as one kernel takes them together: 4, 2 or 1.
  private func paethRows(atMost maximum: Int) -> Int {
    let rowBytes = layout.fileRowBytes
    func isPaeth(_ row: Int) -> Bool { unsafe next.load(fromByteOffset: row * (rowBytes + 1), as: UInt8.self) == 4 }
    guard maximum >= 2, isPaeth(1) else { return 1 }
    guard maximum >= 4, layout.samples >= 3, layout.width >= 4, isPaeth(2), isPaeth(3) else { return 2 }
    return 4
  }

  /// Unfilters into the two scratch rows in turn, and converts each to the layout of the plane.
  private mutating func throughScratch(_ count: Int, _ plane: borrowing Plane, _ first: Int) -> Bool {
    let rowBytes = layout.fileRowBytes
    let pixelBytes = layout.samples * (layout.bits / 8)
    for y in first..<first + count {
      let filter = unsafe next.load(as: UInt8.self)
      guard filter <= 4 else { return false }
      let to = unsafe scratch.base + (~row & 1) * scratchStride
      unsafe unfilter.row(
        filter: filter, pixelBytes: pixelBytes, into: to, from: next + 1, above: above, byteCount: rowBytes)
      unsafe above = UnsafeRawPointer(to)
      unsafe next += rowBytes + 1
      row += 1
      if let palette {
        guard unsafe palette.expand(to, to: plane.row(y), count: layout.width) else { return false }
      } else {
        unsafe unfilter.copySwapped16(to, to: plane.row(y), byteCount: rowBytes)
      }
    }
    return true
  }
}
