/// An image in memory: the planes that a decoder gave, or that an encoder takes.
///
/// It has one owner, and each step of the pipeline consumes the bigger image to make the smaller one, so that what is
/// in memory at any time can be read off the text.
package enum Image: ~Copyable {
  /// One interleaved plane: 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha (not premultiplied), or the four inks where
  /// a decoder was asked for them.
  case pixels(Plane)
  case yCbCr(YCbCrPlanes)

  /// The same pixels under one more owner; nobody may change them then.
  package borrowing func shared() -> Image {
    switch self {
    case .pixels(let plane): .pixels(plane.shared())
    case .yCbCr(let planes):
      .yCbCr(YCbCrPlanes(luma: planes.luma.shared(), cb: planes.cb.shared(), cr: planes.cr.shared()))
    }
  }

  package var size: PixelSize {
    switch self {
    case .pixels(let plane): plane.size
    case .yCbCr(let planes): planes.luma.size
    }
  }
}

/// Three planes of one 8-bit channel, JFIF's full-range BT.601; chroma at its own, usually smaller, size.
package struct YCbCrPlanes: ~Copyable {
  package var luma: Plane
  package var cb: Plane
  package var cr: Plane

  package init(luma: consuming Plane, cb: consuming Plane, cr: consuming Plane) {
    self.luma = luma
    self.cb = cb
    self.cr = cr
  }

  /// Each plane made into another; the biggest, luma, first, so that its memory serves the rest.
  /// - Parameter fills: handed to the chroma transformation with its plane.
  package consuming func mapped(
    luma transformLuma: (consuming Plane) throws(OutOfMemory) -> Plane,
    chroma transformChroma: (consuming Plane, Int) throws(OutOfMemory) -> Plane, fills: (cb: Int, cr: Int)
  ) throws(OutOfMemory) -> YCbCrPlanes {
    let smallLuma = try transformLuma(luma)
    let smallCb = try transformChroma(cb, fills.cb)
    let smallCr = try transformChroma(cr, fills.cr)
    return YCbCrPlanes(luma: smallLuma, cb: smallCb, cr: smallCr)
  }
}
