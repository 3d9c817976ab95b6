/// A format that this build reads. The first bytes of a source determine its format, never its name.
///
/// A format is a case here, a line of `facts` with its `FormatTraits`, and a folder of `ImageCodecs` with its `FormatCodec`. All
/// lists of formats, in help, messages and documentation, follow this order. A package trait can exclude a format from a build.
package enum ImageFormat: String, CaseIterable, Sendable {
  case jpeg
  case png
  #if WebP
    case webp
  #endif
  case gif
  case bmp
  case raw
  case heic
  case avif
  case tiff
  case jpegXL = "jxl"
}

extension ImageFormat {
  /// The facts about each format.
  var facts: FormatTraits {
    switch self {
    case .jpeg: .jpeg
    case .png: .png
    #if WebP
      case .webp: .webp
    #endif
    case .gif: .gif
    case .bmp: .bmp
    case .raw: .raw
    case .heic: .heic
    case .avif: .avif
    case .tiff: .tiff
    case .jpegXL: .jpegXL
    }
  }

  /// How the format is written. Outputs are only planned in formats that are written.
  private var writing: WritingTraits {
    guard let writing = facts.writing else { preconditionFailure("\(facts.name) is only read") }
    return writing
  }

  package var name: String { facts.name }
  /// The suffix for a file name that has no suffix of this format.
  package var usualSuffix: String { facts.suffixes[0] }
  /// All suffixes of its files, in lower case.
  package var suffixes: [String] { facts.suffixes }
  package var isWritten: Bool { facts.writing != nil }
  /// The format of the outputs of a source in this format where none is requested: the same, if it is written.
  package var outputFormat: ImageFormat { isWritten ? self : facts.substitute }

  /// Whether the orientation in EXIF applies to its images.
  package var usesEXIFOrientation: Bool { facts.usesEXIFOrientation }

  /// The library that decodes the format in worker processes; nil if this program contains the decoder.
  package var library: RuntimeLibrary? { facts.library }

  /// Whether the header can be read from a whole file only.
  package var readsWholeFiles: Bool { facts.readsWholeFiles || library != nil }

  package var mediaType: String { facts.mediaType }
  package var greatestSide: Int { writing.greatestSide }
  package var hasAlpha: Bool { writing.hasAlpha }
  package var has16Bits: Bool { writing.has16Bits }
  package var isLossy: Bool { writing.isLossy }
  package var hasGray: Bool { writing.hasGray }
  package var hasColorChunks: Bool { writing.hasColorChunks }
  package var maxProfileBytes: Int { writing.maxProfileBytes }
  package var encoderVersion: Int { writing.encoderVersion }

  /// Upper bound of the memory that encoding takes, in bytes.
  package func encoderByteCount(pixelCount: Int, channels: Int, byteDepth: Int) -> Int {
    let bytes = writing.encoderBytes
    return pixelCount * (bytes.pixel + channels * (bytes.sample + byteDepth * bytes.sampleByte))
  }
}

extension ImageFormat {
  /// The formats that outputs can have.
  package static let written = allCases.filter(\.isWritten)

  /// The names of all formats, as in "JPEG, PNG and WebP".
  /// - Parameters:
  ///   - word: the word between the last two names.
  ///   - isIncluded: whether a format is named.
  package static func names(_ word: String, where isIncluded: (ImageFormat) -> Bool = { _ in true }) -> String {
    list(allCases.filter(isIncluded), word)
  }

  /// The names of the formats that worker processes decode by libraries opened at run time.
  package static func isolatedNames(_ word: String) -> String { list(allCases.filter { $0.library != nil }, word) }

  /// The names of the formats that are written.
  package static func writtenNames(_ word: String) -> String { list(written, word) }

  /// The names of the formats whose quality can be chosen.
  package static var lossyNames: String { written.filter(\.isLossy).map(\.name).joined(separator: ", ") }

  /// The formats of outputs whose sources have a format that is only read, as in "GIF and BMP become PNG".
  package static var substitutes: String {
    written.compactMap { target in
      let sources = allCases.filter { !$0.isWritten && $0.outputFormat == target }
      return sources.isEmpty ? nil : "\(list(sources, "and")) become \(target.name)"
    }.joined(separator: ", ")
  }

  private static func list(_ formats: [ImageFormat], _ word: String) -> String {
    let names = formats.map(\.name)
    let start = names.dropLast().joined(separator: ", ")
    return start.isEmpty ? names.joined() : "\(start) \(word) \(names[names.count - 1])"
  }
}

extension ImageFormat {
  /// The value of the Accept header of requests for images (RFC 9110, 12.5.1).
  ///
  /// It names formats in which images are stored, and includes all others by wildcards. Servers that convert images do that where
  /// a request names WebP, AVIF or JPEG XL, mostly whatever its weight is: nginx is set up to search the header for "webp", and
  /// CDNs do the same. Thumbnails of the original lose less than those of a copy, and a JPEG takes less time to decode.
  package static let acceptHeader =
    allCases.filter(\.facts.isRequested).map { $0.mediaType + "," }.joined() + "image/*;q=0.5,*/*;q=0.1"
}

extension ImageFormat {
  /// The suffixes of all formats. The letters of a suffix are packed into one number.
  private static let suffixes = allCases.flatMap { format in
    format.facts.suffixes.map { (letters: packed($0.utf8), format: format) }
  }

  /// The format of a suffix, given without its dot and in any case.
  ///
  /// Not generic, because another module calls it for every entry of every folder.
  package static func named(suffix: ArraySlice<UInt8>) -> ImageFormat? {
    guard suffix.count <= 4 else { return nil }
    let letters = packed(suffix)
    return suffixes.first { $0.letters == letters }?.format
  }

  private static func packed(_ suffix: some Sequence<UInt8>) -> UInt32 {
    suffix.reduce(UInt32(0)) { letters, byte in
      letters << 8 | UInt32((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
    }
  }
}
