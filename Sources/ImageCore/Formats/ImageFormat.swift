/// A format that this build reads and writes. The first bytes of a source determine its format, never its name.
///
/// A further format needs a case here, its `FormatTraits`, and its reader and writer in `FormatCodecs`. A package trait can
/// exclude a format from a build.
package enum ImageFormat: String, CaseIterable, Sendable {
  case jpeg
  case png
  #if WebP
    case webp
  #endif
}

extension ImageFormat {
  /// The number of bytes from the start of a file that are enough to recognize its format.
  package static let signatureByteCount = 16

  /// No image is shorter.
  package static let minByteCount = 8

  /// The format whose signature the bytes start with.
  package static func recognized(_ bytes: RawSpan) -> ImageFormat? {
    allCases.first { format in format.facts.signature.allSatisfy { bytes.holds($0.bytes, at: $0.offset) } }
  }

  /// The name of a well-known format that this program does not read, for a message more helpful than "not an image".
  package static func nameOfOther(_ bytes: RawSpan) -> String? {
    for (magic, name) in magics where bytes.holds(magic) { return name }
    if holds("RIFF", at: 0, in: bytes) && holds("WEBP", at: 8, in: bytes) { return "WebP" }
    if holds("ftyp", at: 4, in: bytes) { return nameOfBrand(bytes) }
    if isBMP(bytes) { return "BMP" }
    if looksLikeSVG(bytes) { return "SVG" }
    return nil
  }

  private static let magics: [(magic: [UInt8], name: String)] = [
    (Array("GIF87a".utf8), "GIF"),
    (Array("GIF89a".utf8), "GIF"),
    ([0x49, 0x49, 0x2A, 0x00, 0x10, 0x00, 0x00, 0x00, 0x43, 0x52], "CR2 (Canon raw)"),
    ([0x49, 0x49, 0x55, 0x00], "RW2 (Panasonic raw)"),
    (Array("IIRO".utf8), "ORF (Olympus raw)"),
    (Array("IIRS".utf8), "ORF (Olympus raw)"),
    (Array("MMOR".utf8), "ORF (Olympus raw)"),
    (Array("FUJIFILMCCD-RAW".utf8), "RAF (Fujifilm raw)"),
    ([0x49, 0x49, 0x2A, 0x00], "TIFF"),
    ([0x4D, 0x4D, 0x00, 0x2A], "TIFF"),
    ([0x49, 0x49, 0x2B, 0x00], "TIFF"),
    ([0x4D, 0x4D, 0x00, 0x2B], "TIFF"),
    ([0xFF, 0x0A], "JPEG XL"),
    ([0x00, 0x00, 0x00, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A], "JPEG XL"),
    ([0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A], "JPEG 2000"),
    ([0xFF, 0x4F, 0xFF, 0x51], "JPEG 2000"),
    (Array("%PDF-".utf8), "PDF"),
    (Array("8BPS".utf8), "PSD"),
    ([0x00, 0x00, 0x01, 0x00], "ICO"),
  ]

  /// An ISO base media file identifies its contents by a brand of four letters.
  private static func nameOfBrand(_ bytes: RawSpan) -> String? {
    if holds("crx ", at: 8, in: bytes) { return "CR3 (Canon raw)" }
    for brand in ["avif", "avis"] where holds(brand, at: 8, in: bytes) { return "AVIF" }
    for brand in ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]
    where holds(brand, at: 8, in: bytes) { return "HEIC" }
    return nil
  }

  /// Two letters alone are weak evidence. The reserved fields of the file header are zero as well (BITMAPFILEHEADER, bytes 6 to 9).
  private static func isBMP(_ bytes: RawSpan) -> Bool {
    holds("BM", at: 0, in: bytes) && bytes.byteCount >= 10 && bytes.array(6..<10).allSatisfy { $0 == 0 }
  }

  private static func looksLikeSVG(_ bytes: RawSpan) -> Bool {
    let start = String(decoding: bytes.array(0..<min(512, bytes.byteCount)), as: UTF8.self)
    return start.hasPrefix("<svg") || (start.hasPrefix("<?xml") && start.contains("<svg"))
  }

  private static func holds(_ text: String, at offset: Int, in bytes: RawSpan) -> Bool {
    bytes.holds(Array(text.utf8), at: offset)
  }
}

extension ImageFormat {
  /// The suffix for a file name that has no suffix of this format.
  package var usualSuffix: String { facts.suffix }

  /// The format of a suffix, given without its dot and in any case.
  ///
  /// Not generic, because another module calls it for every entry of every folder.
  package static func named(suffix: ArraySlice<UInt8>) -> ImageFormat? {
    guard suffix.count <= 4 else { return nil }
    // The letters in lower case, packed into one number.
    let letters = suffix.reduce(UInt32(0)) { letters, byte in
      letters << 8 | UInt32((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
    }
    switch letters {
    case 0x6A_7067, 0x6A70_6567, 0x6A_7065, 0x6A66_6966: return .jpeg  // jpg, jpeg, jpe, jfif
    case 0x70_6E67: return .png  // png
    #if WebP
      case 0x7765_6270: return .webp  // webp
    #endif
    default: return nil
    }
  }
}
