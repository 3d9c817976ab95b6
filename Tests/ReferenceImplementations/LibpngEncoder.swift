import Glibc
package import ImageCore
internal import LibPNGReference

/// Writes PNG with libpng and zlib: the reference for the sizes and times of `LibdeflatePNGEncoder`.
package enum LibpngEncoder {
  /// The file's bytes, without any chunk of color.
  /// - Parameter level: 0...9, zlib's.
  package static func encode(_ plane: borrowing Plane, level: Int) -> [UInt8] {
    let image = unsafe libpng_image(
      width: UInt32(plane.size.width), height: UInt32(plane.size.height), channels: Int32(plane.channels),
      bits: Int32(plane.depth.rawValue), base: plane.base.assumingMemoryBound(to: UInt8.self), stride: plane.stride)
    var count = 0
    let bytes = unsafe libpng_file(image, Int32(level), &count)
    defer { unsafe free(bytes) }
    return unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: count))
  }
}
