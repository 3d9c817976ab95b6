internal import CImageCodecs
package import ImageCore

/// Writes PNG with libpng and zlib: the reference for the sizes and times of `LibdeflatePNGEncoder`.
@safe package final class LibpngEncoder {
  // SAFETY: made in init, destroyed once in deinit, used by one thread at a time.
  private let handle: OpaquePointer
  private var report = codec_report()

  package init() throws(CodecError) {
    guard let handle = unsafe png_writer_create() else { throw .outOfMemory("no memory for a PNG encoder") }
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe png_writer_destroy(handle) }

  /// The file's bytes, without color chunks. They belong to the encoder and are valid until the next call.
  /// - Parameter level: 0...9, zlib's scale.
  package func encode(_ plane: borrowing Plane, level: Int) throws(CodecError) -> UnsafeRawBufferPointer {
    precondition((0...9).contains(level), "a PNG level is 0...9")
    var options = unsafe png_write_options()
    unsafe options.width = UInt32(plane.size.width)
    unsafe options.height = UInt32(plane.size.height)
    unsafe options.channels = UInt8(plane.channels)
    unsafe options.bits = UInt8(plane.depth.byteCount * 8)
    unsafe options.level = UInt8(level)
    unsafe options.srgb_intent = -1
    var out = unsafe codec_bytes()
    let status = unsafe png_writer_write(handle, &options, plane.forC, &out, &report)
    guard status == .CODEC_OK else { throw report.error(limits: DecodeLimits()) }
    return unsafe UnsafeRawBufferPointer(start: out.bytes, count: out.count)
  }
}
