package import ImageCore

/// What a file contains about its image, known before any pixel is decoded.
package struct ImageHeader: Hashable, Sendable {
  package var format: ImageFormat
  /// As stored, before orientation.
  package var size: PixelSize
  /// Bits per sample in the file: 1, 2, 4, 8 or 16.
  package var bits: Int
  package var color: SourceColor
  package var layout: StorageLayout
  /// The transformation that turns the stored image upright.
  package var orientation: Orientation
  /// The bytes of the ICC profile, unchanged.
  package var profile: [UInt8]?
  /// The color information of a PNG other than a profile.
  package var colorChunks = PNGColorChunks()
  /// JPEG: luma samples per chroma sample; (1, 1) otherwise.
  package var subsampling = Subsampling()
  /// JPEG: how the planes of its components map to the image.
  package var sampling: JPEGSampling?
  /// Samples per decoded pixel. Palettes are expanded, and the transparency of a PNG becomes alpha.
  package var decodedChannels = 4
  /// Whether the decoder can deliver the image in strips of rows, if the file is intact.
  package var comesInStrips = false
  /// JPEG: whether restart markers may split the image into bands for several threads.
  package var hasRestartMarkers = false
  /// Bytes that the decoder keeps for the whole image at full size, however much it shrinks, in addition to the pixels: the
  /// coefficients of a JPEG in several scans, or libwebp's working memory.
  package var coefficientByteCount = 0
  /// JPEG: the decoder of the shrunk image. If this is `JPEGDecoding` and it declines, libjpeg decodes the image.
  package var path = DecoderKind.library

  /// Information that no output keeps, and problems that a decoder found in a profile.
  package var notes: [ConversionNotice] = []

  /// PNG: the file offset of the first chunk beyond the given bytes, if they contain no EXIF. EXIF may follow there and turn the
  /// image (`PNGEXIFSearch`). Nil if all chunks were read.
  package var unreadChunks: Int?

  /// Raw: the position of the preview among those of the file, from the largest.
  package var preview = 0
  /// Raw: the headers of smaller previews of the same image, the smallest first.
  package var smallerPreviews: [ImageHeader] = []

  package init(
    format: ImageFormat, size: PixelSize, bits: Int, color: SourceColor, layout: StorageLayout,
    orientation: Orientation, profile: [UInt8]?
  ) {
    self.format = format
    self.size = size
    self.bits = bits
    self.color = color
    self.layout = layout
    self.orientation = orientation
    self.profile = profile
  }

  /// Whether the pixels are coded as a JPEG, which is decoded at a scale, by two decoders.
  package var isJPEG: Bool { format == .jpeg || format == .raw }

  /// Whether decoded pixels have alpha. The fourth channel of a JPEG is an ink.
  package var hasAlpha: Bool { !isJPEG && decodedChannels % 2 == 0 }

  /// The size of the upright image.
  package var uprightSize: PixelSize { orientation.transposes ? size.transposed : size }
}

package enum DecoderKind: String, Sendable {
  case scaled
  case library
}

package enum SourceColor: String, Sendable {
  case gray
  case grayAlpha = "gray+alpha"
  case palette
  case rgb = "RGB"
  case rgba = "RGBA"
  case yCbCr = "YCbCr"
  case cmyk = "CMYK"
  case ycck = "YCCK"
  case other
}

package enum StorageLayout: String, Sendable {
  /// Rows from top to bottom at full resolution.
  case sequential
  /// JPEG in several passes.
  case progressive
  /// PNG in Adam7 passes.
  case interlaced
}

package struct Subsampling: Hashable, Sendable {
  package var horizontal = 1
  package var vertical = 1

  package init() {}
}

/// The color chunks of a PNG other than iCCP. PNG output keeps those of a PNG unchanged.
package struct PNGColorChunks: Hashable, Sendable {
  /// cICP: primaries, transfer function, matrix and range (ITU-T H.273). Takes precedence over a profile and all other chunks.
  package var codePoints: [UInt8]?
  /// sRGB: the rendering intent, 0...3.
  package var srgbIntent: UInt8?
  /// gAMA, times 100000.
  package var gamma: UInt32?
  /// cHRM, times 100000: white x, y, red x, y, green x, y, blue x, y.
  package var chromaticities: [UInt32]?

  package init() {}
}
