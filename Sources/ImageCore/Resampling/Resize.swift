internal import Parallelism

/// Resamples planes for one worker, whose memory and last weights it uses again. Not for sharing between threads.
package final class Resampler {
  private let pool: BufferPool
  private let instructions: InstructionSet
  private var cache: WeightsCache

  /// - Parameter mostWeightBytes: of weights that are kept for the next image.
  package convenience init(pool: BufferPool, maxWeightBytes: Int = WeightsCache.maxBytes) {
    self.init(pool: pool, instructions: .current, maxWeightBytes: maxWeightBytes)
  }

  init(pool: BufferPool, instructions: InstructionSet, maxWeightBytes: Int = WeightsCache.maxBytes) {
    self.pool = pool
    self.instructions = instructions
    cache = WeightsCache(maxBytes: maxWeightBytes)
  }

  /// Keeps nothing of the images so far.
  package func forget() { cache.removeAll() }

  /// The part of a plane that a box shows, resampled.
  ///
  /// Rows are summed before columns, without an intermediate rounding to samples: the result is within one of exact
  /// arithmetic rounded once. Values beyond the samples' range, which the negative lobes of a kernel may make, are
  /// clamped. A part of the same size as the output, at a whole offset, is copied exactly. `ColumnsFirst` has the exception.
  /// - Parameters:
  ///   - depth: the output's; the source's if nil. 255 of 8 bits stands for 65535 of 16.
  ///   - bands: bands of output rows that run at once. The output does not depend on it.
  ///   - deadline: on CLOCK_MONOTONIC in nanoseconds, 0 for never. Once it has passed no more rows are made, and the output is
  ///     undefined: who gives one looks at the clock afterwards.
  package func resized(
    _ source: borrowing Plane, rect: SourceRect, to size: PixelSize, kernel: Kernel, depth: SampleDepth? = nil,
    bands: Int = 1, deadline: UInt64 = 0
  ) throws(OutOfMemory) -> Plane {
    let (down, across) = (rect.down(source.size, to: size), rect.across(source.size, to: size))
    // Of a crop only the columns that it needs are summed.
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
    // SAFETY: the planes and the scratch outlive the bands, which end before this function does.
    let work = unsafe RowBands(
      source: source.base + offset, sourceStride: source.stride, sourceSize: shown, channels: source.channels,
      target: AccumulatorTarget(result), vertical: vertical, horizontal: horizontal, scratch: scratch.base,
      layout: layout, count: bands, deadline: deadline)
    _ = concurrentMap(count: bands, workers: bands) { band in work.run(band, passes) }
    return result
  }

  /// The same for a source whose rows come by and by.
  /// - Parameters:
  ///   - sourceSize: of the whole source, from which what the box shows must differ in size or place.
  ///   - depth: the source's and the output's.
  package func streamed(
    _ sourceSize: PixelSize, channels: Int, depth: SampleDepth, rect: SourceRect, to size: PixelSize, kernel: Kernel
  ) throws(OutOfMemory) -> StreamedResize {
    let across = rect.across(sourceSize, to: size)
    let columns = across.reached(by: kernel)
    let passes = instructions.resizePasses(for: depth)
    return try StreamedResize(
      vertical: cache.weights(kernel, rect.down(sourceSize, to: size), largestSample: 255, passes.form),
      horizontal: cache.weights(kernel, across.within(columns), largestSample: 32768, passes.form),
      offset: columns.lowerBound * channels * depth.byteCount,
      result: Plane(size: size, channels: channels, depth: depth, from: pool), passes: passes, pool: pool)
  }

  private func copy(_ source: borrowing Plane, x: Int, y: Int, into result: borrowing Plane) {
    let offset = x * source.channels * source.depth.byteCount
    for row in 0..<result.size.height {
      // SAFETY: the box lies within the source (`Axis.isCopy`), so the row has this many bytes from the offset on.
      unsafe result.row(row).copyMemory(from: source.row(y + row) + offset, byteCount: result.rowByteCount)
    }
  }
}
