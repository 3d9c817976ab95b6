package import ImageCore

/// The metadata of a file other than its colors, as bytes that are carried over (`--metadata keep`).
package struct ImageMetadata: Hashable, Sendable {
  /// EXIF: a TIFF structure.
  package var exif: [UInt8]?
  /// XMP: an XML packet.
  package var xmp: [UInt8]?
  /// The extended packet that the XMP of a JPEG may have (`ExtendedXMP`).
  package var extendedXMP: [UInt8]?
  /// The tEXt, zTXt and iTXt chunks of a PNG, with their names.
  package var texts: [PNGText] = []
  /// What has been left out so far.
  package var notes: Set<ConversionNotice> = []

  package struct PNGText: Hashable, Sendable {
    package let name: [UInt8]
    package let body: [UInt8]
  }

  package init() {}

  /// Maximum number of bytes carried over, including a profile: the longest PNG chunk that is read here without a warning.
  package static let maxByteCount = PNGChunk.maxByteCount
  /// Maximum number of texts, libpng's default limit. Each text needs its own allocation, however short it is.
  static let maxTexts = 1000

  /// Maximum number of EXIF bytes in one JPEG segment, without the signature.
  private static let maxEXIFBytesOfJPEG = JPEGSegments.maxBodyByteCount - exifStart.count

  static let exifStart = Array("Exif\0\0".utf8)
  static let xmpStart = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
  static let extendedXMPStart = Array("http://ns.adobe.com/xmp/extension/\0".utf8)
  /// The start of an iTXt chunk with XMP: its keyword, no compression, no language, no translation.
  static let xmpChunkStart = Array("XML:com.adobe.xmp\0\0\0\0\0".utf8)

  package var byteCount: Int {
    (exif?.count ?? 0) + (xmp?.count ?? 0) + (extendedXMP?.count ?? 0) + texts.reduce(0) { $0 + $1.body.count }
  }
}

extension ImageMetadata {
  /// The metadata for an output of any size. Drops what does not apply to it, such as an EXIF preview, which shows the source, or
  /// the position of a video after the image.
  /// - Parameter isTurned: whether the pixels were turned. `EXIFOrientation.swift` states the rule.
  package func fitted(isTurned: Bool) -> ImageMetadata {
    var result = self
    if let exif {
      var editor = EXIFEditor(exif)
      editor?.dropPreview()
      if isTurned { editor?.setUpright() }
      result.exif = editor?.bytes
      if editor == nil { result.notes.insert(.metadata) }
    }
    result.fitXMP(isTurned)
    if isTurned {
      result.texts.removeAll { text in
        let keyword = unsafe PNGText.keyword(text.body.span.bytes)
        return PNGText.rawKeywords.contains(keyword)
      }
      if result.texts.count < texts.count { result.notes.insert(.metadata) }
    }
    return result
  }

  private mutating func fitXMP(_ isTurned: Bool) {
    guard let source = xmp else { return }
    guard let editor = XMPEditor(source, isTurned: isTurned) else {
      // The contents of a malformed packet are unknown. It stays only if the pixels were not turned.
      if isTurned || extendedXMP != nil {
        notes.insert(.metadata)
        (xmp, extendedXMP) = (isTurned ? nil : xmp, nil)
      }
      return
    }
    xmp = editor.bytes
    note(editor)
    if let extended = extendedXMP {
      let second = XMPEditor(extended, isTurned: isTurned)
      second.map { note($0) }
      extendedXMP = second?.bytes
    }
    if editor.extensionDigest != nil, extendedXMP == nil { notes.insert(.metadata) }
  }

  private mutating func note(_ editor: XMPEditor) {
    if editor.hadMotion { notes.insert(.video) }
    if editor.hadGainMap { notes.insert(.gainMap) }
    if editor.hadDirectory, !editor.hadMotion, !editor.hadGainMap { notes.insert(.metadata) }
  }

  /// The metadata with the size of an output.
  package func sized(_ size: PixelSize) -> ImageMetadata {
    var result = self
    if let exif, var editor = EXIFEditor(exif) {
      editor.setDimensions(size)
      result.exif = editor.bytes
    }
    return result
  }

  /// The metadata without what a format cannot store.
  package func storable(in format: ImageFormat) -> ImageMetadata {
    var result = self
    if format != .png, !texts.isEmpty {
      result.texts = []
      result.notes.insert(.metadata)
    }
    if format == .jpeg {
      if let exif, exif.count > ImageMetadata.maxEXIFBytesOfJPEG {
        result.exif = nil
        result.notes.insert(.metadata)
      }
      result.splitXMP()
    } else if let xmp, let extendedXMP {
      let joined = ExtendedXMP.joined(xmp, extendedXMP)
      if joined == nil { result.notes.insert(.metadata) }
      (result.xmp, result.extendedXMP) = (joined ?? xmp, nil)
    }
    return result
  }

  /// Splits XMP into two packets if it is too long for one. Links the packets if there are two.
  private mutating func splitXMP() {
    guard let whole = xmp else { return }
    if let second = extendedXMP {
      if let packets = ExtendedXMP.packets(whole, second) {
        (xmp, extendedXMP) = (packets.main, packets.extended)
      } else {
        extendedXMP = nil
        notes.insert(.metadata)
      }
    }
    guard let main = xmp, main.count > ExtendedXMP.maxMainBytes else { return }
    let packets = ExtendedXMP.packets(main)
    (xmp, extendedXMP) = (packets?.main, packets?.extended)
    if packets == nil { notes.insert(.metadata) }
  }
}
