internal import CLibDeflate
package import Imaging

/// Reads the common kinds of PNG four to five times as fast as libpng, or declines.
///
/// libdeflate inflates the whole picture in one go, into the far end of the plane's own memory; then the rows are
/// unfiltered to their places from the first to the last. So a picture needs the memory of its plane and no more.
///
/// Declined is everything that libpng would do differently or speak about: interlacing, fewer than 8 bits, tRNS without
/// a palette, any fault. The caller then asks libpng, whose words, errors and partial pixels decide. What is accepted
/// has the same pixels as libpng's, and libpng would have called it CODEC_OK. (One exception, harmless and never seen
/// in the wild: libdeflate takes some Huffman codes that RFC 1951 forbids, as long as data and checksums come out right.)
///
/// One decoder serves one worker for its whole life.
@safe package final class FastPNGDecoder {
  // SAFETY: made in init, freed once in deinit, used by one thread at a time.
  private let decompressor: OpaquePointer
  private let pool: BufferPool
  private let kernels: UnfilterKernels
  /// Pictures that inflate to more bytes than this are declined.
  private let mostBytes: Int

  /// Nil when memory is out.
  /// - Parameter mostBytes: the most that a picture may inflate to; above 1 GiB, libpng's row by row work is the better way.
  package init?(
    pool: BufferPool, mostBytes: Int = 1 << 30, instructionSet: InstructionSet = .current
  ) {
    guard let decompressor = unsafe libdeflate_alloc_decompressor() else { return nil }
    unsafe self.decompressor = unsafe decompressor
    self.pool = pool
    self.mostBytes = mostBytes
    kernels = UnfilterKernels(instructionSet)
  }

  deinit { unsafe libdeflate_free_decompressor(decompressor) }

  /// The stride to ask of a plane (`leastStride`) so that the inflated rows find room in it. A plane without it is
  /// served as well, from memory of the pool.
  package static func leastStride(for layout: PNGLayout, channels: Int) -> Int {
    layout.width * channels * (layout.bits / 8) + 1
  }

  /// The rows to ask of a plane (`leastRows`) so that two rows at a time find room as well.
  package static func leastRows(for layout: PNGLayout) -> Int { layout.height + 1 }

  /// Decodes into `plane`, whose size, channels and depth are those that libpng told for `layout`.
  /// False means declined: the plane's contents are then undefined.
  package func decode(_ bytes: UnsafeRawBufferPointer, layout: PNGLayout, into plane: borrowing Plane) -> Bool {
    guard FastPNGDecoder.accepts(layout, plane), let total = layout.inflatedBytes, total <= mostBytes,
      let chunks = unsafe PNGChunks(bytes, layout: layout)
    else { return false }
    let rowBytes = layout.fileRowBytes
    // Where rows have a byte to spare for the filter byte, everything inflated fits before the plane's end, and row y
    // of the plane, with the kernels' slack, ends before the filtered row y + 1 begins:
    // y * stride + rowBytes + slack < (y + 1) * stride + slack <= end - (height - y - 1) * (rowBytes + 1).
    // With one row of memory more, the same holds for two rows at a time.
    if plane.stride > rowBytes {
      let end = plane.stride * min(plane.rowCapacity, layout.height + 1) + FastPNGDecoder.slack
      let rows = unsafe plane.base + (end - total)
      return unsafe inflate(bytes, chunks, into: rows, total)
        && finish(layout, chunks, bytes, rows, into: plane, inPairs: plane.rowCapacity > layout.height)
    }
    let buffer = pool.take(byteCount: total + FastPNGDecoder.slack)
    return unsafe inflate(bytes, chunks, into: buffer.base, total)
      && finish(layout, chunks, bytes, buffer.base, into: plane, inPairs: false)
  }

  /// The kernels' slack: of the 64 spare bytes after a plane, the inflated rows take 32 and leave 32.
  private static let slack = 32

  private static func accepts(_ layout: PNGLayout, _ plane: borrowing Plane) -> Bool {
    guard !layout.isInterlaced, layout.bits == plane.depth.rawValue, layout.width == plane.size.width,
      layout.height == plane.size.height
    else { return false }
    switch layout.colourType {
    case 0, 2, 4, 6: return plane.channels == layout.samples
    case 3: return layout.bits == 8 && plane.channels >= 3
    default: return false
    }
  }

  /// Inflates every IDAT to exactly `count` bytes at `target`, using exactly their bytes, with the right Adler-32.
  private func inflate(
    _ bytes: UnsafeRawBufferPointer, _ chunks: PNGChunks, into target: UnsafeMutableRawPointer, _ count: Int
  ) -> Bool {
    let first = unsafe bytes.baseAddress.unsafelyUnwrapped + chunks.firstData
    if chunks.dataPieces == 1 { return unsafe inflate(first + 8, chunks.dataBytes, into: target, count) }
    let gathered = pool.take(byteCount: chunks.dataBytes)
    // SAFETY: the pieces follow each other without a gap and sum up to dataBytes, as PNGChunks has checked.
    var source = unsafe first
    var filled = 0
    while filled < chunks.dataBytes {
      let length = unsafe Int(UInt32(bigEndian: source.loadUnaligned(as: UInt32.self)))
      unsafe (gathered.base + filled).copyMemory(from: source + 8, byteCount: length)
      filled += length
      unsafe source += length + 12
    }
    return unsafe inflate(gathered.base, chunks.dataBytes, into: target, count)
  }

  private func inflate(
    _ source: UnsafeRawPointer, _ sourceCount: Int, into target: UnsafeMutableRawPointer, _ count: Int
  ) -> Bool {
    var used = 0
    let result = unsafe libdeflate_zlib_decompress_ex(decompressor, source, sourceCount, target, count, &used, nil)
    return result == LIBDEFLATE_SUCCESS && used == sourceCount
  }

  /// Unfilters all rows from `source` and brings them to the form of the plane.
  private func finish(
    _ layout: PNGLayout, _ chunks: PNGChunks, _ bytes: UnsafeRawBufferPointer, _ source: UnsafeRawPointer,
    into plane: borrowing Plane, inPairs: Bool
  ) -> Bool {
    let rowBytes = layout.fileRowBytes
    for y in 0..<layout.height {
      guard unsafe source.load(fromByteOffset: y * (rowBytes + 1), as: UInt8.self) <= 4 else { return false }
    }
    // Two rows: the zeros above the first, and where samples are in the file's form as long as the next row needs them.
    let stride = (rowBytes + FastPNGDecoder.slack + 63) & ~63
    let scratch = pool.take(byteCount: 2 * stride)
    unsafe scratch.base.initializeMemory(as: UInt8.self, repeating: 0, count: 2 * stride)
    if layout.colourType == 3 {
      guard let palette = unsafe PNGPalette(chunks, bytes, channels: plane.channels) else { return false }
      return unsafe throughScratch(layout, source, scratch.base, stride) { y, row in
        unsafe palette.expand(row, to: plane.row(y), count: layout.width)
      }
    }
    if layout.bits == 16 {
      return unsafe throughScratch(layout, source, scratch.base, stride) { y, row in
        unsafe kernels.copySwapped16(row, plane.row(y), rowBytes)
        return true
      }
    }
    var above = unsafe UnsafeRawPointer(scratch.base)
    let lastPair = inPairs ? layout.height - 2 : -1
    var y = 0
    while y < layout.height {
      let filtered = unsafe source + y * (rowBytes + 1)
      let row = unsafe plane.row(y)
      let filter = unsafe filtered.load(as: UInt8.self)
      if filter == 4, y <= lastPair, unsafe filtered.load(fromByteOffset: rowBytes + 1, as: UInt8.self) == 4 {
        unsafe kernels.twoPaethRows(layout.samples, row, plane.stride, filtered + 1, above, rowBytes)
        unsafe above = UnsafeRawPointer(row + plane.stride)
        y += 2
      } else {
        unsafe kernels.unfilter(filter, layout.samples, row, filtered + 1, above, rowBytes)
        unsafe above = UnsafeRawPointer(row)
        y += 1
      }
    }
    return true
  }

  /// Unfilters row after row into the two scratch rows by turns, and hands each over; false as soon as `body` says so.
  private func throughScratch(
    _ layout: PNGLayout, _ source: UnsafeRawPointer, _ scratch: UnsafeMutableRawPointer, _ stride: Int,
    _ body: (Int, UnsafeRawPointer) -> Bool
  ) -> Bool {
    let rowBytes = layout.fileRowBytes
    let pixelBytes = layout.samples * (layout.bits / 8)
    for y in 0..<layout.height {
      let filtered = unsafe source + y * (rowBytes + 1)
      let row = unsafe scratch + (y & 1) * stride
      let above = unsafe scratch + (~y & 1) * stride
      unsafe kernels.unfilter(filtered.load(as: UInt8.self), pixelBytes, row, filtered + 1, above, rowBytes)
      guard unsafe body(y, row) else { return false }
    }
    return true
  }
}
