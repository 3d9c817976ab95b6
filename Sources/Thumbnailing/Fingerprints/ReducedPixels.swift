internal import ImageCore

/// An image reduced to few pixels by averaging boxes of whole pixels, with color weighted by alpha.
struct ReducedPixels {
  let size: PixelSize
  /// Red, green, blue and alpha, 0...1, row by row. Not premultiplied.
  private(set) var pixels: [SIMD4<Float>]

  /// - Parameter size: a box of a smaller image repeats pixels.
  init(_ image: borrowing Image, to size: PixelSize, within limit: TimeLimit) {
    self.size = size
    pixels = [SIMD4<Float>](repeating: .zero, count: size.pixelCount)
    let source = image.size
    var sums = [SIMD4<Float>](repeating: .zero, count: size.width)
    var row = [SIMD4<Float>](repeating: .zero, count: source.width)
    let columns = (0..<size.width).map { ReducedPixels.box($0, of: size.width, in: source.width) }
    for y in 0..<size.height {
      let rows = ReducedPixels.box(y, of: size.height, in: source.height)
      for index in sums.indices { sums[index] = .zero }
      for line in limit.rows(rows, byteCount: source.width * 16) {
        image.readRow(line, into: &row)
        for (x, box) in columns.enumerated() {
          for pixel in row[box] {
            var product = pixel * pixel.w
            product.w = pixel.w
            sums[x] += product
          }
        }
      }
      for (x, box) in columns.enumerated() {
        var pixel = sums[x].w > 0 ? sums[x] / sums[x].w : .zero
        pixel.w = sums[x].w / Float(rows.count * box.count)
        pixels[y * size.width + x] = pixel
      }
    }
  }

  private static func box(_ index: Int, of count: Int, in length: Int) -> Range<Int> {
    let start = min(index * length / count, length - 1)
    return start..<max(start + 1, (index + 1) * length / count)
  }
}

extension Image {
  /// Reads a row as red, green, blue and alpha, 0...1.
  fileprivate func readRow(_ y: Int, into row: inout [SIMD4<Float>]) {
    switch self {
    case .pixels(let plane):
      switch plane.depth {
      case .eight: plane.readRow(y, UInt8.self, into: &row)
      case .sixteen: plane.readRow(y, UInt16.self, into: &row)
      }
    case .yCbCr(let planes): planes.readRow(y, into: &row)
    }
  }
}

extension Plane {
  fileprivate func readRow<Sample: FixedWidthInteger & BitwiseCopyable>(
    _ y: Int, _: Sample.Type, into row: inout [SIMD4<Float>]
  ) {
    // SAFETY: a row has `size.width * channels` samples of this type.
    let samples = unsafe self.row(y).assumingMemoryBound(to: Sample.self)
    let scale = 1 / Float(Sample.max)
    for x in 0..<size.width {
      let at = x * channels
      let first = unsafe Float(samples[at]) * scale
      let alpha = hasAlpha ? unsafe Float(samples[at + channels - 1]) * scale : 1
      if channels < 3 {
        row[x] = SIMD4(first, first, first, alpha)
      } else {
        row[x] = unsafe SIMD4(first, Float(samples[at + 1]) * scale, Float(samples[at + 2]) * scale, alpha)
      }
    }
  }
}

extension YCbCrPlanes {
  /// By the formulas of JFIF (ITU-T T.871, 7), with the nearest sample of chroma.
  fileprivate func readRow(_ y: Int, into row: inout [SIMD4<Float>]) {
    let across = (luma.size.width + cb.size.width - 1) / cb.size.width
    let down = (luma.size.height + cb.size.height - 1) / cb.size.height
    // SAFETY: each plane has its size in samples of 8 bits, and the factors lead inside it.
    let (light, blue, red) = unsafe (
      luma.row(y).assumingMemoryBound(to: UInt8.self),
      cb.row(min(y / down, cb.size.height - 1)).assumingMemoryBound(to: UInt8.self),
      cr.row(min(y / down, cr.size.height - 1)).assumingMemoryBound(to: UInt8.self)
    )
    for x in 0..<luma.size.width {
      let chroma = min(x / across, cb.size.width - 1)
      let (l, b, r) = unsafe (Float(light[x]), Float(blue[chroma]) - 128, Float(red[chroma]) - 128)
      let color = SIMD4(l + 1.402 * r, l - 0.344136 * b - 0.714136 * r, l + 1.772 * b, 255) / 255
      row[x] = color.clamped(lowerBound: .zero, upperBound: .one)
    }
  }
}
