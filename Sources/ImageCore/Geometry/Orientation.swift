/// How a stored image must be turned and mirrored to be upright: EXIF 2.32, tag 0x0112, table "Orientation".
package enum Orientation: Int, Sendable {
  case upright = 1
  case mirrored = 2
  case turned180 = 3
  case flipped = 4
  case transposed = 5
  /// The image needs a quarter turn clockwise.
  case turned90 = 6
  case transversed = 7
  case turned270 = 8

  /// Whether width and height are exchanged.
  package var transposes: Bool { rawValue >= 5 }
  /// Whether the stored columns run in the opposite direction of the upright axis that they correspond to.
  package var reversesColumns: Bool {
    self == .mirrored || self == .turned180 || self == .transversed || self == .turned270
  }
  /// Whether the stored rows run in the opposite direction of the upright axis that they correspond to.
  package var reversesRows: Bool {
    self == .turned180 || self == .flipped || self == .turned90 || self == .transversed
  }
}

extension Plane {
  /// Turns the stored plane upright. It only copies samples, so the result is exact.
  package consuming func turned(_ orientation: Orientation, from pool: BufferPool) throws(OutOfMemory) -> Plane {
    guard orientation != .upright else { return self }
    let target = try Plane(
      size: orientation.transposes ? size.transposed : size, channels: channels, depth: depth, from: pool)
    let rows = pool.rows(of: target)
    switch channels * depth.byteCount {
    case 1: turn(self, into: target, orientation, rows, pixel: UInt8.self)
    case 2: turn(self, into: target, orientation, rows, pixel: UInt16.self)
    case 3: turn(self, into: target, orientation, rows, pixel: ThreeBytes.self)
    case 4: turn(self, into: target, orientation, rows, pixel: UInt32.self)
    case 6: turn(self, into: target, orientation, rows, pixel: ThreeWords.self)
    default: turn(self, into: target, orientation, rows, pixel: UInt64.self)
    }
    return target
  }
}

private struct ThreeBytes: BitwiseCopyable {
  let first: UInt8
  let second: UInt8
  let third: UInt8
}

private struct ThreeWords: BitwiseCopyable {
  let first: UInt16
  let second: UInt16
  let third: UInt16
}

/// Fills each target row with the stored pixels that it shows, along a stored row or down a stored column.
private func turn<Pixel: BitwiseCopyable>(
  _ source: borrowing Plane, into target: borrowing Plane, _ orientation: Orientation, _ rows: TimedRows,
  pixel: Pixel.Type
) {
  let size = source.size
  let pixelBytes = MemoryLayout<Pixel>.stride
  for y in rows {
    let start: (column: Int, row: Int)
    let step: Int
    switch orientation {
    case .upright: (start, step) = ((0, y), pixelBytes)
    case .mirrored: (start, step) = ((size.width - 1, y), -pixelBytes)
    case .turned180: (start, step) = ((size.width - 1, size.height - 1 - y), -pixelBytes)
    case .flipped: (start, step) = ((0, size.height - 1 - y), pixelBytes)
    case .transposed: (start, step) = ((y, 0), source.stride)
    case .turned90: (start, step) = ((y, size.height - 1), -source.stride)
    case .transversed: (start, step) = ((size.width - 1 - y, size.height - 1), -source.stride)
    case .turned270: (start, step) = ((size.width - 1 - y, 0), source.stride)
    }
    // SAFETY: `start` is a stored pixel, and `target.size.width` steps stay on its row or column: the target's width is the
    // stored width where the loop follows rows, and the stored height where it follows columns.
    var from = unsafe source.row(start.row) + start.column * pixelBytes
    var to = unsafe target.row(y)
    for _ in 0..<target.size.width {
      unsafe to.storeBytes(of: from.loadUnaligned(as: Pixel.self), as: Pixel.self)
      unsafe from += step
      unsafe to += pixelBytes
    }
  }
}
