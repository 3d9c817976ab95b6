/// Transparency: why an image with alpha is resampled premultiplied, and how it is composited over a color.
///
/// The color of a transparent pixel is arbitrary, so averaging it with its neighbors causes fringes. Weighted by its alpha
/// (Porter and Duff 1984, "Compositing Digital Images") it contributes as much as it is visible. The products have 16 bits, which
/// is exact for 8-bit samples.
extension Plane {
  package var hasAlpha: Bool { channels == 2 || channels == 4 }

  /// Whether the alpha of every pixel checked within the time limit is full. An opaque image needs no compositing.
  package func isOpaque(within limit: TimeLimit = TimeLimit()) -> Bool {
    let rows = limit.rows(0..<size.height, byteCount: rowByteCount)
    switch channels * depth.byteCount {
    case 2 where channels == 2: return allAlphaIsFull(self, rows, pixel: UInt16.self)
    case 4 where hasAlpha: return allAlphaIsFull(self, rows, pixel: UInt32.self)
    case 8: return allAlphaIsFull(self, rows, pixel: UInt64.self)
    default: return true
    }
  }

  /// The 16-bit products of color and alpha. Full is 255 * 255 from 8 bits and 65535 from 16.
  package func premultiplied(from pool: BufferPool) throws(OutOfMemory) -> Plane {
    var result = try Plane(size: size, channels: channels, depth: .sixteen, from: pool)
    result.extent = extent
    switch depth {
    case .eight:
      for y in pool.rows(of: self) {
        // SAFETY: rows are padded to whole groups of pixels in both planes.
        unsafe InstructionSet.current.premultiply(row(y), into: result.row(y), channels: channels, count: size.width)
      }
    case .sixteen:
      mapPixels(self, UInt16.self, result, UInt16.self, pool.rows(of: self)) { color, alpha in
        UInt16((UInt32(color) * UInt32(alpha) + 32767) / 65535)
      } alpha: {
        $0
      }
    }
    return result
  }

  /// The inverse of `premultiplied`. `depth` is the depth before that. Where alpha is 0, color is 0.
  package func unpremultiplied(to depth: SampleDepth, from pool: BufferPool) throws(OutOfMemory) -> Plane {
    precondition(self.depth == .sixteen, "premultiplied samples have 16 bits")
    let result = try Plane(size: size, channels: channels, depth: depth, from: pool)
    unpremultiply(pool.rows(of: self), into: result, at: 0)
    return result
  }

  /// As `unpremultiplied`, for some rows.
  /// - Parameter row: where row 0 belongs in the result.
  func unpremultiply(_ rows: TimedRows, into result: borrowing Plane, at row: Int) {
    switch result.depth {
    case .eight:
      mapPixels(self, UInt16.self, result, UInt8.self, rows, at: row) { product, alpha in
        alpha == 0 ? 0 : UInt8(min(255, (UInt32(product) * 255 + UInt32(alpha) / 2) / UInt32(alpha)))
      } alpha: {
        UInt8(min(255, (UInt32($0) + 127) / 255))
      }
    case .sixteen:
      mapPixels(self, UInt16.self, result, UInt16.self, rows, at: row) { product, alpha in
        alpha == 0 ? 0 : UInt16(min(65535, (UInt64(product) * 65535 + UInt64(alpha) / 2) / UInt64(alpha)))
      } alpha: {
        $0
      }
    }
  }

  /// The image composited over an opaque color (8 bits per channel; gray uses the luma of the color), without alpha.
  package consuming func flattened(over background: Background, from pool: BufferPool) throws(OutOfMemory) -> Plane {
    guard hasAlpha else { return self }
    var result = try Plane(size: size, channels: channels - 1, depth: depth, from: pool)
    result.extent = extent
    let under = channels == 2 ? [background.luma] : [background.red, background.green, background.blue]
    switch depth {
    case .eight: lay(self, over: under.map { UInt64($0) }, into: result, pool.rows(of: self), sample: UInt8.self)
    case .sixteen:
      lay(self, over: under.map { UInt64($0) * 257 }, into: result, pool.rows(of: self), sample: UInt16.self)
    }
    return result
  }

