/// Memory that one worker reuses for image after image.
///
/// Fresh pages cost a page fault each (about 0.25 µs per KB), which for a small image is more than the work on its pixels. So a
/// buffer returns to the pool of its worker when its owner ends, and a steady stream of similar images allocates nothing. A pool
/// belongs to one worker and must not be shared between threads.
package final class BufferPool {
  @safe private struct Free {
    let base: UnsafeMutableRawPointer
    let capacity: Int
  }

  private var free: [Free] = []
  private var freeByteCount = 0
  private let maxFreeBytes: Int
  private let filling: UInt8?
  /// The deadline of the current image. Code that works on the pool's memory checks it.
  package var limit = TimeLimit()

  /// The byte that debug builds fill each buffer with, so that unwritten samples are noticed. It is not zero, and as a `Float` it
  /// is NaN.
  #if DEBUG
    package static let debugFilling: UInt8? = 0xFF
  #else
    package static let debugFilling: UInt8? = nil
  #endif

  /// - Parameters:
  ///   - maxFreeBytes: maximum idle memory that the pool keeps, in bytes.
  ///   - filling: fills each buffer when it is taken; nil leaves it as it is.
  package init(maxFreeBytes: Int = .max, filling: UInt8? = BufferPool.debugFilling) {
    self.maxFreeBytes = maxFreeBytes
    self.filling = filling
    free.reserveCapacity(BufferPool.maxFree + 1)
  }

  deinit {
    for buffer in free { discard(buffer) }
  }

  /// A larger buffer is released at once: codecs can use its memory, and the allocator can merge it with free memory next to it.
  /// With 4 MiB, PNGs to 1280 pixels took 11 MiB more; with 128 KiB, small images 3 MiB more.
  private static let maxKeptByteCount = 512 << 10

  /// Maximum number of idle buffers that the pool keeps. The smallest is released first.
  private static let maxFree = 16

  /// A buffer of at least `byteCount` bytes, 64-byte aligned, with undefined contents.
  package func take(byteCount: Int) throws(OutOfMemory) -> PooledBuffer {
    let buffer = try buffer(byteCount)
    // SAFETY: the buffer has that many bytes, and no other owner.
    if let filling { unsafe buffer.base.initializeMemory(as: UInt8.self, repeating: filling, count: buffer.capacity) }
    return buffer
  }

  /// Buffers are whole pages: images of nearly the same size can share them.
  private static let pageByteCount = 4096
  private static let smallByteCount = 64 << 10

  private func buffer(_ byteCount: Int) throws(OutOfMemory) -> PooledBuffer {
    var best: Int?
    for index in free.indices where free[index].capacity >= byteCount {
      if let known = best, free[known].capacity <= free[index].capacity { continue }
      best = index
    }
    // A buffer more than eight times too large is kept for large images, unless it is small itself.
    if let best, free[best].capacity <= max(byteCount * 8, BufferPool.smallByteCount) {
      let buffer = free.remove(at: best)
      freeByteCount -= buffer.capacity
      return unsafe PooledBuffer(base: buffer.base, capacity: buffer.capacity, pool: self)
    }
    let page = BufferPool.pageByteCount
    let (maximum, overflow) = byteCount.addingReportingOverflow(page - 1)
    if overflow { throw OutOfMemory(byteCount: byteCount) }
    let memory = try HeapMemory(byteCount: max(maximum & ~(page - 1), page))
    let capacity = memory.byteCount
    return unsafe PooledBuffer(base: memory.released(), capacity: capacity, pool: self)
  }

  private func discard(_ buffer: Free) { _ = unsafe HeapMemory(owning: buffer.base, byteCount: buffer.capacity) }

  fileprivate func give(back base: UnsafeMutableRawPointer, capacity: Int) {
    // If the returned buffer exceeds the limit, it is released itself, not the idle ones.
    let buffer = unsafe Free(base: base, capacity: capacity)
    guard capacity <= min(BufferPool.maxKeptByteCount, maxFreeBytes - freeByteCount) else { return discard(buffer) }
    free.append(buffer)
    freeByteCount += capacity
    if free.count > BufferPool.maxFree, let minimum = free.indices.min(by: { free[$0].capacity < free[$1].capacity }) {
      let buffer = free.remove(at: minimum)
      freeByteCount -= buffer.capacity
      discard(buffer)
    }
  }
}

/// The only owner of a pooled buffer. The memory returns to its pool when the owner ends.
@safe package struct PooledBuffer: ~Copyable {
  // SAFETY: allocated by the pool with `capacity` bytes, and returned exactly once, in deinit. The strong reference keeps the
  // pool alive until then.
  package let base: UnsafeMutableRawPointer
  package let capacity: Int
  private let pool: BufferPool

  fileprivate init(base: UnsafeMutableRawPointer, capacity: Int, pool: BufferPool) {
    unsafe self.base = unsafe base
    self.capacity = capacity
    self.pool = pool
  }

  deinit { unsafe pool.give(back: base, capacity: capacity) }
}
