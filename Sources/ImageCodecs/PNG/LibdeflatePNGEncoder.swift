internal import CLibDeflate
internal import Glibc
package import ImageCore
internal import PixelKernels

/// Writes PNG with libdeflate, about twice as fast as libpng, in files of the same size or less.
///
/// Rows are filtered each in the way that promises most, then compressed, in pieces (`ZlibPieces`). One encoder serves one worker for its whole life; its memory comes from the worker's pool.
package final class LibdeflatePNGEncoder {
  private let pool: BufferPool
  private let kernels: PNGKernels
  /// By libdeflate's level, made when first asked for.
  private var compressors: [Int: Compressor] = [:]
  private var output: PooledBuffer?

  package init(pool: BufferPool, instructionSet: InstructionSet = .current) {
    self.pool = pool
    kernels = PNGKernels(instructionSet)
  }

  /// n * log2(n) * 256 for n from 0 to the longest row so far.
  private var information: [UInt32] = [0]

  /// Rows longer than this are filtered by least sums: so the table stays at 256 KB and its numbers below 2^28.
  private static let longestEntropyRow = 65_536

  /// libdeflate's level, and the way to choose filters, for each of zlib's levels.
  ///
  /// Found with 101 thumbnails of 256 pixels (13.5 MB) beside libpng at the same level (`kernel-bench encode`); CPU time is
  /// libpng's divided by this, size is this divided by libpng's:
  /// level  0     1     2     3     4     5     6     7     8     9
  /// time   4.0   3.3   2.3   2.6   1.8   1.9   2.0   2.7   1.8   2.8
  /// size   0.998 0.938 0.946 0.961 0.996 0.997 0.999 1.004 0.966 0.969
  /// libdeflate's 8 and 9 take as long as its 10, and are larger. With least sums 4...7 would be 1.4-1.9 % larger.
  private static let efforts: [(level: Int, heuristic: FilterHeuristic)] = [
    (0, .none), (1, .minSum), (2, .minSum), (3, .minSum), (5, .minEntropy),
    (6, .minEntropy), (7, .minEntropy), (7, .minEntropy), (10, .minEntropy), (10, .minEntropy),
  ]

  /// What a compressor takes for itself, in bytes: the best levels of libdeflate look for the cheapest of many codings. With it a
  /// piece, which is inflated once more.
  package static func compressorByteCount(level: Int) -> Int {
    let level = efforts[level].level
    return (level < 10 ? 3 << 18 : 9 << 20) + ZlibPieces.pieceBytes(level: level) + DeflateEnd.workingByteCount
  }

  /// What rows of so many bytes take while they are filtered.
  package static func filterByteCount(rowByteCount: Int) -> Int { 7 * (rowByteCount + 128) + 4096 }

  /// The file's bytes, which belong to the encoder and are valid until the next call.
  /// - Parameters:
  ///   - level: 0...9, in zlib's sense: 0 stores, 1 is fast, 9 is small.
  ///   - profile: of the plane's kind of color, RGB or gray; then the sRGB chunk is left out.
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
    // Signature, IHDR, cICP, sRGB, gAMA, cHRM, IEND, and what IDAT and iCCP have beside their data: 185 bytes.
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

  /// Writes every row with its filter byte before it, samples in the file's order.
  private func filter(
    _ plane: borrowing Plane, into target: UnsafeMutableRawPointer, by heuristic: FilterHeuristic
  ) throws(CodecError) {
    let rowBytes = plane.rowByteCount
    let scratch = try allocating { () throws(OutOfMemory) in try RowScratch(rowBytes: rowBytes, pool: pool) }
    let heuristic = rowBytes > LibdeflatePNGEncoder.longestEntropyRow && heuristic == .minEntropy ? .minSum : heuristic
    if heuristic == .minEntropy { growInformation(to: rowBytes) }
    var best = RowFilter.count
    for y in pool.rows(of: plane) {
      // SAFETY: `target` has height * (rowBytes + 1) bytes and the slack of one vector more.
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
  /// None for every row.
  case none
  /// The least sum of bytes as signed, in absolute value: libpng's way.
  case minSum
  /// The least entropy of bytes: slower, and smaller by about one percent.
  case minEntropy
}

/// A compressor of libdeflate at one level; some levels need megabytes, so it is kept.
@safe final class Compressor {
  // SAFETY: made in init, freed once in deinit, used by one thread at a time.
  private let handle: OpaquePointer
  let level: Int

  /// Nil when memory is out.
  /// - Parameter level: 0...12, as libdeflate counts.
  init?(level: Int) {
    guard let handle = unsafe libdeflate_alloc_compressor(Int32(level)) else { return nil }
    unsafe self.handle = unsafe handle
    self.level = level
  }

  deinit { unsafe libdeflate_free_compressor(handle) }

  /// The most that `count` bytes become.
  func bound(_ count: Int) -> Int { unsafe libdeflate_zlib_compress_bound(handle, count) }

  /// Bytes written of a zlib stream; 0 if there is not enough space.
  func compress(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawPointer, _ space: Int) -> Int {
    unsafe libdeflate_zlib_compress(handle, source.baseAddress, source.count, target, space)
  }

  /// The same as a deflate stream alone.
  func deflate(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawPointer, _ space: Int) -> Int {
    unsafe libdeflate_deflate_compress(handle, source.baseAddress, source.count, target, space)
  }
}

/// Memory for filtering: two rows by turns, each with zeros before it, and five candidates.
@safe private struct RowScratch: ~Copyable {
  /// What the kernels may read or write past a row, and zeros before one (a pixel is 8 bytes at most).
  static let slack = 32

  let stride: Int
  private let buffer: PooledBuffer

  init(rowBytes: Int, pool: BufferPool) throws(OutOfMemory) {
    stride = (rowBytes + 2 * RowScratch.slack + 63) & ~63
    buffer = try pool.take(byteCount: 7 * stride + 512 * 4 + RowFilter.count * 8)
    unsafe buffer.base.initializeMemory(as: UInt8.self, repeating: 0, count: 2 * stride)
  }

  /// Row y and row y - 1 (as well as y + 1) differ.
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
