package import ImageCodecs
package import ImageCore

/// A random image and its options, for `JPEGEncoding` and libjpeg to encode.
package struct EncodingTrial: CustomStringConvertible {
  private let seed: UInt64
  package var width: Int
  package var height: Int
  /// Luma samples per chroma sample; nil for gray.
  package var factors: (horizontal: Int, vertical: Int)?
  package var quality: Int
  private let content: [Content]

  private enum Content: CaseIterable {
    case noise, ramp, flat, checks, blocks, dots, extremes, noisyRamp, waves
  }

  /// All that an MCU has room for.
  package static let factors = [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (1, 4), (4, 2), (2, 4)]

  package init(seed: UInt64, maxSide: Int) {
    self.seed = seed
    var random = Randomness(seed: seed)
    width = 1 + random.below(maxSide)
    height = 1 + random.below(maxSide)
    factors = random.below(5) == 0 ? nil : random.pick(EncodingTrial.factors)
    quality = 1 + random.below(100)
    content = [random.pick(Content.allCases), random.pick(Content.allCases)]
  }

  package var description: String {
    let sampling = factors.map { "\($0.horizontal)x\($0.vertical)" } ?? "gray"
    return "seed \(seed): \(width)x\(height), \(sampling), quality \(quality), \(content)"
  }

  private func made(_ width: Int, _ height: Int, _ content: Content, _ random: inout Randomness, _ pool: BufferPool)
    throws(OutOfMemory) -> Plane
  {
    let plane = try Plane(size: PixelSize(width: width, height: height), channels: 1, from: pool)
    let (start, right, down) = (random.below(256), random.below(13) - 6, random.below(13) - 6)
    let contrast = 1 + random.below(128)
    for y in 0..<height {
      for x in 0..<width {
        let value =
          switch content {
          case .noise: Int(random.byte())
          case .ramp: start + right * x + down * y
          case .flat: start
          case .checks: (x ^ y) & 1 * 255
          case .blocks: (x >> 3 ^ y >> 3) & 1 * 255
          case .dots: random.below(64) == 0 ? 255 - start : start
          case .extremes: random.below(2) * 255
          case .noisyRamp: start + right * x + down * y + random.below(contrast) - contrast / 2
          case .waves: 128 + contrast * ((x * right & 63) - 32) * ((y * down & 63) - 32) / 512
          }
        unsafe plane.row(y).storeBytes(of: UInt8(min(max(value, 0), 255)), toByteOffset: x, as: UInt8.self)
      }
    }
    return plane
  }

  private func image(_ pool: BufferPool) throws(OutOfMemory) -> Image {
    var random = Randomness(seed: seed &+ 1)
    let first = try made(width, height, content[0], &random, pool)
    guard let factors else { return .pixels(first) }
    let (across, down) = (
      (width + factors.horizontal - 1) / factors.horizontal, (height + factors.vertical - 1) / factors.vertical
    )
    let cb = try made(across, down, content[1], &random, pool)
    return .yCbCr(YCbCrPlanes(luma: first, cb: cb, cr: try made(across, down, content[1], &random, pool)))
  }

  /// Encodes the image with both.
  /// - Parameter change: changes the request.
  /// - Returns: whether `JPEGEncoding` wrote the image, and the bytes are those of libjpeg.
  package func isSame(
    _ ours: JPEGEncoder, _ theirs: LibjpegEncoder, pool: BufferPool, change: (inout EncodeRequest) -> Void = { _ in }
  ) throws -> Bool {
    var request = EncodeRequest(format: .jpeg)
    request.jpeg.quality = quality
    change(&request)
    let image = try image(pool)
    guard let bytes = try unsafe ours.encodeBaseline(image, request, factors: factors ?? (1, 1)) else { return false }
    return unsafe bytes.elementsEqual(try theirs.encode(image, request, factors: factors ?? (1, 1)))
  }
}
