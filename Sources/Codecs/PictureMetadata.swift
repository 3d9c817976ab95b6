package import Imaging

/// What a file says of its picture beside its colours, as bytes that are carried over (`--metadata keep`).
package struct PictureMetadata: Hashable, Sendable {
  /// EXIF: a TIFF structure.
  package var exif: [UInt8]?
  /// XMP: an XML packet.
  package var xmp: [UInt8]?
  /// A PNG's tEXt, zTXt and iTXt chunks, with their names.
  package var texts: [PNGText] = []

  package struct PNGText: Hashable, Sendable {
    package let name: [UInt8]
    package let body: [UInt8]
  }

  package init() {}

  /// Of the bytes of a picture; whatever is not sound is left out.
  package init(_ bytes: UnsafeRawBufferPointer, format: ImageFormat) {
    switch format {
    case .jpeg: unsafe readSegments(bytes)
    case .png: unsafe readChunks(bytes)
    #if WebP
      case .webp:
        let chunks = unsafe WebPChunks(bytes)
        exif = unsafe chunks.exif(bytes).map { unsafe [UInt8]($0) }
        xmp = chunks.body("XMP ").map { unsafe [UInt8](bytes[$0]) }
    #endif
    }
  }

  static let exifStart = Array("Exif\0\0".utf8)
  static let xmpStart = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
  /// What an iTXt chunk with XMP starts with: its keyword, no compression, no language, no translation.
  static let xmpChunkStart = Array("XML:com.adobe.xmp\0\0\0\0\0".utf8)

  private mutating func readSegments(_ bytes: UnsafeRawBufferPointer) {
    for (marker, body) in unsafe JPEGSegments(bytes) where marker == 0xE1 {
      let segment = unsafe bytes[body]
      if exif == nil, unsafe segment.starts(with: PictureMetadata.exifStart) {
        exif = unsafe [UInt8](segment.dropFirst(PictureMetadata.exifStart.count))
      } else if xmp == nil, unsafe segment.starts(with: PictureMetadata.xmpStart) {
        xmp = unsafe [UInt8](segment.dropFirst(PictureMetadata.xmpStart.count))
      }
    }
  }

  /// The most bytes of text chunks that are carried, all together.
  private static let mostTextBytes = 4 << 20
  /// And the most of them, libpng's own limit: each takes memory of its own, however short it is.
  private static let mostTexts = 1000

  private mutating func readChunks(_ bytes: UnsafeRawBufferPointer) {
    var offset = 8
    var textBytes = 0
    while bytes.count - offset >= 12 {
      let length = unsafe Int(bytes.bigEndian(offset, UInt32.self))
      guard length <= bytes.count - offset - 12 else { return }
      let name = unsafe [UInt8](bytes[offset + 4..<offset + 8])
      let body = unsafe bytes[offset + 8..<offset + 8 + length]
      offset += 12 + length
      switch String(decoding: name, as: UTF8.self) {
      case "eXIf" where exif == nil: exif = unsafe [UInt8](body)
      case "iTXt" where unsafe body.starts(with: PictureMetadata.xmpChunkStart) && xmp == nil:
        xmp = unsafe [UInt8](body.dropFirst(PictureMetadata.xmpChunkStart.count))
      case "tEXt", "zTXt", "iTXt":
        textBytes += length
        guard textBytes <= PictureMetadata.mostTextBytes, texts.count < PictureMetadata.mostTexts else { break }
        texts.append(PNGText(name: name, body: unsafe [UInt8](body)))
      default: break
      }
    }
  }
}

extension PictureMetadata {
  /// The same for an output of another size that stands upright, unless it was left as it was stored. Without the small
  /// preview that EXIF may have: it shows the source.
  package func fitted(to size: PixelSize, isTurned: Bool) -> PictureMetadata {
    var result = self
    result.exif = exif.map { exif in
      var editor = EXIFEditor(exif)
      editor.dropPreview()
      if isTurned { editor.set(0x0112, to: 1) }
      editor.setDimensions(size)
      return editor.bytes
    }
    if isTurned { result.xmp = xmp.map(PictureMetadata.upright) }
    return result
  }

  /// XMP may repeat the orientation: as an attribute or as an element, of one digit.
  private static func upright(_ xmp: [UInt8]) -> [UInt8] {
    var result = xmp
    let name = Array("tiff:Orientation".utf8)
    var start = 0
    while start + name.count + 2 < result.count {
      guard result[start] == name[0], result[start...].starts(with: name) else {
        start += 1
        continue
      }
      start += name.count
      let rest = result[start...].prefix(3)
      for place in rest.indices where (UInt8(ascii: "1")...UInt8(ascii: "8")).contains(result[place]) {
        result[place] = UInt8(ascii: "1")
      }
    }
    return result
  }
}
