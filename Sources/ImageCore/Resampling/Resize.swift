internal import Parallelism

/// Resamples planes for one worker, and reuses its memory and recent weights. Must not be shared between threads.
package final class Resampler {
  private let pool: BufferPool
  private let instructions: InstructionSet
  private var cache: WeightsCache

  /// - Parameter maxWeightBytes: maximum size of the weights that are kept for the next image.
  package convenience init(pool: BufferPool, maxWeightBytes: Int = WeightsCache.maxBytes) {
    self.init(pool: pool, instructions: .current, maxWeightBytes: maxWeightBytes)
  }

  init(pool: BufferPool, instructions: InstructionSet, maxWeightBytes: Int = WeightsCache.maxBytes) {
    self.pool = pool
    self.instructions = instructions
    cache = WeightsCache(maxBytes: maxWeightBytes)
  }

  /// Releases the weights of earlier images.
  package func forget() { cache.removeAll() }

  /// Resamples a part of a plane.
  ///
  /// Rows are summed before columns, without an intermediate rounding to samples. The result is within one of exact arithmetic
  /// rounded once. Values beyond the range of samples, which the negative lobes of a kernel may cause, are clamped. A part of the
  /// same size as the output, at a whole offset, is copied exactly. `ColumnsFirst` describes the exception.
  /// - Parameters:
  ///   - depth: the depth of the output; that of the source if nil. 255 in 8 bits corresponds to 65535 in 16.
  ///   - bands: bands of output rows that run at the same time. The output does not depend on it.
  ///   - deadline: on CLOCK_MONOTONIC in nanoseconds, 0 for never. After the deadline no more rows are computed and the output is
  ///     undefined, so a caller that sets one must check the clock afterward.
  package func resized(
    _ source: borrowing Plane, rect: SourceRect, to size: PixelSize, kernel: Kernel, depth: SampleDepth? = nil,
    bands: Int = 1, deadline: UInt64 = 0
  ) throws(OutOfMemory) -> Plane {
    let (down, across) = (rect.down(source.size, to: size), rect.across(source.size, to: size))
    // For a crop, only the columns that it needs are summed.
    let columns = across.reached(by: kernel)
    if let steps = ColumnsFirst(source.size, rect: rect, to: size, columnCount: columns.count) {
      let narrow = try resized(
        source, rect: steps.columns, to: steps.size, kernel: kernel, depth: .sixteen, bands: bands, deadline: deadline)
      return try resized(
        narrow, rect: steps.rows, to: size, kernel: kernel, depth: depth ?? source.depth, bands: bands,
        deadline: deadline)
    }
    let result = try Plane(size: size, channels: source.channels, depth: depth ?? source.depth, from: pool)
    if down.isCopy && across.isCopy && result.depth == source.depth {
      copy(source, x: Int(rect.x), y: Int(rect.y), into: result)
      return result
    }
    let passes = instructions.resizePasses(for: source.depth)
    let vertical = try cache.weights(kernel, down, largestSample: 255, passes.form)
    let shown = PixelSize(width: columns.count, height: source.size.height)
    let offset = columns.lowerBound * source.channels * source.depth.byteCount
    let horizontal = try cache.weights(kernel, across.within(columns), largestSample: 32768, passes.form)
    let layout = AccumulatorLayout(passes, vertical: vertical, width: shown.width, channels: source.channels)
    let bands = max(1, min(bands, (size.height + RowAccumulator.blockRows - 1) / RowAccumulator.blockRows))
    let scratch = try pool.take(byteCount: layout.byteCount * bands)
    // SAFETY: the planes and the scratch outlive the bands, which end before this function returns.
    let work = unsafe RowBands(
      source: source.base + offset, sourceStride: source.stride, sourceSize: shown, channels: source.channels,
      target: AccumulatorTarget(result), vertical: vertical, horizontal: horizontal, scratch: scratch.base,
      layout: layout, count: bands, deadline: deadline)
    _ = concurrentMap(count: bands, workers: bands) { band in work.run(band, passes) }
    return result
  }

  /// The same for a source whose rows arrive in strips; nil if `ColumnsFirst` applies, which needs the whole source.
  /// - Parameters:
  ///   - sourceSize: the size of the whole source.
  ///   - depth: the depth of the output.
  ///   - takesProducts: whether the source has 16-bit products of color and alpha. If not, it has the depth of the output.
  package func streamed(
    _ sourceSize: PixelSize, channels: Int, depth: SampleDepth, takesProducts: Bool = false, rect: SourceRect,
    to size: PixelSize, kernel: Kernel
  ) throws(OutOfMemory) -> StreamedResize? {
    let across = rect.across(sourceSize, to: size)
    let columns = across.reached(by: kernel)
    guard ColumnsFirst(sourceSize, rect: rect, to: size, columnCount: columns.count) == nil else { return nil }
    let sourceDepth = takesProducts ? .sixteen : depth
    let passes = instructions.resizePasses(for: sourceDepth)
    return try StreamedResize(
      vertical: cache.weights(kernel, rect.down(sourceSize, to: size), largestSample: 255, passes.form),
      horizontal: cache.weights(kernel, across.within(columns), largestSample: 32768, passes.form),
      offset: columns.lowerBound * channels * sourceDepth.byteCount,
      result: Plane(size: size, channels: channels, depth: depth, from: pool), takesProducts: takesProducts,
      passes: passes, pool: pool)
  }

  private func copy(_ source: borrowing Plane, x: Int, y: Int, into result: borrowing Plane) {
    let offset = x * source.channels * source.depth.byteCount
    for row in 0..<result.size.height {
      // SAFETY: the box is within the source (`ResampleAxis.isCopy`), so the row has this many bytes from the offset on.
      unsafe result.row(row).copyMemory(from: source.row(y + row) + offset, byteCount: result.rowByteCount)
    }
  }
}
