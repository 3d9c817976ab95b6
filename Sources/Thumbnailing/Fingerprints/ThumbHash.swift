internal import Glibc
internal import ImageCore

/// A blurred placeholder in about 25 bytes (ThumbHash, E. Wallace 2023): cosine transforms of luminance, two color differences
/// and alpha, in 4 bits for each coefficient.
enum ThumbHash {
  /// The format's limit for the image that it encodes.
  static let maxSide = 100

  static func hash(of image: ReducedPixels) -> [UInt8] {
    let (width, height) = (image.size.width, image.size.height)
    precondition(max(width, height) <= maxSide, "a thumb hash is of at most 100x100 pixels")
    // Whole levels, as the format's input has.
    let pixels = image.pixels.map { pixel in
      SIMD4<Double>((0..<4).map { Double((pixel[$0] * 255).rounded()) / 255 })
    }
    var mean = SIMD4<Double>.zero
    for pixel in pixels { mean += SIMD4(pixel.x * pixel.w, pixel.y * pixel.w, pixel.z * pixel.w, pixel.w) }
    let hasAlpha = mean.w < Double(pixels.count)
    if mean.w > 0 { mean /= mean.w }
    // Composited over the mean color.
    let colors = pixels.map { mean * (1 - $0.w) + $0 * $0.w }
    let maxLight = hasAlpha ? 5.0 : 7.0
    let longest = Double(max(width, height))
    let (lx, ly) = (
      max(1, rounded(maxLight * Double(width) / longest)), max(1, rounded(maxLight * Double(height) / longest))
    )
    let size = image.size
    let light = Channel(colors.map { ($0.x + $0.y + $0.z) / 3 }, size, max(3, lx), max(3, ly))
    let yellow = Channel(colors.map { ($0.x + $0.y) / 2 - $0.z }, size, 3, 3)
    let red = Channel(colors.map { $0.x - $0.y }, size, 3, 3)
    let alpha = hasAlpha ? Channel(pixels.map(\.w), size, 5, 5) : nil

    let isLandscape = width > height
    let first =
      rounded(63 * light.mean) | rounded(31.5 + 31.5 * yellow.mean) << 6 | rounded(31.5 + 31.5 * red.mean) << 12
      | rounded(31 * light.scale) << 18 | (hasAlpha ? 1 << 23 : 0)
    let second =
      (isLandscape ? ly : lx) | rounded(63 * yellow.scale) << 3 | rounded(63 * red.scale) << 9
      | (isLandscape ? 1 << 15 : 0)
    var bytes = [first, first >> 8, first >> 16, second, second >> 8].map { UInt8($0 & 255) }
    if let alpha { bytes.append(UInt8(rounded(15 * alpha.mean) | rounded(15 * alpha.scale) << 4)) }
    let digits = [light, yellow, red, alpha].compactMap { $0 }.flatMap(\.digits)
    for start in stride(from: 0, to: digits.count, by: 2) {
      bytes.append(digits[start] | (start + 1 < digits.count ? digits[start + 1] << 4 : 0))
    }
    return bytes
  }

  /// The cosine transform of one channel: its mean, and the varying terms relative to the largest of them.
  private struct Channel {
    var mean = 0.0
    var scale = 0.0
    /// Of 4 bits.
    var digits: [UInt8] = []

    init(_ values: [Double], _ size: PixelSize, _ columns: Int, _ rows: Int) {
      let (width, height) = (size.width, size.height)
      var terms: [Double] = []
      for row in 0..<rows {
        for column in 0..<columns where column * rows < columns * (rows - row) {
          let across = (0..<width).map { cos(.pi / Double(width) * Double(column) * (Double($0) + 0.5)) }
          var sum = 0.0
          for y in 0..<height {
            let down = cos(.pi / Double(height) * Double(row) * (Double(y) + 0.5))
            for x in 0..<width { sum += values[x + y * width] * across[x] * down }
          }
          let term = sum / Double(width * height)
          if row == 0 && column == 0 {
            mean = term
          } else {
            terms.append(term)
            scale = max(scale, abs(term))
          }
        }
      }
      digits = terms.map { UInt8(rounded(15 * (scale > 0 ? 0.5 + 0.5 / scale * $0 : $0))) }
    }
  }
}

/// Halves up, as in the reference implementation.
private func rounded(_ value: Double) -> Int { Int((value + 0.5).rounded(.down)) }
