extension Plane {
  /// Writes the samples of some pixels of a row in 16 bits.
  package func widen(_ pixels: Range<Int>, ofRow y: Int, into samples: inout [UInt16]) {
    // In bounds: the pixels are within the row.
    let (first, count) = (pixels.lowerBound * channels, pixels.count * channels)
    switch depth {
    case .eight:
      let row = uncheckedRow(y, of: UInt8.self) + first
      for index in 0..<count { samples[index] = UInt16(row[index]) * 257 }
    case .sixteen:
      let row = uncheckedRow(y, of: UInt16.self) + first
      for index in 0..<count { samples[index] = row[index] }
    }
  }

  /// The inverse, rounded to nearest.
  package func narrow(_ samples: [UInt16], to pixels: Range<Int>, ofRow y: Int) {
    let (first, count) = (pixels.lowerBound * channels, pixels.count * channels)
    switch depth {
    case .eight:
      let row = uncheckedRow(y, of: UInt8.self) + first
      for index in 0..<count { row[index] = UInt8((UInt32(samples[index]) * 255 + 32767) / 65535) }
    case .sixteen:
      let row = uncheckedRow(y, of: UInt16.self) + first
      for index in 0..<count { row[index] = samples[index] }
    }
  }
}
