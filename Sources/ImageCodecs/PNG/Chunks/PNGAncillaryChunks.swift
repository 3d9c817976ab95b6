internal import ImageCore

/// The chunks before a PNG's pixels that this program reads itself, because libpng ignores them or does not report them.
struct PNGAncillaryChunks {
  /// cICP, sRGB, gAMA and cHRM, the first of each. libpng 1.6 drops sRGB if gAMA or cHRM contradict it, and drops all of them
  /// with a profile that it rejects.
  private(set) var colors = PNGColorChunks()
  /// Whether there is an iCCP chunk, valid or not.
  private(set) var hasProfile = false
  /// Whether acTL contains a count of more than one frame.
  private(set) var isAnimated = false

  /// libpng's bounds for gAMA, times 100000 (png_colorspace_set_gamma). Other values count as an error.
  private static let gammas: ClosedRange<UInt32> = 16...625_000_000

  /// Reads chunks as far as they are well-formed. libpng diagnoses the rest.
  init(_ bytes: RawSpan) {
    var walk = PNGChunkWalk()
    while let chunk = walk.next(in: bytes) {
      if chunk.name == .idat { return }
      if chunk.name == .iccp { hasProfile = true }
      if chunk.body.count <= PNGAncillaryChunks.longest { take(chunk, bytes) }
    }
  }

  /// The longest of the chunks that are read is cHRM.
  private static let longest = 32

  private mutating func take(_ chunk: PNGChunk, _ bytes: RawSpan) {
    let body = chunk.body.lowerBound
    // libpng skips such a chunk if its CRC is wrong.
    let isSound = chunk.hasValidChecksum(in: bytes)
    switch (chunk.name, chunk.body.count) {
    case (.actl, 8): isAnimated = bytes.bigEndian(body, UInt32.self) > 1
    case (.cicp, 4) where colors.codePoints == nil:
      if isSound { colors.codePoints = bytes.array(chunk.body) }
    case (.srgb, 1) where colors.srgbIntent == nil:
      let intent = bytes.byte(body)
      if intent <= 3, isSound { colors.srgbIntent = intent }
    case (.gama, 4) where colors.gamma == nil:
      let gamma = bytes.bigEndian(body, UInt32.self)
      if PNGAncillaryChunks.gammas.contains(gamma), isSound { colors.gamma = gamma }
    case (.chrm, 32) where colors.chromaticities == nil:
      let values = (0..<8).map { bytes.bigEndian(body + 4 * $0, UInt32.self) }
      guard values.allSatisfy({ $0 <= Int32.max }), isSound else { break }
      colors.chromaticities = values
    default: break
    }
  }
}
