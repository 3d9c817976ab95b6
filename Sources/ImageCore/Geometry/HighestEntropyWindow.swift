internal import Glibc

extension Plane {
  /// The start of the window with the most detail: the one whose differences between neighbors have the highest entropy (Shannon
  /// 1948). By this measure neither a plain sky nor a smooth gradient counts as detail. Among equal windows, the one nearest the
  /// middle.
  ///
  /// Reads only the first channel.
  /// - Parameters:
  ///   - window: as wide or as high as the plane.
  ///   - step: the distance between candidate positions along the other side.
  ///   - limit: if it expires, the result is undefined.
  package func highestEntropyWindow(
    _ window: PixelSize, step: Int, within limit: TimeLimit = TimeLimit()
  ) throws(OutOfMemory) -> Int {
    let isAcross = size.width > window.width
    let length = isAcross ? size.width : size.height
    let shown = isAcross ? window.width : window.height
    let samples = isAcross ? size.height : size.width
    var limit = limit
    // The counts of each line in the window. A line that enters takes the slot of the line that leaves.
    var lines = try UncheckedArray<UInt32>(repeating: 0, count: shown * Plane.bins)
    var counts = [Int](repeating: 0, count: Plane.bins)
    func enter(_ line: Int) {
      let found = differences(ofLine: line, isColumn: isAcross)
      let position = line % shown * Plane.bins
      for bin in 0..<Plane.bins {
        counts[bin] += found[bin] - Int(lines[position + bin])
        lines[position + bin] = UInt32(found[bin])
      }
    }
    for line in 0..<shown {
      if limit.isOver(before: Plane.workOfSample * samples) { return 0 }
      enter(line)
    }
    var best = (start: 0, entropy: -1.0)
    let middle = (length - shown) / 2
    for start in 0...length - shown {
      if start > 0, limit.isOver(before: Plane.workOfSample * samples) { return 0 }
      if start > 0 { enter(start + shown - 1) }
      guard start % step == 0 else { continue }
      if limit.isOver(before: Plane.workOfEntropy) { return 0 }
      let entropy = Plane.entropy(counts)
      let isNearer = abs(start - middle) < abs(best.start - middle)
      if entropy > best.entropy + 1e-12 || (entropy > best.entropy - 1e-12 && isNearer) { best = (start, entropy) }
    }
    return best.start
  }

  private static let bins = 64
  /// The work of the differences of a sample, and of an entropy, in bytes of work as `TimeLimit` counts them.
  private static let workOfSample = 16
  private static let workOfEntropy = 2048

  /// The memory that the search for a window takes, in bytes.
  package static func highestEntropyWindowByteCount(_ window: PixelSize) -> Int {
    max(window.width, window.height) * bins * MemoryLayout<UInt32>.stride
  }

  /// A histogram of the differences to the next line and to the next sample of the line, in bins of four.
  private func differences(ofLine line: Int, isColumn: Bool) -> [Int] {
    var counts = [Int](repeating: 0, count: Plane.bins)
    let end = isColumn ? size.height : size.width
    func value(_ along: Int, _ line: Int) -> Int { isColumn ? level(line, along) : level(along, line) }
    let lines = isColumn ? size.width : size.height
    for along in 0..<end {
      let here = value(along, line)
      if along + 1 < end { counts[abs(value(along + 1, line) - here) / 4] += 1 }
      if line + 1 < lines { counts[abs(value(along, line + 1) - here) / 4] += 1 }
    }
    return counts
  }

  /// The first channel of a pixel, in 8 bits.
  private func level(_ x: Int, _ y: Int) -> Int {
    // In bounds: the pixel is in the plane.
    switch depth {
    case .eight: return Int(uncheckedRow(y, of: UInt8.self)[x * channels])
    case .sixteen: return Int(uncheckedRow(y, of: UInt16.self)[x * channels]) >> 8
    }
  }

  private static func entropy(_ counts: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    guard total > 0 else { return 0 }
    return counts.reduce(0) { sum, count in
      count == 0 ? sum : sum - Double(count) / total * log2(Double(count) / total)
    }
  }
}
