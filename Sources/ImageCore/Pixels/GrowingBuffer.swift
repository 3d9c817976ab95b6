/// Memory from a pool, which grows with its contents.
@safe package struct GrowingBuffer: ~Copyable {
  // SAFETY: `bytes` is the memory of `owner`, and nil without one.
  private let pool: BufferPool
  private var owner: PooledBuffer?
  package private(set) var bytes = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)

  package init(pool: BufferPool) { self.pool = pool }

  /// Makes room for `byteCount` bytes.
  /// - Parameter used: the bytes to keep.
  package mutating func reserve(_ byteCount: Int, keeping used: Int) throws(OutOfMemory) {
    if unsafe bytes.count >= byteCount { return }
    let larger = try pool.take(byteCount: byteCount)
    let all = unsafe UnsafeMutableRawBufferPointer(start: larger.base, count: larger.capacity)
    unsafe all.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<used]))
    unsafe bytes = unsafe all
    owner = consume larger
  }

  /// Returns the memory to the pool.
  package mutating func release() {
    unsafe bytes = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    owner = nil
  }
}
