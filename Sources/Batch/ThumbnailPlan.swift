internal import Codecs
internal import Imaging

/// The sizes and the decoding that a picture needs, settled on its header before any pixel is allocated.
struct ThumbnailPlan {
  /// The size to resample to, in the stored picture's orientation.
  let storedTarget: PixelSize
  let orientation: Orientation
  let decode: DecodeRequest
  let encode: EncodeRequest

  init(_ header: ImageHeader, recipe: Recipe, format: ImageFormat) {
    orientation = recipe.orientation == .apply ? header.orientation : .upright
    let upright = orientation.transposes ? header.size.transposed : header.size
    let target = recipe.size.map { upright.fitted(to: $0, upscaling: recipe.upscale) } ?? upright
    storedTarget = orientation.transposes ? target.transposed : target

    var decode = DecodeRequest()
    decode.denominator = recipe.shrink.denominator(from: header.size, to: storedTarget)
    switch (recipe.colour, format) {
    case (.gray, _): decode.content = .gray
    case (.asSource, .jpeg): decode.content = .planes
    case (.asSource, .png): decode.content = .colour
    }
    decode.reading = recipe.tolerance == .warningFails ? .everything : .needed
    self.decode = decode

    var encode = EncodeRequest(format: format)
    encode.jpeg = recipe.jpeg
    encode.png = recipe.png
    if recipe.profile == .keep {
      encode.profile = header.profile
      encode.colourChunks = header.colourChunks
    }
    self.encode = encode
  }

  /// Luma columns and rows for one of chroma in the output, along the stored picture's axes.
  var chromaFactors: (across: Int, down: Int) {
    let factors = encode.jpeg.subsampling.factors(quality: encode.jpeg.quality)
    return orientation.transposes ? (factors.vertical, factors.horizontal) : (factors.horizontal, factors.vertical)
  }
}
