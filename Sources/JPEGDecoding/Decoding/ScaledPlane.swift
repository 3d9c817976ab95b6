/// The destination of a component's samples, one byte each.
@safe package struct ScaledPlane {
  // SAFETY: `stride * rowCount` bytes are valid while an image is decoded, and only the decoder uses them.
  package let base: UnsafeMutablePointer<UInt8>
  package let stride: Int
  package let rowCount: Int

  @unsafe package init(base: UnsafeMutablePointer<UInt8>, stride: Int, rowCount: Int) {
    unsafe self.base = base
    self.stride = stride
    self.rowCount = rowCount
  }
}
