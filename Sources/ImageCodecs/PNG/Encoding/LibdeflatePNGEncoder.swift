internal import Glibc
package import ImageCore
internal import PixelKernels

/// Writes PNG with libdeflate: about twice as fast as libpng, in files of the same size or smaller.
///
/// Each row gets the filter that promises the smallest output. Strips of filtered rows are compressed (`ZlibStream`). Each worker
/// has one encoder; its memory comes from the worker's pool.
package final class LibdeflatePNGEncoder {
  private let pool: BufferPool
  private let instructionSet: InstructionSet
  /// Compressors by libdeflate level, created on first use.
  private var compressors: [Int: Compressor] = [:]
  private var output: GrowingFile?

  package init(pool: BufferPool, instructionSet: InstructionSet = .current) {
    self.pool = pool
    self.instructionSet = instructionSet
  }

  /// n * log2(n) * 256 for n from 0 to the longest row so far.
  private var information: [UInt32] = [0]

  /// Longer rows are filtered by `minSum`, so that the table stays at 256 KB and its numbers below 2^28.
  private static let longestEntropyRow = 65_536

  /// libdeflate's level and the filter heuristic for each of zlib's levels.
  ///
  /// Measured with 101 thumbnails of 256 pixels (13.5 MB) against libpng at the same level (`kernel-bench encode`). Time is
  /// libpng's CPU time divided by this encoder's; size is this encoder's divided by libpng's:
  /// level  0     1     2     3     4     5     6     7     8     9
  /// time   4.2   4.9   5.1   4.2   4.3   4.8   6.1   8.2   1.8   2.7
  /// size   0.976 0.886 0.901 0.917 0.972 0.976 0.983 0.988 0.969 0.972
  /// At level 3, `minSum` would make 14 screenshots of 1280 pixels 2 % larger, and larger than those of libvips.
  /// Files of 42 photographs and drawings at 1280 pixels, in estimates before gray and palettes: at level 3 without runs 28.7 MB,
  /// with a `minSaving` of 160 28.2 MB and a search in 35 % of the strips, with 50 27.5 MB and 65 %. At 6 26.9 MB, with 160
  /// 27.9 MB, with 50 26.5 MB. Level 10 chooses its matches by their bits itself.
  /// libdeflate's levels 8 and 9 take as long as its level 10, and give larger files. With `minSum`, 4...7 would be 1.4-1.9 %
  /// larger.
  private static let efforts: [Effort] = [
    Effort(0, .none), Effort(1, .minSum, minSaving: 160), Effort(2, .minSum, minSaving: 160),
    Effort(2, .minEntropy, minSaving: 160), Effort(5, .minEntropy, minSaving: 50),
    Effort(6, .minEntropy, minSaving: 50), Effort(7, .minEntropy, minSaving: 50),
    Effort(7, .minEntropy, minSaving: 50), Effort(10, .minEntropy), Effort(10, .minEntropy),
  ]

  /// Upper bounds of what libdeflate allocates for a compressor: hash chains below level 10, and from there on the tables of its
  /// search for the cheapest coding.
  private static let hashChainByteCount = 768 << 10
  private static let parserByteCount = 9 << 20

  /// Working memory of a compressor in bytes: libdeflate's best levels search for the cheapest of many codings. Includes the
  /// filtered bytes that wait for it, and the piece that `DeflateEnd` inflates again.
  package static func compressorByteCount(level: Int) -> Int {
    let level = efforts[level].level
    return (level < 10 ? hashChainByteCount : parserByteCount) + ZlibStream.windowByteCount(level: level)
      + ZlibStream.pieceByteCount(level: level) + DeflateEnd.workingByteCount + RunCoder.workingByteCount
  }

  /// Working memory for filtering rows of this length, and room for one more.
  package static func filterByteCount(rowByteCount: Int) -> Int { 8 * (rowByteCount + 128) + 4096 }

  /// The file's bytes, which belong to the encoder and are valid until the next call.
  /// - Parameters:
  ///   - level: 0...9, on zlib's scale: 0 stores, 1 is fast, 9 is small.
  ///   - profile: for the plane's color space, RGB or gray. The sRGB chunk is then omitted.
  package func encode(
    _ plane: borrowing Plane, level: Int, profile: [UInt8]? = nil, chunks: PNGColorChunks = PNGColorChunks(),
    metadata: ImageMetadata = ImageMetadata()
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    precondition((0...9).contains(level), "a PNG level is 0...9")
    output = nil
    let request = Request(
      effort: LibdeflatePNGEncoder.efforts[level], profile: profile ?? [], chunks: chunks, metadata: metadata)
    // A profile for RGB may not describe gray pixels, but may describe gray colors of a palette.
    let stored = try plane.withoutConstantChannels(keepsColor: !request.profile.isEmpty, from: pool)
    let indexed = try PNGPixels.indexed(stored, from: pool)
    var best = try file(PNGPixels(stored), request)
    if let indexed {
      // Filtered pixels of smooth shades may take fewer bytes than indices, which are not filtered.
      let other = try file(indexed, request)
      if other.count < best.count { best = other }
    }
    output = best
    return unsafe best.bytes
  }

  private struct Request {
    let effort: Effort
    let profile: [UInt8]
    let chunks: PNGColorChunks
    let metadata: ImageMetadata
  }

  private func file(_ pixels: borrowing PNGPixels, _ request: Request) throws(CodecError) -> GrowingFile {
    guard let compressor = compressor(request.effort.level) else {
      throw .outOfMemory("no memory for a PNG compressor")
    }
    let zlib = ZlibWriter(
      compressor: compressor, minSaving: request.effort.minSaving, instructionSet: instructionSet, pool: pool)
    let file = GrowingFile(pool: pool)
    let writer = try PNGChunkWriter(file)
    try writer.putHeader(pixels)
    try writer.putColor(request.chunks, request.profile, zlib)
    try writer.putPalette(pixels)
    try writer.putMetadata(request.metadata)
    let heuristic = pixels.colorType == .palette ? .none : request.effort.heuristic
    let rowByteCount = pixels.rows.rowByteCount + 1
    try writer.put(.idat, zlib, byteCount: rowByteCount * pixels.size.height, maxPartByteCount: rowByteCount) {
      stream throws(CodecError) in
      try filter(pixels.rows, into: &stream, by: heuristic)
    }
    try writer.put(.iend, [])
    return file
  }

  private func compressor(_ level: Int) -> Compressor? {
    if compressors[level] == nil { compressors[level] = Compressor(level: level) }
    return compressors[level]
  }

  private func growInformation(to count: Int) {
    while information.count <= count {
      let n = Double(information.count)
      information.append(UInt32((n * log2(n) * 256).rounded()))
    }
  }

  /// Appends every row after its filter byte, with samples in the file's byte order.
  private func filter(
    _ plane: borrowing Plane, into stream: inout ZlibStream, by heuristic: FilterHeuristic
  ) throws(CodecError) {
    let rowBytes = plane.rowByteCount
    let scratch = try allocating { () throws(OutOfMemory) in try RowScratch(rowBytes: rowBytes, pool: pool) }
    let heuristic = rowBytes > LibdeflatePNGEncoder.longestEntropyRow && heuristic == .minEntropy ? .minSum : heuristic
    if heuristic == .minEntropy { growInformation(to: rowBytes) }
    let rowFilter = instructionSet.rowFilter
    var best = RowFilter.count
    for y in pool.rows(of: plane) {
      let row = unsafe scratch.row(y)
      switch plane.depth {
      case .eight: unsafe row.copyMemory(from: plane.row(y), byteCount: rowBytes)
      case .sixteen: unsafe instructionSet.unfilter.copySwapped16(plane.row(y), to: row, byteCount: rowBytes)
      }
      let previous = best
      best = 0
      if heuristic != .none {
        best = unsafe rowFilter.best(
          of: scratch.candidates, stride: scratch.stride, row: row, above: scratch.row(y + 1),
          pixelBytes: plane.channels * plane.depth.byteCount, byteCount: rowBytes, sums: scratch.sums)
      }
      if heuristic == .minEntropy {
        best = unsafe rowFilter.minEntropy(
          of: scratch.candidates, stride: scratch.stride, byteCount: rowBytes, sums: scratch.sums, previous: previous,
          information: information, counts: scratch.counts)
      }
      let (filter, chosen) = unsafe (
        UInt8(best), heuristic != .none ? scratch.candidates + best * scratch.stride : row
      )
      try unsafe stream.append(byteCount: rowBytes + 1) { filtered in
        unsafe filtered.storeBytes(of: filter, as: UInt8.self)
        unsafe (filtered + 1).copyMemory(from: chosen, byteCount: rowBytes)
      }
    }
    try pool.limit.check()
  }
}

/// How much time a level takes for smaller files.
private struct Effort {
  /// libdeflate's level.
  let level: Int
  let heuristic: FilterHeuristic
  /// See `ZlibWriter`.
  let minSaving: PerMille?

  init(_ level: Int, _ heuristic: FilterHeuristic, minSaving: PerMille? = nil) {
    self.level = level
    self.heuristic = heuristic
    self.minSaving = minSaving
  }
}

/// How a row's filter is chosen.
private enum FilterHeuristic {
  /// Filter type None for every row.
  case none
  /// The smallest sum of the absolute values of the bytes, read as signed numbers: libpng's heuristic.
  case minSum
  /// The smallest entropy of the bytes: slower, and about one percent smaller.
  case minEntropy
}
