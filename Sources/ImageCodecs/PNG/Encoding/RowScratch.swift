internal import ImageCore
internal import PixelKernels

/// Memory for filtering: two alternating rows, each with zeros before it, and five candidates.
@safe struct RowScratch: ~Copyable {
  /// Bytes that the kernels may read or write past a row, and zeros before a row (a pixel has at most 8 bytes).
  static let slack = RowFilter.slack
  /// The two rows and the candidates.
  static let rowCount = 2 + RowFilter.count

  private static let counterByteCount = RowFilter.counterCount * MemoryLayout<UInt32>.stride

  static func stride(rowBytes: Int) -> Int { (rowBytes + 2 * slack + 63) & ~63 }

  static func byteCount(rowBytes: Int) -> Int {
    rowCount * stride(rowBytes: rowBytes) + counterByteCount + RowFilter.count * MemoryLayout<UInt64>.stride
  }

  let stride: Int
  private let buffer: PooledBuffer

  init(rowBytes: Int, pool: BufferPool) throws(OutOfMemory) {
    stride = RowScratch.stride(rowBytes: rowBytes)
    buffer = try pool.take(byteCount: RowScratch.byteCount(rowBytes: rowBytes))
    unsafe buffer.base.initializeMemory(as: UInt8.self, repeating: 0, count: 2 * stride)
  }

  /// Row y does not share memory with row y - 1 and row y + 1.
  @unsafe func row(_ y: Int) -> UnsafeMutableRawPointer {
    unsafe buffer.base + (y & 1) * stride + RowScratch.slack
  }

  @unsafe var candidates: UnsafeMutableRawPointer { unsafe buffer.base + 2 * stride }

  @unsafe var sums: UnsafeMutablePointer<UInt64> {
    unsafe (buffer.base + RowScratch.rowCount * stride + RowScratch.counterByteCount)
      .bindMemory(to: UInt64.self, capacity: RowFilter.count)
  }

  @unsafe var counts: UnsafeMutablePointer<UInt32> {
    unsafe (buffer.base + RowScratch.rowCount * stride).bindMemory(to: UInt32.self, capacity: RowFilter.counterCount)
  }
}