  /// Converts 16-bit samples to 8-bit samples, rounded to nearest. Returns a plane of 8-bit samples unchanged.
  package consuming func narrowed(from pool: BufferPool) throws(OutOfMemory) -> Plane {
    guard depth == .sixteen else { return self }
    let result = try Plane(size: size, channels: channels, depth: .eight, from: pool)
    for y in pool.rows(of: self) {
      // In bounds: a row of either plane has `size.width * channels` samples.
      let from = uncheckedRow(y, of: UInt16.self)
      let to = result.uncheckedRow(y, of: UInt8.self)
      for index in 0..<size.width * channels {
        to[index] = UInt8((UInt32(from[index]) * 255 + 32767) / 65535)
      }
    }
    return result
  }
}

/// An opaque color, 8 bits per channel, in the color space of the image.
package struct Background: Hashable, Sendable {
  package let red: UInt8
  package let green: UInt8
  package let blue: UInt8

  package init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  package static let white = Background(red: 255, green: 255, blue: 255)

  /// BT.601, as in `Plane.grayscale`.
  package var luma: UInt8 {
    let weights = GrayKind.luma601.weights
    let sum = Int(red) * weights.red + Int(green) * weights.green + Int(blue) * weights.blue
    return UInt8((sum + 32768) >> 16)
  }
}

/// Reads each whole pixel as one integer, so that the compiler can vectorize the loop.
private func allAlphaIsFull<Pixel: FixedWidthInteger & BitwiseCopyable>(
  _ plane: borrowing Plane, _ rows: TimedRows, pixel: Pixel.Type
) -> Bool {
  // Alpha is the last sample in memory, the top bits of a little-endian integer.
  let alpha = Pixel(littleEndian: Pixel.max << (Pixel.bitWidth - plane.depth.rawValue))
  for y in rows {
    // In bounds: a row starts aligned and has `size.width` pixels of this many bytes.
    let row = plane.uncheckedRow(y, of: Pixel.self)
    var all = Pixel.max
    for x in 0..<plane.size.width { all &= row[x] }
    if all & alpha != alpha { return false }
  }
  return true
}

/// Applies `color` to every color sample and the alpha of its pixel, and `alpha` to the alpha.
@inline(__always)
private func mapPixels<From: BitwiseCopyable, To: BitwiseCopyable>(
  _ source: borrowing Plane, _: From.Type, _ target: borrowing Plane, _: To.Type, _ rows: TimedRows,
  at row: Int = 0, color: (From, From) -> To, alpha: (From) -> To
) {
  for y in rows {
    // In bounds: both planes have these rows, of `size.width * channels` samples of their type.
    let from = source.uncheckedRow(y, of: From.self)
    let to = target.uncheckedRow(row + y, of: To.self)
    // Written out for each number of channels: the compiler does not vectorize a loop of unknown count.
    if source.channels == 4 {
      for x in 0..<source.size.width {
        let opacity = from[x * 4 + 3]
        to[x * 4] = color(from[x * 4], opacity)
        to[x * 4 + 1] = color(from[x * 4 + 1], opacity)
        to[x * 4 + 2] = color(from[x * 4 + 2], opacity)
        to[x * 4 + 3] = alpha(opacity)
      }
    } else {
      for x in 0..<source.size.width {
        let opacity = from[x * 2 + 1]
        to[x * 2] = color(from[x * 2], opacity)
        to[x * 2 + 1] = alpha(opacity)
      }
    }
  }
}

private func lay<Sample: FixedWidthInteger & BitwiseCopyable>(
  _ source: borrowing Plane, over under: [UInt64], into target: borrowing Plane, _ rows: TimedRows,
  sample: Sample.Type
) {
  let colors = source.channels - 1
  let full = UInt64(Sample.max)
  for y in rows {
    // In bounds: the source has `colors + 1` and the target `colors` samples per pixel, of this type, on equally many rows.
    var from = source.uncheckedRow(y, of: Sample.self)
    var to = target.uncheckedRow(y, of: Sample.self)
    for _ in 0..<source.size.width {
      let alpha = UInt64(from[colors])
      for channel in 0..<colors {
        let sum = UInt64(from[channel]) * alpha + under[channel] * (full - alpha)
        to[channel] = Sample(truncatingIfNeeded: (sum + full / 2) / full)
      }
      from += colors + 1
      to += colors
    }
  }
}
