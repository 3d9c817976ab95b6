// Places an image on a larger canvas, or cuts a window out of it. Both only copy rows.

extension Plane {
  /// Places the plane on a larger one filled with `fill`, one sample per channel.
  /// - Precondition: the plane fits there at (x, y).
  package consuming func padded(
    to canvas: PixelSize, x: Int, y: Int, fill: [Int], from pool: BufferPool
  ) throws(OutOfMemory) -> Plane {
    precondition(x >= 0 && y >= 0 && x + size.width <= canvas.width && y + size.height <= canvas.height, "it fits")
    let result = try Plane(size: canvas, channels: channels, depth: depth, from: pool)
    let pixelBytes = channels * depth.byteCount
    let edges = [0..<x, x + size.width..<canvas.width]
    for row in pool.rows(of: result) {
      let isBeside = (y..<y + size.height).contains(row)
      for columns in isBeside ? edges : [0..<canvas.width] { result.fill(row, columns, with: fill) }
      // SAFETY: the row of the canvas has room for the plane's row at x, by the precondition.
      if isBeside {
        unsafe (result.row(row) + x * pixelBytes).copyMemory(from: self.row(row - y), byteCount: rowByteCount)
      }
    }
    return result
  }

  private func fill(_ row: Int, _ columns: Range<Int>, with samples: [Int]) {
    for x in columns {
      for channel in 0..<channels {
        let index = x * channels + channel
        // In bounds: a row has `size.width * channels` samples of its depth.
        switch depth {
        case .eight:
          uncheckedRow(row, of: UInt8.self)[index] = UInt8(samples[channel])
        case .sixteen:
          uncheckedRow(row, of: UInt16.self)[index] = UInt16(samples[channel])
        }
      }
    }
  }

  /// The window of the plane that starts at (x, y).
  /// - Precondition: it is within the plane.
  package consuming func window(_ window: PixelSize, x: Int, y: Int, from pool: BufferPool) throws(OutOfMemory) -> Plane
  {
    precondition(x >= 0 && y >= 0 && x + window.width <= size.width && y + window.height <= size.height, "it fits")
    let result = try Plane(size: window, channels: channels, depth: depth, from: pool)
    for row in pool.rows(of: result) {
      // SAFETY: by the precondition the source's row has that many bytes from x on.
      unsafe result.row(row).copyMemory(
        from: self.row(row + y) + x * channels * depth.byteCount, byteCount: result.rowByteCount)
    }
    return result
  }
}

extension Background {
  /// JFIF's chroma of the color (ITU-T T.871, 7), rounded.
  package var chroma: (cb: Int, cr: Int) {
    let (red, green, blue) = (Double(red), Double(green), Double(blue))
    return (
      Int((128 - 0.168736 * red - 0.331264 * green + 0.5 * blue).rounded()).clamped,
      Int((128 + 0.5 * red - 0.418688 * green - 0.081312 * blue).rounded()).clamped
    )
  }

  /// The color as samples of a plane. Alpha is full.
  package func samples(channels: Int, depth: SampleDepth) -> [Int] {
    let color = channels < 3 ? [Int(luma)] : [Int(red), Int(green), Int(blue)]
    let samples = channels % 2 == 0 ? color + [255] : color
    return depth == .eight ? samples : samples.map { $0 * 257 }
  }
}

extension Int {
  fileprivate var clamped: Int { Swift.min(Swift.max(self, 0), 255) }
}
