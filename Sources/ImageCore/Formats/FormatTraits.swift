/// What the pipeline needs to know about a format in addition to its codec: its name, its signature, and what its images can
/// hold.
struct FormatTraits: Sendable {
  /// The name in messages.
  let name: String
  /// The usual suffix. `ImageFormat.named(suffix:)` has all of them.
  let suffix: String
  let mediaType: String
  /// The bytes that all files of the format have at these offsets.
  let signature: [(offset: Int, bytes: [UInt8])]
  /// Maximum width and height, in pixels.
  let greatestSide: Int
  var hasAlpha = true
  var has16Bits = false
  var isLossy = true
  /// Whether its images may have one or two channels, and then a profile for gray.
  var hasGray = true
  /// Whether it can also describe colors by numbers, as PNG does (`PNGColorChunks`).
  var hasColorChunks = false
  /// Maximum size of a profile.
  var maxProfileBytes = Int(Int32.max)
  /// Upper bound of the memory that encoding takes, output included, in bytes: per pixel, per sample, and per byte of a sample.
  let encoderBytes: (pixel: Int, sample: Int, sampleByte: Int)

  static let jpeg = FormatTraits(
    name: "JPEG", suffix: "jpg", mediaType: "image/jpeg",
    // SOI and the FF of the next marker (ITU-T T.81, B.2.1).
    signature: [(0, [0xFF, 0xD8, 0xFF])], greatestSide: 65_500, hasAlpha: false,
    // 255 segments, each without its length, the signature, the number and the count (ICC.1:2022, B.4).
    maxProfileBytes: 255 * (65_535 - 2 - 14),
    // The coefficients, kept to optimize the Huffman tables, and the output while its buffer grows.
    encoderBytes: (0, 2, 3))

  static let png = FormatTraits(
    name: "PNG", suffix: "png", mediaType: "image/png",
    // PNG specification, 5.2.
    signature: [(0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])],
    greatestSide: Int(Int32.max), has16Bits: true,
    isLossy: false, hasColorChunks: true,
    // The filtered rows and the output.
    encoderBytes: (0, 0, 4))

  #if WebP
    static let webp = FormatTraits(
      name: "WebP", suffix: "webp", mediaType: "image/webp",
      signature: [(0, Array("RIFF".utf8)), (8, Array("WEBP".utf8))], greatestSide: 16_383, hasGray: false,
      // The ARGB words of the library, its YUV, tokens, and the hash chains with which it finds repetitions in alpha.
      encoderBytes: (48, 0, 0))
  #endif
}

extension ImageFormat {
  var facts: FormatTraits {
    switch self {
    case .jpeg: .jpeg
    case .png: .png
    #if WebP
      case .webp: .webp
    #endif
    }
  }

  package var name: String { facts.name }
  package var mediaType: String { facts.mediaType }
  package var greatestSide: Int { facts.greatestSide }
  package var hasAlpha: Bool { facts.hasAlpha }
  package var has16Bits: Bool { facts.has16Bits }
  package var isLossy: Bool { facts.isLossy }
  package var hasGray: Bool { facts.hasGray }
  package var hasColorChunks: Bool { facts.hasColorChunks }
  package var maxProfileBytes: Int { facts.maxProfileBytes }

  /// The names of all formats, as in "JPEG and PNG".
  /// - Parameter word: the word between the last two names.
  package static func names(_ word: String) -> String {
    let names = allCases.map(\.name)
    return names.dropLast().joined(separator: ", ") + " \(word) " + names[names.count - 1]
  }

  /// The names of the formats whose quality can be chosen.
  package static var lossyNames: String { allCases.filter(\.isLossy).map(\.name).joined(separator: ", ") }

  /// Upper bound of the memory that encoding takes, in bytes.
  package func encoderByteCount(pixelCount: Int, channels: Int, byteDepth: Int) -> Int {
    let bytes = facts.encoderBytes
    return pixelCount * (bytes.pixel + channels * (bytes.sample + byteDepth * bytes.sampleByte))
  }
}
