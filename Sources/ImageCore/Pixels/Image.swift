/// An image in memory: the planes that a decoder returned, or that an encoder takes.
///
/// It has one owner. Each step of the pipeline consumes the larger image to produce the smaller one, so the source code shows
/// what is in memory at any time.
package enum Image: ~Copyable {
  /// One interleaved plane: 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha (not premultiplied), or four inks if the caller
  /// requested them from the decoder.
  case pixels(Plane)
  case yCbCr(YCbCrPlanes)

  /// The same pixels with one more owner. No owner may modify them from then on.
  package borrowing func shared() -> Image {
    switch self {
    case .pixels(let plane): .pixels(plane.shared())
    case .yCbCr(let planes):
      .yCbCr(YCbCrPlanes(luma: planes.luma.shared(), cb: planes.cb.shared(), cr: planes.cr.shared()))
    }
  }

  package var hasAlpha: Bool {
    switch self {
    case .pixels(let plane): plane.hasAlpha
    case .yCbCr: false
    }
  }

  /// See `Plane.isOpaque`.
  package func isOpaque(within limit: TimeLimit) -> Bool {
    switch self {
    case .pixels(let plane): plane.isOpaque(within: limit)
    case .yCbCr: true
    }
  }

  package var size: PixelSize {
    switch self {
    case .pixels(let plane): plane.size
    case .yCbCr(let planes): planes.luma.size
    }
  }
}

/// Three planes of one 8-bit channel each, in JFIF's full-range BT.601. Chroma has its own, usually smaller, size.
package struct YCbCrPlanes: ~Copyable {
  package var luma: Plane
  package var cb: Plane
  package var cr: Plane

  package init(luma: consuming Plane, cb: consuming Plane, cr: consuming Plane) {
    self.luma = luma
    self.cb = cb
    self.cr = cr
  }

  /// Transforms each plane. Luma, the largest, comes first, so that its memory can be reused for the others.
  /// - Parameter fills: passed to the transformation of chroma with its plane.
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
