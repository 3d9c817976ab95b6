internal import ImageCore

/// The bytes of a file that is being written, in memory from a pool.
@safe final class GrowingFile {
  // SAFETY: `count` is at most the size of the buffer, whose memory moves only in `reserve`.
  private var buffer: GrowingBuffer
  private(set) var count = 0

  init(pool: BufferPool) { buffer = GrowingBuffer(pool: pool) }

  /// The bytes so far, valid until more are appended.
  var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count]) }

  /// The memory after the bytes so far.
  @unsafe var room: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[count...])
  }

  /// Makes room for more bytes. It grows by a half at least, so that few bytes are copied.
  func reserve(_ byteCount: Int) throws(CodecError) {
    let (capacity, needed) = unsafe (buffer.bytes.count, count + byteCount)
    guard needed > capacity else { return }
    try allocating { () throws(OutOfMemory) in
      try buffer.reserve(max(needed, capacity + capacity / 2), keeping: count)
    }
  }

  func append(_ bytes: [UInt8]) throws(CodecError) {
    try reserve(bytes.count)
    unsafe room.copyBytes(from: bytes)
    count += bytes.count
  }

  /// Appends bytes that were written to the room.
  func append(written byteCount: Int) {
    precondition(unsafe byteCount <= room.count, "no more is written than there is room for")
    count += byteCount
  }

  /// Replaces bytes.
  func replace(at offset: Int, with bytes: [UInt8]) {
    precondition(offset + bytes.count <= count, "the bytes have been appended")
    unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[offset..<offset + bytes.count]).copyBytes(from: bytes)
  }
}
