/// What the pipeline has to know of a format beside its codec: how it is called and told, and what its images can hold.
struct FormatTraits: Sendable {
  /// As people write it.
  let name: String
  /// The usual one; all are in `ImageFormat.named(suffix:)`.
  let suffix: String
  let mediaType: String
  /// What all its files have at these places.
  let signature: [(offset: Int, bytes: [UInt8])]
  /// The most pixels of a side.
  let greatestSide: Int
  var hasAlpha = true
  var has16Bits = false
  var isLossy = true
  /// Whether its images may have fewer than three channels, and then a profile for gray.
  var hasGray = true
  /// Whether it says colors by numbers too, as PNG does (`PNGColorChunks`).
  var hasColorChunks = false
  /// The most bytes of a profile.
  var maxProfileBytes = Int(Int32.max)
  /// The most that encoding takes, its output included, for each pixel, for each sample, and for each byte of a sample.
  let encoderBytes: (pixel: Int, sample: Int, sampleByte: Int)

  static let jpeg = FormatTraits(
    name: "JPEG", suffix: "jpg", mediaType: "image/jpeg",
    // SOI and the FF of the next marker (ITU-T T.81, B.2.1).
    signature: [(0, [0xFF, 0xD8, 0xFF])], greatestSide: 65_500, hasAlpha: false,
    // 255 segments, each without its length, the signature, the number and the count (ICC.1:2022, B.4).
    maxProfileBytes: 255 * (65_535 - 2 - 14),
    // Coefficients, whose Huffman tables are made for them; the bytes, while they grow.
    encoderBytes: (0, 2, 3))

  static let png = FormatTraits(
    name: "PNG", suffix: "png", mediaType: "image/png",
    // PNG specification, 5.2.
    signature: [(0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])],
    greatestSide: Int(Int32.max), has16Bits: true,
    isLossy: false, hasColorChunks: true,
    // Filtered rows; the bytes.
    encoderBytes: (0, 0, 4))
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
  package var hasGray: Bool { facts.hasGray }
  package var hasColorChunks: Bool { facts.hasColorChunks }
  package var maxProfileBytes: Int { facts.maxProfileBytes }

  /// The names of all formats, as in "JPEG and PNG".
  /// - Parameter word: between the last two.
  package static func names(_ word: String) -> String {
    let names = allCases.map(\.name)
    return names.dropLast().joined(separator: ", ") + " \(word) " + names[names.count - 1]
  }

  /// Of those whose quality can be chosen.
  package static var lossyNames: String { allCases.filter(\.facts.isLossy).map(\.name).joined(separator: ", ") }

  /// The memory that encoding takes at its most.
  package func encoderByteCount(pixelCount: Int, channels: Int, byteDepth: Int) -> Int {
    let bytes = facts.encoderBytes
    return pixelCount * (bytes.pixel + channels * (bytes.sample + byteDepth * bytes.sampleByte))
  }
}
