/// Bits per sample.
package enum SampleDepth: Int, Sendable {
  case eight = 8
  case sixteen = 16

  package var byteCount: Int { rawValue / 8 }
}

/// Rows of interleaved samples in one buffer: `size.height` rows of `size.width` pixels of `channels` samples.
///
/// Samples of 8 bits are `UInt8`, samples of 16 bits `UInt16` in the byte order of the machine. A row takes `stride` bytes, a
/// multiple of 64, so that rows start aligned and whole vectors can be read up to the stride. There may be rows below the height
/// (`rowCapacity`), for decoders that write whole blocks.
@safe package struct Plane: ~Copyable {
  package let size: PixelSize
  package let channels: Int
  package let depth: SampleDepth
  /// Bytes from one row to the next.
  package let stride: Int
  /// Rows of memory, at least `size.height`.
  package let rowCapacity: Int
  /// The part that the whole image covers, in samples. A decoder that shrinks rounds the sizes of its planes up, so the image may
  /// cover the last column or row only in part. Resampling gives it its true weight.
  package var extent: SourceRect
  private let memory: Memory

  /// Released with the last plane that shares it.
  private final class Memory {
    let buffer: PooledBuffer

    init(_ buffer: consuming PooledBuffer) { self.buffer = buffer }
  }

  /// A plane of undefined samples.
  /// - Parameters:
  ///   - channels: 1...4.
  ///   - minStride: minimum bytes per row; 0 for what the width needs.
  ///   - minRows: minimum rows of memory; 0 for the height.
  package init(
    size: PixelSize, channels: Int, depth: SampleDepth = .eight, minStride: Int = 0, minRows: Int = 0,
    from pool: BufferPool
  ) throws(OutOfMemory) {
    precondition((1...4).contains(channels), "a plane has one to four channels")
    self.size = size
    self.channels = channels
    self.depth = depth
    extent = SourceRect(x: 0, y: 0, width: Double(size.width), height: Double(size.height))
    let needed = max(size.width * channels * depth.byteCount, minStride)
    stride = (needed + 63) & ~63
    rowCapacity = max(size.height, minRows)
    // 64 spare bytes let a kernel read a whole vector that starts inside the last row.
    memory = Memory(try pool.take(byteCount: stride * rowCapacity + 64))
  }

  private init(sharing other: borrowing Plane, height: Int) {
    precondition(height <= other.rowCapacity, "a plane shares rows that exist")
    size = PixelSize(width: other.size.width, height: height)
    channels = other.channels
    depth = other.depth
    stride = other.stride
    rowCapacity = other.rowCapacity
    extent = other.extent
    memory = other.memory
  }

  /// The same samples with one more owner. No owner may modify them from then on.
  package borrowing func shared() -> Plane { Plane(sharing: self, height: size.height) }

  /// The same for the first rows of its memory.
  package borrowing func shared(height: Int) -> Plane { Plane(sharing: self, height: height) }

  /// Bytes of a row that hold samples.
  package var rowByteCount: Int { size.width * channels * depth.byteCount }

  /// The first byte of the first row. The memory has `stride * rowCapacity` bytes and 64 spare ones.
  @unsafe package var base: UnsafeMutableRawPointer { unsafe memory.buffer.base }

  /// A row with its padding. Valid as long as the plane.
  func uncheckedRow<Sample: BitwiseCopyable>(_ y: Int, of _: Sample.Type) -> UncheckedBuffer<Sample> {
    assert(y >= 0 && y < rowCapacity, "a row in bounds by construction is out of bounds")
    // SAFETY: a row has `stride` bytes.
    return unsafe UncheckedBuffer(row(y), count: stride / MemoryLayout<Sample>.stride)
  }

  /// All rows of a plane of 8 bits. Valid as long as the plane.
  var uncheckedBytes: UncheckedBytes { unsafe UncheckedBytes(base, count: stride * rowCapacity) }

  /// The first byte of a row.
  @unsafe package func row(_ y: Int) -> UnsafeMutableRawPointer { unsafe memory.buffer.base + y * stride }
}
