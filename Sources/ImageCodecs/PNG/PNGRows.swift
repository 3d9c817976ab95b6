internal import Glibc
internal import ImageCore

/// The rows of one PNG from the first to the last, as they are asked for: inflated a strip at a time into memory that
/// stays in the cache, unfiltered, and brought to the form of a plane.
@safe struct PNGRows: ~Copyable {
  private let layout: PNGPixelLayout
  private let palette: PNGPalette?
  private let kernels: PNGKernels
  private let inflater: Inflater
  /// The last window and what is inflated but not unfiltered yet; `room` bytes, then the slack of all who write or read.
  private let inflated: PooledBuffer
  private let room: Int
  // SAFETY: both lie within `inflated`: where the next row's filter byte is, or will be, and where to inflate to.
  private var next: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer
  private var hasEnded = false
  private var row = 0
  /// Two rows in the file's form, by turns, of which the first is zeros to begin with.
  private let scratch: PooledBuffer
  private let scratchStride: Int
  // SAFETY: the row above the next, in the file's form: in `scratch`, or in a plane that the caller still has.
  private var above: UnsafeRawPointer

  /// What the kernels may read and write past a row.
  private static let slack = 32

  /// Nil where the file is not of a kind that is read here, or is not sound up to its pixels.
  /// - Parameters:
  ///   - bytes: must stay.
  ///   - strip: the most rows that are read at once.
  ///   - deadline: as in `DecodeLimits`; once it has passed, no more rows are sound.
  init?(
    _ bytes: UnsafeRawBufferPointer, layout: PNGPixelLayout, channels: Int, depth: SampleDepth, strip: Int,
    inflater: Inflater, kernels: PNGKernels, pool: BufferPool, deadline: UInt64 = 0
  ) throws(OutOfMemory) {
    guard StreamingPNGDecoder.accepts(layout, channels: channels, depth: depth),
      let chunks = unsafe PNGChunks(bytes, layout: layout, limit: TimeLimit(deadline: deadline))
    else { return nil }
    var palette: PNGPalette?
    if layout.colorType == 3 {
      palette = unsafe PNGPalette(chunks, bytes, channels: channels)
      if palette == nil { return nil }
    }
    guard unsafe inflater.begin(IDATReader(chunks, of: bytes), deadline: deadline) else { return nil }
    let room = Inflater.window + max(strip * (layout.fileRowBytes + 1), Inflater.window) + Inflater.slack
    let scratchStride = (layout.fileRowBytes + PNGRows.slack + 63) & ~63
    let inflated = try pool.take(byteCount: room + Inflater.slack + PNGRows.slack)
    let scratch = try pool.take(byteCount: 2 * scratchStride)
    self.layout = layout
    self.palette = palette
    self.kernels = kernels
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

  /// The next `count` rows go to those of a plane from `first` on. False: what was read is not sound.
  /// - Parameter plane: as wide as the image. The one of the rows before must still be there, with those rows.
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
      // Those of several rows may write one byte after each.
      let together = filter == 4 && plane.stride > rowBytes ? paethRows(atMost: last + 1 - y) : 1
      switch together {
      case 4: unsafe kernels.fourPaethRows(layout.samples, to, plane.stride, next + 1, above, rowBytes)
      case 2: unsafe kernels.twoPaethRows(layout.samples, to, plane.stride, next + 1, above, rowBytes)
      default: unsafe kernels.unfilter(filter, layout.samples, to, next + 1, above, rowBytes)
      }
      unsafe above = UnsafeRawPointer(to + (together - 1) * plane.stride)
      unsafe next += together * (rowBytes + 1)
      y += together
    }
    row += count
    return true
  }

  /// After the last row: whether the stream ends with it as it should.
  mutating func endsRightly() -> Bool {
    if !hasEnded {
      let stop = unsafe end + 1
      guard unsafe inflater.run(&end, stop: stop, windowStart: inflated.base) == .ended else { return false }
    }
    return unsafe row == layout.height && end == next
  }

  /// Makes sure that so many rows are there, in the filtered form.
  private mutating func inflate(_ count: Int) -> Bool {
    let needed = count * (layout.fileRowBytes + 1)
    if unsafe next + needed > inflated.base + room - Inflater.slack {
      // What matches may still take, and what is not unfiltered, goes to the front.
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

  /// How many of the next rows are Paeth's, as far as a kernel takes them together: 4, 2 or 1.
  private func paethRows(atMost maximum: Int) -> Int {
    let rowBytes = layout.fileRowBytes
    func isPaeth(_ row: Int) -> Bool { unsafe next.load(fromByteOffset: row * (rowBytes + 1), as: UInt8.self) == 4 }
    guard maximum >= 2, isPaeth(1) else { return 1 }
    guard maximum >= 4, layout.samples >= 3, layout.width >= 4, isPaeth(2), isPaeth(3) else { return 2 }
    return 4
  }

  /// Unfilters into the two scratch rows by turns, and brings each to the plane's form.
  private mutating func throughScratch(_ count: Int, _ plane: borrowing Plane, _ first: Int) -> Bool {
    let rowBytes = layout.fileRowBytes
    let pixelBytes = layout.samples * (layout.bits / 8)
    for y in first..<first + count {
      let filter = unsafe next.load(as: UInt8.self)
      guard filter <= 4 else { return false }
      let to = unsafe scratch.base + (~row & 1) * scratchStride
      unsafe kernels.unfilter(filter, pixelBytes, to, next + 1, above, rowBytes)
      unsafe above = UnsafeRawPointer(to)
      unsafe next += rowBytes + 1
      row += 1
      if let palette {
        guard unsafe palette.expand(to, to: plane.row(y), count: layout.width) else { return false }
      } else {
        unsafe kernels.copySwapped16(to, plane.row(y), rowBytes)
      }
    }
    return true
  }
}
