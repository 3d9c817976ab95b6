package import ImageCore

/// What a file says of its image before any pixel is decoded.
package struct ImageHeader: Hashable, Sendable {
  package var format: ImageFormat
  /// As stored, before orientation.
  package var size: PixelSize
  /// Bits of one sample in the file: 1, 2, 4, 8 or 16.
  package var bits: Int
  package var color: SourceColor
  package var layout: StorageLayout
  /// How the stored image is to be turned to stand upright.
  package var orientation: Orientation
  /// The ICC profile's bytes, as they are.
  package var profile: [UInt8]?
  /// What a PNG says of its colors beside a profile.
  package var colorChunks = PNGColorChunks()
  /// JPEG: luma samples for one of chroma; (1, 1) otherwise.
  package var subsampling = Subsampling()
  /// JPEG: how the planes of its components lie over the image.
  package var sampling: JPEGSampling?
  /// Samples of a pixel when it is decoded as it is: palettes are expanded, and what a PNG has transparent is alpha.
  package var decodedChannels = 4
  /// Whether the decoder can give the image in strips of rows, if it is sound.
  package var comesInStrips = false
  /// What the decoder holds of the whole image at full size, however much it shrinks, beside its pixels: the
  /// coefficients of a JPEG in several scans.
  package var coefficientByteCount = 0
  /// JPEG: what decodes it when it is shrunk, unless that turns out to be `JPEGDecoding` and declines.
  package var path = DecoderKind.library

  /// What no output keeps, and what a decoder has to say of a profile.
  package var notes: [ConversionNotice] = []

  /// PNG: the offset in the file of the first chunk that is not in the bytes at hand, where EXIF was not found before it; EXIF
  /// may stand there and turn the image (`PNGEXIFSearch`). Nil where all chunks were seen.
  package var unreadChunks: Int?

  /// The size of the image standing upright.
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
  /// Top to bottom at full resolution.
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

/// PNG's color chunks beside iCCP, carried from PNG to PNG as they are.
package struct PNGColorChunks: Hashable, Sendable {
  /// cICP: primaries, transfer function, matrix and range of ITU-T H.273. Before a profile and all others.
  package var codePoints: [UInt8]?
  /// sRGB rendering intent, 0...3.
  package var srgbIntent: UInt8?
  /// gAMA, times 100000.
  package var gamma: UInt32?
  /// cHRM, times 100000: white x, y, red x, y, green x, y, blue x, y.
  package var chromaticities: [UInt32]?

  package init() {}
}
