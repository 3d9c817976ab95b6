internal import Glibc

/// Conversion to linear light for resampling, because mixing colors by their stored values darkens fine patterns.
///
/// Exactly sRGB's curve (IEC 61966-2-1), by tables. Light has 16 bits and is premultiplied by alpha.
extension Plane {
  /// The light of each sample, times alpha. Full is 65535.
  package func linearized(from pool: BufferPool) throws(OutOfMemory) -> Plane {
    var result = try Plane(size: size, channels: channels, depth: .sixteen, from: pool)
    result.extent = extent
    let rows = pool.rows(of: self)
    switch depth {
    case .eight: lighten(self, UInt8.self, by: SRGBTransfer.ofEight, fullAlpha: 255, into: result, rows)
    case .sixteen: lighten(self, UInt16.self, by: SRGBTransfer.ofSixteen, fullAlpha: 65535, into: result, rows)
    }
    return result
  }

  /// The inverse of `linearized`, at any depth. Where alpha is 0, color is 0.
  package func delinearized(to depth: SampleDepth, from pool: BufferPool) throws(OutOfMemory) -> Plane {
    precondition(self.depth == .sixteen, "light has 16 bits")
    let result = try Plane(size: size, channels: channels, depth: depth, from: pool)
    let rows = pool.rows(of: self)
    switch depth {
    case .eight:
      darken(self, by: SRGBTransfer.toEight, into: result, UInt8.self, rows) {
        UInt8((UInt32($0) * 255 + 32767) / 65535)
      }
    case .sixteen: darken(self, by: SRGBTransfer.toSixteen, into: result, UInt16.self, rows) { $0 }
    }
    return result
  }
}

/// The sRGB curve as tables. Each is computed at its first use.
enum SRGBTransfer {
  static let ofEight = (0...255).map { UInt16((65535 * light(Double($0) / 255)).rounded()) }
  static let ofSixteen = (0...65535).map { UInt16((65535 * light(Double($0) / 65535)).rounded()) }
  static let toEight = (0...65535).map { UInt8((255 * value(Double($0) / 65535)).rounded()) }
  static let toSixteen = (0...65535).map { UInt16((65535 * value(Double($0) / 65535)).rounded()) }

  private static func light(_ value: Double) -> Double {
    value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }

  private static func value(_ light: Double) -> Double {
    light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
  }
}

private func lighten<Sample: FixedWidthInteger & BitwiseCopyable>(
  _ source: borrowing Plane, _: Sample.Type, by table: [UInt16], fullAlpha: UInt32, into target: borrowing Plane,
  _ rows: TimedRows
) {
  let (channels, colors) = (source.channels, source.hasAlpha ? source.channels - 1 : source.channels)
  unsafe table.withUnsafeBufferPointer { table in
    let table = unsafe UncheckedBuffer<UInt16>(reading: table.baseAddress.unsafelyUnwrapped, count: table.count)
    for y in rows {
      // In bounds: both planes have `size.height` rows of `size.width * channels` samples of their depth. The table has an entry for
      // every sample value.
      var from = source.uncheckedRow(y, of: Sample.self)
      var to = target.uncheckedRow(y, of: UInt16.self)
      if colors == channels {
        for index in 0..<source.size.width * channels { to[index] = table[Int(from[index])] }
        continue
      }
      for _ in 0..<source.size.width {
        let alpha = UInt32(from[colors])
        for channel in 0..<colors {
          let light = UInt64(table[Int(from[channel])])
          to[channel] = UInt16((light * UInt64(alpha) + UInt64(fullAlpha / 2)) / UInt64(fullAlpha))
        }
        to[colors] = UInt16(alpha * (65535 / fullAlpha))
        from += channels
        to += channels
      }
    }
  }
}

private func darken<Sample: FixedWidthInteger & BitwiseCopyable>(
  _ source: borrowing Plane, by table: [Sample], into target: borrowing Plane, _: Sample.Type, _ rows: TimedRows,
  alpha narrow: (UInt16) -> Sample
) {
  let (channels, colors) = (source.channels, source.hasAlpha ? source.channels - 1 : source.channels)
  unsafe table.withUnsafeBufferPointer { table in
    let table = unsafe UncheckedBuffer<Sample>(reading: table.baseAddress.unsafelyUnwrapped, count: table.count)
    for y in rows {
      // In bounds: as in `lighten`.
      var from = source.uncheckedRow(y, of: UInt16.self)
      var to = target.uncheckedRow(y, of: Sample.self)
      if colors == channels {
        for index in 0..<source.size.width * channels { to[index] = table[Int(from[index])] }
        continue
      }
      for _ in 0..<source.size.width {
        let alpha = UInt64(from[colors])
        for channel in 0..<colors {
          let light = alpha == 0 ? 0 : min(65535, (UInt64(from[channel]) * 65535 + alpha / 2) / alpha)
          to[channel] = table[Int(light)]
        }
        to[colors] = narrow(from[colors])
        from += channels
        to += channels
      }
    }
  }
}
