/// What the pipeline needs to know about a format in addition to its codec.
struct FormatTraits: Sendable {
  /// The name in messages.
  let name: String
  /// The suffixes of its files in lower case, at most four letters each, the usual one first.
  let suffixes: [String]
  let mediaType: String
  /// Whether requests for images name it (`ImageFormat.acceptHeader`).
  var isRequested = false
  /// How it is written; nil for a format that is only read.
  var writing: WritingTraits?
  /// The format of outputs whose source has a format that is only read: PNG where it stores pixels without loss, else JPEG.
  var substitute = ImageFormat.jpeg
  /// Whether the orientation in EXIF applies to its images. Other formats have an orientation of their own.
  var usesEXIFOrientation = true
  /// Whether the header can be read from a whole file only, because parts of it are anywhere in the file.
  var readsWholeFiles = false
  /// The library that decodes it, opened at run time in worker processes only; nil if this program contains the decoder.
  var library: RuntimeLibrary?
}

/// What the images of a format that is written can hold, and what writing them costs.
struct WritingTraits: Sendable {
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
  /// Raised with each change that gives an image other bytes (`AlgorithmVersion`).
  let encoderVersion: Int
}

extension FormatTraits {
  static let jpeg = FormatTraits(
    name: "JPEG", suffixes: ["jpg", "jpeg", "jpe", "jfif"], mediaType: "image/jpeg", isRequested: true,
    writing: WritingTraits(
      greatestSide: 65_500, hasAlpha: false,
      // 255 segments, each without its length, the signature, the number and the count (ICC.1:2022, B.4).
      maxProfileBytes: 255 * (65_535 - 2 - 14),
      // Coefficients or symbols, kept to optimize the Huffman tables, and the output while its buffer grows.
      encoderBytes: (0, 2, 3), encoderVersion: 1))

  static let png = FormatTraits(
    name: "PNG", suffixes: ["png"], mediaType: "image/png", isRequested: true,
    writing: WritingTraits(
      greatestSide: Int(Int32.max), has16Bits: true, isLossy: false, hasColorChunks: true,
      // The output while its buffer grows, and pixels without color or alpha or with a palette. Version 3: strips of runs; gray and
      // palettes where they take fewer bytes.
      encoderBytes: (0, 0, 3), encoderVersion: 3))

  #if WebP
    static let webp = FormatTraits(
      name: "WebP", suffixes: ["webp"], mediaType: "image/webp",
      writing: WritingTraits(
        greatestSide: 16_383, hasGray: false,
        // The ARGB words of the library, its YUV, tokens, and the hash chains with which it finds repetitions in alpha.
        encoderBytes: (48, 0, 0), encoderVersion: 1))
  #endif

  static let gif = FormatTraits(
    name: "GIF", suffixes: ["gif"], mediaType: "image/gif", isRequested: true, substitute: .png)

  static let bmp = FormatTraits(
    name: "BMP", suffixes: ["bmp", "dib"], mediaType: "image/bmp", isRequested: true, substitute: .png)

  /// The media type is that of the freedesktop.org database for all raw formats; only DNG has a registered one.
  static let raw = FormatTraits(
    name: "camera raw", suffixes: ["dng", "nef", "cr2", "cr3", "arw", "orf", "rw2", "pef", "raf"],
    mediaType: "image/x-dcraw", usesEXIFOrientation: false, readsWholeFiles: true)

  static let heic = FormatTraits(
    name: "HEIC", suffixes: ["heic", "heif", "hif"], mediaType: "image/heic", usesEXIFOrientation: false,
    library: .libheif)

  static let avif = FormatTraits(
    name: "AVIF", suffixes: ["avif"], mediaType: "image/avif", usesEXIFOrientation: false, library: .libheif)

  static let tiff = FormatTraits(name: "TIFF", suffixes: ["tiff", "tif"], mediaType: "image/tiff", library: .libtiff)

  static let jpegXL = FormatTraits(
    name: "JPEG XL", suffixes: ["jxl"], mediaType: "image/jxl", usesEXIFOrientation: false, library: .libjxl)
}
