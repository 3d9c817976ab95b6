internal import ImageCodecs
internal import ImageCore

/// Finds the best encoding of an output that fits into the limit of the options. A lossy file has the highest quality that fits,
/// by bisection. A PNG has the level of the options or, if that is too large, the highest.
struct EncodingSearch {
  private let format: ImageFormat
  private let options: ThumbnailOptions
  /// Of the possible steps: qualities, or for PNG 0 (highest level) and 1 (level of the options).
  private let steps: ClosedRange<Int>
  /// The highest step known to fit.
  private var fitting: Int?
  /// The lowest step known not to fit.
  private var tooLarge: Int

  init(_ format: ImageFormat, _ options: ThumbnailOptions) {
    self.format = format
    self.options = options
    steps =
      format.isLossy
      ? options.outputLimit.minQuality...options.jpeg.quality : 0...(options.png.level < PNGOptions.maxLevel ? 1 : 0)
    tooLarge = steps.upperBound + 1
  }

  /// The next step to try; nil if the search has ended.
  var next: Int? {
    let low = fitting ?? steps.lowerBound - 1
    guard tooLarge - low > 1 else { return nil }
    guard fitting == nil else { return (low + tooLarge) / 2 }
    if tooLarge > steps.upperBound { return steps.upperBound }
    // Where the chroma changes below a quality, that quality comes first, so that the image is rendered twice at most.
    let edge = ChromaSubsampling.minFineQuality
    if format == .jpeg, options.jpeg.subsampling == .auto, steps.contains(edge), edge < tooLarge { return edge }
    return (low + tooLarge) / 2
  }

  mutating func record(_ step: Int, fits: Bool) { if fits { fitting = step } else { tooLarge = step } }

  /// Sets quality or level in a request.
  func apply(_ step: Int, to request: inout EncodeRequest) {
    if format.isLossy {
      request.jpeg.quality = step
    } else {
      request.png.level = step == 0 ? PNGOptions.maxLevel : options.png.level
    }
  }

  /// Sets the best step that fits. Returns false if there is none.
  func applyBest(to request: inout EncodeRequest) -> Bool {
    guard let fitting else { return false }
    apply(fitting, to: &request)
    return true
  }
}
