internal import ImageCore

/// The pixels of an image as indices into its color table, one byte each, row after row.
final class IndexedPixels {
  let width: Int
  private let count: Int
  private let buffer: PooledBuffer

  /// Pixels whose indices are 0.
  init(_ size: PixelSize, from pool: BufferPool) throws(OutOfMemory) {
    width = size.width
    count = size.pixelCount
    buffer = try pool.take(byteCount: count)
    unsafe buffer.base.initializeMemory(as: UInt8.self, repeating: 0, count: count)
  }

  /// - Parameter body: may change the indices.
  func withIndices<Result>(_ body: (inout MutableRawSpan) -> Result) -> Result {
    // SAFETY: the buffer has `count` bytes, which `init` has set, and exists during the call.
    var indices = unsafe UnsafeMutableRawBufferPointer(start: buffer.base, count: count).mutableBytes
    return body(&indices)
  }

  /// - Parameter body: gets the indices of a row.
  func withRow(_ y: Int, _ body: (RawSpan) -> Void) {
    // SAFETY: as in `withIndices`; `extracting` checks the range.
    let indices = unsafe UnsafeRawBufferPointer(start: buffer.base, count: count).bytes
    body(indices.extracting(y * width..<(y + 1) * width))
  }
}
