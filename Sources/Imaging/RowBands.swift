/// One resampling, cut into bands of output rows for as many threads: all that a band needs, and the bytes it may touch.
///
/// The output does not depend on the cut: every row is a function of the source alone.
@safe struct RowBands: @unchecked Sendable {
  // SAFETY, of the promise to the compiler: the source and the weights are only read while bands run; each band writes
  // its own output rows and its own `scratchBytes`, and no two bands overlap. The lender of the pointers, `Resampler`,
  // holds the planes and the scratch until all bands have ended.
  let source: UnsafeRawPointer
  let sourceStride: Int
  let sourceSize: PixelSize
  let result: UnsafeMutableRawPointer
  let resultStride: Int
  let resultSize: PixelSize
  let resultDepth: SampleDepth
  let channels: Int
  let vertical: Weights
  let horizontal: Weights
  let scratch: UnsafeMutableRawPointer
  let layout: ResizeLayout
  /// 1 or more.
  let count: Int

  /// Output rows that are made together; bands are whole blocks of them.
  static let blockRows = 8

  /// The output rows of a band, from the top down; empty where there are fewer blocks than bands.
  func rows(of band: Int) -> Range<Int> { RowBands.rows(of: band, of: count, height: resultSize.height) }

  static func rows(of band: Int, of count: Int, height: Int) -> Range<Int> {
    let blocks = (height + blockRows - 1) / blockRows
    let (first, end) = (blocks * band / count, blocks * (band + 1) / count)
    return min(first * blockRows, height)..<min(end * blockRows, height)
  }
}

/// Where the parts of a band's scratch memory lie, and how many source samples of a row are worked on together.
struct ResizeLayout {
  /// Samples of a strip: a multiple of 96, so that a strip is whole vectors of 32, and whole pairs of pixels of any
  /// number of channels, and tiles of six samples of three channels.
  let strip: Int
  let rowsOffset: Int
  let columnsOffset: Int
  let sumsOffset: Int
  let byteCount: Int
  /// Bytes from the start to clear once: paired rows and lines, so that what fills them up is finite.
  var clearedBytes: Int { columnsOffset }

  /// Bytes from one of the eight rows of a strip to the next.
  let rowStride: Int

  /// Output pixels whose sums are stored together.
  static let chunk = 32

  init(_ passes: any ResizePasses.Type, width: Int, channels: Int, vertical: Weights) {
    let pairs = ResizeLayout.mostPairs(vertical)
    // Measured: 384 is best for rows that fill more than the first-level cache, too; only a huge reduction, whose output
    // rows take thousands of source rows, should not ask for megabytes.
    strip = pairs * 384 * passes.pairBytes <= 1 << 20 ? 384 : 96
    rowStride = (strip + 32) * passes.rowSampleBytes
    rowsOffset = pairs * strip * passes.pairBytes
    columnsOffset = rowsOffset + RowBands.blockRows * rowStride
    // Tiles of eight samples are written whole, and a pixel may be added to make a pair.
    let samples = (width + 1) * channels + 8
    sumsOffset = (columnsOffset + samples * passes.columnSampleBytes + 63) & ~63
    byteCount = sumsOffset + ResizeLayout.chunk * channels * 32
  }

  /// The most pairs of source rows that a block of output rows takes.
  private static func mostPairs(_ vertical: Weights) -> Int {
    stride(from: 0, to: vertical.axis.count, by: RowBands.blockRows).reduce(1) { most, start in
      max(most, vertical.pairs(for: start..<min(start + RowBands.blockRows, vertical.axis.count)).count)
    }
  }
}

extension Weights {
  /// The pairs of source samples (2i, 2i + 1) that some output samples take.
  func pairs(for rows: Range<Int>) -> Range<Int> {
    let firsts = first[rows]
    let least = firsts.min() ?? 0
    let most = firsts.max() ?? 0
    return Int(least) / 2..<(Int(most) + tapCount) / 2
  }
}
