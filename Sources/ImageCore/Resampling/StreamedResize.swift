/// Resamples a source that arrives in strips, from top to bottom, and is never in memory as a whole.
///
/// The output is bit-identical to that of `Resampler.resized` for the whole source.
package final class StreamedResize {
  private let passes: any ResizePasses.Type
  /// Bytes of a row before the first sample that is needed.
  private let offset: Int
  private let scratch: PooledBuffer
  private var result: Plane?
  private var sums: RowAccumulator

  init(
    vertical: Weights, horizontal: Weights, offset: Int, result: consuming Plane, passes: any ResizePasses.Type,
    pool: BufferPool
  ) throws(OutOfMemory) {
    self.passes = passes
    self.offset = offset
    let layout = AccumulatorLayout(
      passes, vertical: vertical, width: horizontal.axis.extent, channels: result.channels, comesOnce: true)
    scratch = try pool.take(byteCount: layout.byteCount)
    sums = unsafe RowAccumulator(
      vertical: vertical, horizontal: horizontal, channels: result.channels, rows: 0..<result.size.height,
      layout: layout, memory: scratch.base, target: AccumulatorTarget(result))
    self.result = consume result
  }

  /// Adds the next rows of the source. Their number must be even, except for the last ones.
  package func add(_ strip: borrowing Plane) {
    unsafe sums.add(passes, strip.base + offset, stride: strip.stride, count: strip.size.height)
  }

  /// The output, after the last row. May be called once.
  package func finished() -> Plane {
    guard let plane = result.take() else { preconditionFailure("a resampling is finished once") }
    return plane
  }
}
