internal import CLibDeflate
internal import Glibc
package import ImageCore
internal import PixelKernels

/// Writes PNG with libdeflate: about twice as fast as libpng, in files of the same size or smaller.
///
/// Each row gets the filter that promises the smallest output. The rows are then compressed in pieces (`ZlibPieces`). Each worker
/// has one encoder; its memory comes from the worker's pool.
package final class LibdeflatePNGEncoder {
  private let pool: BufferPool
  private let kernels: PNGKernels
  /// Compressors by libdeflate level, created on first use.
  private var compressors: [Int: Compressor] = [:]
  private var output: PooledBuffer?

  package init(pool: BufferPool, instructionSet: InstructionSet = .current) {
    self.pool = pool
    kernels = PNGKernels(instructionSet)
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
  /// time   4.0   3.3   2.3   2.6   1.8   1.9   2.0   2.7   1.8   2.8
  /// size   0.998 0.938 0.946 0.961 0.996 0.997 0.999 1.004 0.966 0.969
  /// libdeflate's levels 8 and 9 take as long as its level 10, and give larger files. With `minSum`, 4...7 would be 1.4-1.9 %
  /// larger.
  private static let efforts: [(level: Int, heuristic: FilterHeuristic)] = [
    (0, .none), (1, .minSum), (2, .minSum), (3, .minSum), (5, .minEntropy),
    (6, .minEntropy), (7, .minEntropy), (7, .minEntropy), (10, .minEntropy), (10, .minEntropy),
  ]

  /// Working memory of a compressor in bytes: libdeflate's best levels search for the cheapest of many codings. Includes the
  /// piece that `DeflateEnd` inflates again.
  package static func compressorByteCount(level: Int) -> Int {
    let level = efforts[level].level
    return (level < 10 ? 3 << 18 : 9 << 20) + ZlibPieces.pieceBytes(level: level) + DeflateEnd.workingByteCount
  }

  /// Working memory for filtering rows of this length.
  package static func filterByteCount(rowByteCount: Int) -> Int { 7 * (rowByteCount + 128) + 4096 }

  /// The file's bytes, which belong to the encoder and are valid until the next call.
  /// - Parameters:
  ///   - level: 0...9, on zlib's scale: 0 stores, 1 is fast, 9 is small.
  ///   - profile: for the plane's color space, RGB or gray. The sRGB chunk is then omitted.
  package func encode(
    _ plane: borrowing Plane, level: Int, profile: [UInt8]? = nil, chunks: PNGColorChunks = PNGColorChunks(),
    metadata: ImageMetadata = ImageMetadata()
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    precondition((0...9).contains(level), "a PNG level is 0...9")
    let profile = profile ?? []
    let (level, heuristic) = LibdeflatePNGEncoder.efforts[level]
    guard let compressor = compressor(level) else { throw .outOfMemory("no memory for a PNG compressor") }
    let filteredBytes = (plane.rowByteCount + 1) * plane.size.height
    let filtered = try allocating { () throws(OutOfMemory) in
      try pool.take(byteCount: filteredBytes + RowScratch.slack)
    }
    try unsafe filter(plane, into: filtered.base, by: heuristic)
    if pool.limit.hasPassed { throw .timeout }

    let pieces = ZlibPieces(compressor, kernels, pool: pool)
    let profileBound = profile.isEmpty ? 0 : pieces.bound(profile.count)
    let bound = pieces.bound(filteredBytes)
    guard bound < 1 << 31, profileBound < 1 << 31 else { throw .unsupported("a PNG chunk of 2 GiB or more") }
    // Signature, IHDR, cICP, sRGB, gAMA, cHRM, IEND, and what IDAT and iCCP have in addition to their data: 185 bytes.
    let capacity = bound + profileBound + metadata.chunkByteCount + 256
    output = nil
    let buffer = try allocating { () throws(OutOfMemory) in try pool.take(byteCount: capacity) }
    var writer = unsafe PNGChunkWriter(base: buffer.base, capacity: buffer.capacity)
    writer.putHeader(plane)
    let outgrown = CodecError.broken("a PNG outgrew its bound")
    guard try writer.putColor(chunks, profile, pieces) else { throw outgrown }
    writer.putMetadata(metadata)
    let fits = try unsafe writer.put(.idat) { target, space throws(CodecError) in
      try unsafe pieces.compress(UnsafeRawBufferPointer(start: filtered.base, count: filteredBytes), target, space)
    }
    guard fits else { throw outgrown }
    writer.put(.iend, [])
    let bytes = unsafe UnsafeRawBufferPointer(start: buffer.base, count: writer.count)
    output = consume buffer
    return unsafe bytes
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

  /// Writes every row after its filter byte, with samples in the file's byte order.
  private func filter(
    _ plane: borrowing Plane, into target: UnsafeMutableRawPointer, by heuristic: FilterHeuristic
  ) throws(CodecError) {
    let rowBytes = plane.rowByteCount
    let scratch = try allocating { () throws(OutOfMemory) in try RowScratch(rowBytes: rowBytes, pool: pool) }
    let heuristic = rowBytes > LibdeflatePNGEncoder.longestEntropyRow && heuristic == .minEntropy ? .minSum : heuristic
    if heuristic == .minEntropy { growInformation(to: rowBytes) }
    var best = RowFilter.count
    for y in pool.rows(of: plane) {
      // SAFETY: `target` has height * (rowBytes + 1) bytes and the slack of one more vector.
      let filtered = unsafe target + y * (rowBytes + 1)
      let row = unsafe scratch.row(y)
      switch plane.depth {
      case .eight: unsafe row.copyMemory(from: plane.row(y), byteCount: rowBytes)
      case .sixteen: unsafe kernels.copySwapped16(plane.row(y), row, rowBytes)
      }
      let previous = best
      best = 0
      if heuristic != .none {
        best = unsafe kernels.bestFilter(
          scratch.candidates, scratch.stride, row, scratch.row(y + 1), plane.channels * plane.depth.byteCount, rowBytes,
          scratch.sums)
      }
      if heuristic == .minEntropy {
        best = unsafe kernels.minEntropy(
          scratch.candidates, scratch.stride, rowBytes, scratch.sums, previous, information, scratch.counts)
      }
      unsafe filtered.storeBytes(of: UInt8(best), as: UInt8.self)
      let chosen = unsafe heuristic != .none ? scratch.candidates + best * scratch.stride : row
      unsafe (filtered + 1).copyMemory(from: chosen, byteCount: rowBytes)
    }
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

/// A libdeflate compressor of one level. Some levels need megabytes, so the encoder keeps it.
@safe final class Compressor {
  // SAFETY: made in init, freed once in deinit, used by one thread at a time.
  private let handle: OpaquePointer
  let level: Int

  /// Nil if memory is exhausted.
  /// - Parameter level: 0...12, libdeflate's scale.
  init?(level: Int) {
    guard let handle = unsafe libdeflate_alloc_compressor(Int32(level)) else { return nil }
    unsafe self.handle = unsafe handle
    self.level = level
  }

  deinit { unsafe libdeflate_free_compressor(handle) }

  /// Upper bound of the compressed size of `count` bytes.
  func bound(_ count: Int) -> Int { unsafe libdeflate_zlib_compress_bound(handle, count) }

  /// Writes a zlib stream and returns its size, or 0 if there is not enough space.
  func compress(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawPointer, _ space: Int) -> Int {
    unsafe libdeflate_zlib_compress(handle, source.baseAddress, source.count, target, space)
  }

  /// As `compress`, for a deflate stream without the zlib wrapper.
  func deflate(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawPointer, _ space: Int) -> Int {
    unsafe libdeflate_deflate_compress(handle, source.baseAddress, source.count, target, space)
  }
}

/// Memory for filtering: two alternating rows, each with zeros before it, and five candidates.
@safe private struct RowScratch: ~Copyable {
  /// Bytes that the kernels may read or write past a row, and zeros before a row (a pixel has at most 8 bytes).
  static let slack = 32

  let stride: Int
  private let buffer: PooledBuffer

  init(rowBytes: Int, pool: BufferPool) throws(OutOfMemory) {
    stride = (rowBytes + 2 * RowScratch.slack + 63) & ~63
    buffer = try pool.take(byteCount: 7 * stride + 512 * 4 + RowFilter.count * 8)
    unsafe buffer.base.initializeMemory(as: UInt8.self, repeating: 0, count: 2 * stride)
  }

  /// Row y does not share memory with row y - 1 and row y + 1.
  @unsafe func row(_ y: Int) -> UnsafeMutableRawPointer {
    unsafe buffer.base + (y & 1) * stride + RowScratch.slack
  }

  @unsafe var candidates: UnsafeMutableRawPointer { unsafe buffer.base + 2 * stride }

  @unsafe var sums: UnsafeMutablePointer<UInt64> {
    unsafe (buffer.base + 7 * stride + 512 * 4).bindMemory(to: UInt64.self, capacity: RowFilter.count)
  }

  /// 512 counters.
  @unsafe var counts: UnsafeMutablePointer<UInt32> {
    unsafe (buffer.base + 7 * stride).bindMemory(to: UInt32.self, capacity: 512)
  }
}
