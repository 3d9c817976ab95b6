import ImageCodecs
import ImageCore
import TestSupport
import Testing

@Suite struct ImageFormatTests {
  private func recognized(_ bytes: [UInt8]) -> ImageFormat? {
    unsafe ImageFormat.recognized(bytes.span.bytes)
  }

  private func nameOfOther(_ bytes: [UInt8]) -> String? {
    unsafe ImageFormat.nameOfOther(bytes.span.bytes)
  }

  @Test func `a format is recognized by its whole signature`() {
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    #expect(recognized([0xFF, 0xD8, 0xFF]) == .jpeg)
    #expect(recognized([0xFF, 0xD8, 0xFF, 0xDB, 0]) == .jpeg)
    #expect(recognized(png) == .png)
    #expect(recognized(png + [0, 0]) == .png)
    for count in 0..<8 { #expect(recognized(Array(png.prefix(count))) == nil) }
    for count in 0..<3 { #expect(recognized(Array([0xFF, 0xD8, 0xFF].prefix(count))) == nil) }
  }

  @Test(arguments: [
    ([0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A], "JPEG 2000"),
    ([0xFF, 0x4F, 0xFF, 0x51], "JPEG 2000"),
    (Array("BM6\0\0\0\0\0\0\0".utf8), "BMP"),
    (Array("%PDF-1.7".utf8), "PDF"),
    (Array("8BPS\0\u{1}".utf8), "PSD"),
    ([0, 0, 1, 0, 1, 0], "ICO"),
    (Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), "SVG"),
    (Array("<?xml version='1.0'?>\n<!-- drawn --><svg/>".utf8), "SVG"),
  ])
  func `other well-known formats are named`(bytes: [UInt8], name: String) {
    #expect(recognized(bytes) == nil)
    #expect(nameOfOther(bytes) == name)
  }

  @Test(arguments: [
    (Array("II*\0".utf8), ImageFormat.tiff),
    (Array("MM\0*".utf8), .tiff),
    ([0x49, 0x49, 0x2B, 0x00, 8], .tiff),
    (Array("\0\0\0\u{18}ftypheic\0\0\0\0".utf8), .heic),
    (Array("\0\0\0\u{18}ftypmif1".utf8), .heic),
    (Array("\0\0\0\u{1C}ftypavif".utf8), .avif),
    ([0xFF, 0x0A, 0x12], .jpegXL),
    ([0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A], .jpegXL),
  ])
  func `formats of libraries that are opened at run time are recognized`(bytes: [UInt8], format: ImageFormat) {
    #expect(recognized(bytes) == format)
    #expect(error(of: bytes) == .needsIsolation(format), "this process opens no library")
  }

  private func error(of bytes: [UInt8]) -> CodecError? {
    do {
      _ = try unsafe bytes.withUnsafeBytes { bytes in
        try unsafe Decoder(pool: BufferPool()).readHeader(bytes, limits: DecodeLimits())
      }
      return nil
    } catch {
      return error as? CodecError
    }
  }

  @Test(
    arguments: [
      "IIRO\u{8}\0\0\0", "IIRS\u{8}\0\0\0", "MMOR\0\0\0\u{8}", "II*\0\u{10}\0\0\0CR\u{2}\0", "\0\0\0\u{18}ftypcrx ",
      "FUJIFILMCCD-RAW 0201", "IIU\0\u{18}\0\0\0",
    ])
  func `raw formats with signatures of their own are recognized`(start: String) {
    #expect(recognized(Array(start.utf8)) == .raw)
  }

  @Test func `text that starts with BM is no image`() { #expect(nameOfOther(Array("BMW and other cars".utf8)) == nil) }

  @Test func `WebP is named, or recognized if this build reads it`() {
    let start = Array("RIFF\u{4}\0\0\0WEBPVP8 ".utf8)
    #expect(recognized(start)?.name == (WebPTrait.isOn ? "WebP" : nil))
    #expect(nameOfOther(start) == "WebP")
    #expect(ImageFormat.named(suffix: "WebP")?.name == (WebPTrait.isOn ? "WebP" : nil))
    #expect(recognized(Array(start.prefix(11))) == nil)
  }

  @Test(arguments: [
    [], Array("R".utf8), Array("RIFF\u{4}\0\0\0WAVEfmt ".utf8), Array("<?xml version='1.0'?><html/>".utf8),
    Array("\0\0\0\u{18}ftypisom".utf8), Array("just some text".utf8), [0xFF, 0xD8, 0x00],
  ])
  func `an unknown format has no name`(bytes: [UInt8]) {
    #expect(nameOfOther(bytes) == nil)
  }

  @Test func `suffixes are recognized in any case`() {
    for suffix in ["jpg", "JPG", "Jpeg", "jpe", "JFIF"] { #expect(ImageFormat.named(suffix: suffix) == .jpeg) }
    #expect(ImageFormat.named(suffix: "pNg") == .png)
    for suffix in ["", "jp", "jpgs", "jpegs", "ti", "\u{10}ng"] { #expect(ImageFormat.named(suffix: suffix) == nil) }
  }
}

extension ImageFormat {
  fileprivate static func named(suffix: String) -> ImageFormat? { named(suffix: ArraySlice(suffix.utf8)) }
}
