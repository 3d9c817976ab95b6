/// The definition of gray (`--gray-as`).
package enum GrayKind: String, CaseIterable, Sendable {
  /// Y = 0.299 R + 0.587 G + 0.114 B of the stored values (ITU-R BT.601-7, 2.5.1), as in the luma plane of a JPEG.
  case luma601
  /// Y = 0.2126 R + 0.7152 G + 0.0722 B of the stored values (ITU-R BT.709-6, 3.2).
  case luma709
  /// The same sum of linear light, stored by sRGB's curve: the perceived brightness of the color.
  case luminance

  /// The weights of red, green and blue times 65536. Their sum is exactly 65536, so white stays white.
  var weights: (red: Int, green: Int, blue: Int) {
    switch self {
    case .luma601: (19595, 38470, 7471)
    case .luma709, .luminance: (13933, 46871, 4732)
    }
  }
}

extension Plane {
  /// The gray of RGB. Alpha is kept: 3 channels give 1, and 4 give 2. A plane of fewer channels is returned unchanged. Computed
  /// in 16-bit fixed point, rounded to nearest.
  package consuming func grayscale(_ kind: GrayKind = .luma601, from pool: BufferPool) throws(OutOfMemory) -> Plane {
    channels < 3 ? self : try gray(kind, from: pool)
  }

  /// The same for a plane of 3 or 4 channels, which is not consumed.
  package func gray(_ kind: GrayKind, from pool: BufferPool) throws(OutOfMemory) -> Plane {
    var gray = try Plane(size: size, channels: channels - 2, depth: depth, from: pool)
    gray.extent = extent
    let weights = kind.weights
    let rows = pool.rows(of: self)
    switch (depth, kind) {
    case (.eight, .luminance):
      writeLuminance(
        self, gray, weights, UInt8.self, SRGBTransfer.ofEight, SRGBTransfer.toEight, rows)
    case (.sixteen, .luminance):
      writeLuminance(
        self, gray, weights, UInt16.self, SRGBTransfer.ofSixteen, SRGBTransfer.toSixteen, rows)
    case (.eight, _): writeLuma(of: self, into: gray, weights, rows, sample: UInt8.self)
    case (.sixteen, _): writeLuma(of: self, into: gray, weights, rows, sample: UInt16.self)
    }
    return gray
  }
}

private func writeLuma<Sample: FixedWidthInteger & BitwiseCopyable>(
  of source: borrowing Plane, into target: borrowing Plane, _ weights: (red: Int, green: Int, blue: Int),
  _ rows: TimedRows, sample: Sample.Type
) {
  let channels = source.channels
  for y in rows {
    // In bounds: both planes have `size.height` rows of `size.width * channels` samples of this type.
    var from = source.uncheckedRow(y, of: Sample.self)
    var to = target.uncheckedRow(y, of: Sample.self)
    for _ in 0..<source.size.width {
      let sum = Int(from[0]) * weights.red + Int(from[1]) * weights.green + Int(from[2]) * weights.blue
      to[0] = Sample(truncatingIfNeeded: (sum + 32768) >> 16)
      if channels == 4 { to[1] = from[3] }
      from += channels
      to += channels - 2
    }
  }
}

private func writeLuminance<Sample: FixedWidthInteger & BitwiseCopyable>(
  _ source: borrowing Plane, _ target: borrowing Plane, _ weights: (red: Int, green: Int, blue: Int),
  _: Sample.Type, _ light: [UInt16], _ value: [Sample], _ rows: TimedRows
) {
  let channels = source.channels
  for y in rows {
    // In bounds: as in `writeLuma`.
    var from = source.uncheckedRow(y, of: Sample.self)
    var to = target.uncheckedRow(y, of: Sample.self)
    for _ in 0..<source.size.width {
      let (red, green, blue) = (light[Int(from[0])], light[Int(from[1])], light[Int(from[2])])
      let sum = Int(red) * weights.red + Int(green) * weights.green + Int(blue) * weights.blue
      to[0] = value[(sum + 32768) >> 16]
      if channels == 4 { to[1] = from[3] }
      from += channels
      to += channels - 2
    }
  }
}
