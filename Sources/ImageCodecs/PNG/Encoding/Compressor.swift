internal import CLibDeflate

/// A libdeflate compressor of one level. Some levels need megabytes, so the encoder keeps it.
@safe final class Compressor {
  // SAFETY: made in init, freed once in deinit, used by one thread at a time.
  private let handle: OpaquePointer
  let level: Int

  /// Nil if memory is exhausted.
  /// - Parameter level: 0...12, libdeflate's scale.
  init?(level: Int) {
    guard let handle = unsafe libdeflate_alloc_compressor(Int32(level)) else { return nil }
    unsafe self.handle = unsafe handle
    self.level = level
  }

  deinit { unsafe libdeflate_free_compressor(handle) }

  /// Upper bound of the compressed size of `count` bytes.
  func bound(_ count: Int) -> Int { unsafe libdeflate_zlib_compress_bound(handle, count) }

  /// Writes a zlib stream and returns its size, or 0 if there is not enough space.
  func compress(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawPointer, _ space: Int) -> Int {
    unsafe libdeflate_zlib_compress(handle, source.baseAddress, source.count, target, space)
  }

  /// As `compress`, for a deflate stream without the zlib wrapper.
  func deflate(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawPointer, _ space: Int) -> Int {
    unsafe libdeflate_deflate_compress(handle, source.baseAddress, source.count, target, space)
  }
}
