/// Resamples planes for one worker, whose memory and last weights it uses again. Not for sharing between threads.
package final class Resampler {
  private let pool: BufferPool
  private let instructions: InstructionSet
  private var weights: [(key: WeightsKey, weights: Weights)] = []

  private struct WeightsKey: Equatable {
    let kernel: Kernel
    let axis: Axis
    let largestSample: Int
  }

  /// The weights that are kept: of a picture's luma and chroma, both axes, in four sizes.
  private static let mostWeights = 16

  package convenience init(pool: BufferPool) { self.init(pool: pool, instructions: .current) }

  init(pool: BufferPool, instructions: InstructionSet) {
    self.pool = pool
    self.instructions = instructions
  }

  /// The part of a plane that a box shows, resampled.
  ///
  /// Rows are summed before columns, without an intermediate rounding to samples: the result is within one of exact
  /// arithmetic rounded once. Values beyond the samples' range, which the negative lobes of a kernel may make, are
  /// clamped. A part of the same size as the output, at a whole offset, is copied exactly.
  /// - Parameters:
  ///   - depth: the output's; the source's if nil. 255 of 8 bits stands for 65535 of 16.
  ///   - bands: bands of output rows that run at once. The output does not depend on it.
  ///   - deadline: on CLOCK_MONOTONIC in nanoseconds, 0 for never. Once it has passed no more rows are made, and the output is
  ///     undefined: who gives one looks at the clock afterwards.
  package func resized(
    _ source: borrowing Plane, box: SourceBox, to size: PixelSize, kernel: Kernel, depth: SampleDepth? = nil,
    bands: Int = 1, deadline: UInt64 = 0
  ) -> Plane {
    let result = Plane(size: size, channels: source.channels, depth: depth ?? source.depth, from: pool)
    let (down, across) = (box.down(source.size, to: size), box.across(source.size, to: size))
    if down.isCopy && across.isCopy && result.depth == source.depth {
      copy(source, x: Int(box.x), y: Int(box.y), into: result)
      return result
    }
    let passes = instructions.resizePasses(for: source.depth)
    let vertical = weights(kernel, down, largestSample: 255)
    // Of a crop only the columns that it needs are summed.
    let columns = across.reached(by: kernel)
    let shown = PixelSize(width: columns.count, height: source.size.height)
    let offset = columns.lowerBound * source.channels * source.depth.byteCount
    let layout = RowSumsLayout(passes, vertical: vertical, width: shown.width, channels: source.channels)
    let bands = max(1, min(bands, (size.height + RowSums.blockRows - 1) / RowSums.blockRows))
    let scratch = pool.take(byteCount: layout.byteCount * bands)
    // SAFETY: the planes and the scratch outlive the bands, which end before this function does.
    let work = unsafe RowBands(
      source: source.base + offset, sourceStride: source.stride, sourceSize: shown, channels: source.channels,
      target: RowSumsTarget(result), vertical: vertical,
      horizontal: weights(kernel, across.within(columns), largestSample: 32768), scratch: scratch.base,
      layout: layout, count: bands, deadline: deadline)
    _ = concurrentMap(count: bands, workers: bands) { band in work.run(band, passes) }
    return result
  }

  /// The same for a source whose rows come by and by.
  /// - Parameters:
  ///   - sourceSize: of the whole source, from which what the box shows must differ in size or place.
  ///   - depth: the source's and the output's.
  package func streamed(
    _ sourceSize: PixelSize, channels: Int, depth: SampleDepth, box: SourceBox, to size: PixelSize, kernel: Kernel
  ) -> StreamedResize {
    let across = box.across(sourceSize, to: size)
    let columns = across.reached(by: kernel)
    return StreamedResize(
      vertical: weights(kernel, box.down(sourceSize, to: size), largestSample: 255),
      horizontal: weights(kernel, across.within(columns), largestSample: 32768),
      offset: columns.lowerBound * channels * depth.byteCount,
      result: Plane(size: size, channels: channels, depth: depth, from: pool),
      passes: instructions.resizePasses(for: depth), pool: pool)
  }

  private func copy(_ source: borrowing Plane, x: Int, y: Int, into result: borrowing Plane) {
    let offset = x * source.channels * source.depth.byteCount
    for row in 0..<result.size.height {
      // SAFETY: the box lies within the source (`Axis.isCopy`), so the row has this many bytes from the offset on.
      unsafe result.row(row).copyMemory(from: source.row(y + row) + offset, byteCount: result.rowByteCount)
    }
  }

  private func weights(_ kernel: Kernel, _ axis: Axis, largestSample: Int) -> Weights {
    let key = WeightsKey(kernel: kernel, axis: axis, largestSample: largestSample)
    if let index = weights.firstIndex(where: { $0.key == key }) {
      // The one used last is the last to go.
      let known = weights.remove(at: index)
      weights.append(known)
      return known.weights
    }
    let made = Weights(kernel, axis: axis, largestSample: largestSample)
    if weights.count == Resampler.mostWeights { weights.removeFirst() }
    weights.append((key, made))
    return made
  }
}
