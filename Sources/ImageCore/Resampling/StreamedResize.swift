/// Resamples a source that arrives in strips, from top to bottom, and is never in memory as a whole.
///
/// The output is bit-identical to that of `Resampler.resized` for the whole source.
package final class StreamedResize {
  private let passes: any ResizePasses.Type
  /// Bytes of a row before the first sample that is needed.
  private let offset: Int
  private let scratch: PooledBuffer
  /// The output; nil when it is finished.
  private var result: Plane?
  /// The rows of a block as products of color and alpha; nil if they are stored in the output at once.
  private let products: Plane?
  private var sums: RowAccumulator

  /// - Parameter takesProducts: whether the source has the products of color and alpha (`Plane.premultiplied`). The output has
  ///   colors.
  init(
    vertical: Weights, horizontal: Weights, offset: Int, result: consuming Plane, takesProducts: Bool,
    passes: any ResizePasses.Type, pool: BufferPool
  ) throws(OutOfMemory) {
    self.passes = passes
    self.offset = offset
    let layout = AccumulatorLayout(
      passes, vertical: vertical, width: horizontal.axis.extent, channels: result.channels, comesOnce: true)
    var target = AccumulatorTarget(result)
    if takesProducts {
      let size = PixelSize(width: result.size.width, height: min(RowAccumulator.blockRows, result.size.height))
      let rows = try Plane(size: size, channels: result.channels, depth: .sixteen, from: pool)
      target = AccumulatorTarget(rows, hasOneBlock: true)
      products = consume rows
    } else {
      products = nil
    }
    scratch = try pool.take(byteCount: layout.byteCount)
    sums = unsafe RowAccumulator(
      vertical: vertical, horizontal: horizontal, channels: result.channels, rows: 0..<result.size.height,
      layout: layout, memory: scratch.base, target: target)
    self.result = consume result
  }

  /// Adds the next rows of the source. Their number must be even, except for the last ones.
  package func add(_ strip: borrowing Plane) {
    unsafe sums.add(passes, strip.base + offset, stride: strip.stride, count: strip.size.height) { block in
      switch products {
      case .some(let rows): divide(rows, block)
      case nil: break
      }
    }
  }

  /// Stores the colors of a block of products.
  private func divide(_ products: borrowing Plane, _ block: Range<Int>) {
    switch result {
    case .some(let plane):
      let rows = TimeLimit().rows(0..<block.count, byteCount: products.rowByteCount)
      products.unpremultiply(rows, into: plane, at: block.lowerBound)
    case nil: preconditionFailure("a resampling is finished after its last row")
    }
  }

  /// The output, after the last row. May be called once.
  package func finished() -> Plane {
    guard let plane = result.take() else { preconditionFailure("a resampling is finished once") }
    return plane
  }
}
