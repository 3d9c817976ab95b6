/// A resampling whose source comes strip by strip, from the top down, and is never there as a whole.
///
/// The output is the same as `Resampler.resized` makes of the whole source, to the last bit.
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

  /// Takes the next rows of the source: an even number, unless they are the last.
  package func add(_ strip: borrowing Plane) {
    unsafe sums.add(passes, strip.base + offset, stride: strip.stride, count: strip.size.height)
  }

  /// The output, after the last row. It can be had once.
  package func finished() -> Plane {
    guard let plane = result.take() else { preconditionFailure("a resampling is finished once") }
    return plane
  }
}
