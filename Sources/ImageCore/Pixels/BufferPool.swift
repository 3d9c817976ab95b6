/// Memory that one worker uses again for image after image.
///
/// Fresh pages cost a fault each (about 0.25 µs per KB): a small image would spend more on them than on its pixels.
/// So a buffer goes back to its worker's pool when its owner ends, and a steady stream of like images allocates
/// nothing. Not for sharing between threads: a pool belongs to one worker.
package final class BufferPool {
  @safe private struct Free {
    let base: UnsafeMutableRawPointer
    let capacity: Int
  }

  private var free: [Free] = []
  private var freeByteCount = 0
  private let maxFreeBytes: Int
  private let filling: UInt8?
  /// When the image in hand has to be done: whoever works with the pool's memory looks at it.
  package var limit = TimeLimit()

  /// What debug builds fill each buffer with: it is no zero, and as a `Float` no number. So samples that nobody wrote show.
  #if DEBUG
    package static let debugFilling: UInt8? = 0xFF
  #else
    package static let debugFilling: UInt8? = nil
  #endif

  /// - Parameters:
  ///   - mostFreeBytes: the most idle memory that is kept, in bytes.
  ///   - filling: what a buffer is full of when it is taken; nil for what happens to be there.
  package init(maxFreeBytes: Int = .max, filling: UInt8? = BufferPool.debugFilling) {
    self.maxFreeBytes = maxFreeBytes
    self.filling = filling
    free.reserveCapacity(BufferPool.maxFree + 1)
  }

  deinit {
    for buffer in free { discard(buffer) }
  }

  /// The most idle buffers that are kept; the smallest goes first.
  private static let maxFree = 16

  /// An owner of at least `byteCount` bytes, 64-byte aligned, contents undefined.
  package func take(byteCount: Int) throws(OutOfMemory) -> PooledBuffer {
    let buffer = try buffer(byteCount)
    // SAFETY: the buffer has that many bytes, and nobody else has it.
    if let filling { unsafe buffer.base.initializeMemory(as: UInt8.self, repeating: filling, count: buffer.capacity) }
    return buffer
  }

  private func buffer(_ byteCount: Int) throws(OutOfMemory) -> PooledBuffer {
    var best: Int?
    for index in free.indices where free[index].capacity >= byteCount {
      if let known = best, free[known].capacity <= free[index].capacity { continue }
      best = index
    }
    // A buffer more than eight times too large stays for the big image it was made for, unless that is small anyway.
    if let best, free[best].capacity <= max(byteCount * 8, 1 << 16) {
      let buffer = free.remove(at: best)
      freeByteCount -= buffer.capacity
      return unsafe PooledBuffer(base: buffer.base, capacity: buffer.capacity, pool: self)
    }
    let (maximum, overflow) = byteCount.addingReportingOverflow(4095)
    if overflow { throw OutOfMemory(byteCount: byteCount) }
    let memory = try HeapMemory(byteCount: max(maximum & ~4095, 4096))
    let capacity = memory.byteCount
    return unsafe PooledBuffer(base: memory.released(), capacity: capacity, pool: self)
  }

  private func discard(_ buffer: Free) { _ = unsafe HeapMemory(owning: buffer.base, byteCount: buffer.capacity) }

  fileprivate func give(back base: UnsafeMutableRawPointer, capacity: Int) {
    // One that is too large to be kept beside the others goes, not they.
    let buffer = unsafe Free(base: base, capacity: capacity)
    guard capacity <= maxFreeBytes - freeByteCount else { return discard(buffer) }
    free.append(buffer)
    freeByteCount += capacity
    if free.count > BufferPool.maxFree, let minimum = free.indices.min(by: { free[$0].capacity < free[$1].capacity }) {
      let buffer = free.remove(at: minimum)
      freeByteCount -= buffer.capacity
      discard(buffer)
    }
  }
}

/// The one owner of a pooled buffer; the memory goes back to its pool when the owner ends.
@safe package struct PooledBuffer: ~Copyable {
  // SAFETY: allocated by the pool with `capacity` bytes, given back exactly once, in deinit; the pool outlives it by
  // the strong reference.
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
