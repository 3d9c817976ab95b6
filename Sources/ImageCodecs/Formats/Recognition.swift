package import ImageCore

extension ImageFormat {
  /// The number of bytes from the start of a file that are enough to recognize its format. The directories of nearly all raw files
  /// are in them; other formats need 18 bytes.
  package static let signatureByteCount = 4096

  /// No image is shorter.
  package static let minByteCount = 8

  /// The format whose signature the bytes start with.
  package static func recognized(_ bytes: RawSpan) -> ImageFormat? {
    allCases.first { $0.codec.recognizes(bytes) }
  }

  /// The name of a well-known format that this program does not read, for a message more helpful than "not an image".
  package static func nameOfOther(_ bytes: RawSpan) -> String? {
    for (magic, name) in magics where bytes.holds(magic) { return name }
    if bytes.holds("RIFF", at: 0) && bytes.holds("WEBP", at: 8) { return "WebP" }
    if isBMP(bytes) { return "BMP" }
    if looksLikeSVG(bytes) { return "SVG" }
    return nil
  }

  private static let magics: [(magic: [UInt8], name: String)] = [
    ([0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A], "JPEG 2000"),
    ([0xFF, 0x4F, 0xFF, 0x51], "JPEG 2000"),
    (Array("%PDF-".utf8), "PDF"),
    (Array("8BPS".utf8), "PSD"),
    ([0x00, 0x00, 0x01, 0x00], "ICO"),
  ]

  /// Two letters alone are weak evidence. The reserved fields of the file header are zero as well (BITMAPFILEHEADER, bytes 6 to 9).
  private static func isBMP(_ bytes: RawSpan) -> Bool {
    bytes.holds("BM", at: 0) && bytes.byteCount >= 10 && bytes.array(6..<10).allSatisfy { $0 == 0 }
  }

  private static func looksLikeSVG(_ bytes: RawSpan) -> Bool {
    let start = String(decoding: bytes.array(0..<min(512, bytes.byteCount)), as: UTF8.self)
    return start.hasPrefix("<svg") || (start.hasPrefix("<?xml") && start.contains("<svg"))
  }
}

extension RawSpan {
  /// Whether the text is at the offset.
  func holds(_ text: String, at offset: Int = 0) -> Bool { holds(Array(text.utf8), at: offset) }
}
