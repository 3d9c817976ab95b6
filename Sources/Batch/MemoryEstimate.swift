internal import Codecs
internal import Imaging
internal import ScaledJPEG

/// The memory that a picture takes at its most, told by its header: what `MemoryBudget` admits it by.
///
/// An upper bound in steps that can be read off `Thumbnailer`, each rounded up. It may be too large by a third; too small
/// it must never be.
struct MemoryEstimate {
  let byteCount: Int

  /// - Parameters:
  ///   - fileByteCount: of the source, which is held whole while it is decoded.
  ///   - metadataByteCount: of what is carried over of EXIF, XMP and texts.
  init(_ header: ImageHeader, plan: ThumbnailPlan, fileByteCount: Int, metadataByteCount: Int = 0) {
    guard max(header.size.pixelCount, plan.largestOutput.pixelCount) < MemoryEstimate.mostPixels else {
      byteCount = .max / 4
      return
    }
    let source: Int
    switch header.format {
    case .jpeg:
      source =
        fileByteCount + MemoryEstimate.coefficients(header, plan) + MemoryEstimate.decodedJPEG(header, plan)
    default:
      source =
        fileByteCount + header.coefficientByteCount
        + (plan.isStreamed ? MemoryEstimate.streamed(header, plan) : MemoryEstimate.decodedPixels(header, plan))
    }
    let profile = 4 * (header.profile?.count ?? 0)
    // What was read; with an output's size; as segments or chunks; in the output, while it grows.
    let metadata = 6 * metadataByteCount
    byteCount =
      source + MemoryEstimate.output(plan, header) + profile + metadata
      + MemoryEstimate.overhead(header)
  }

  /// No machine has memory for more, and with fewer nothing overflows.
  private static let mostPixels = 1 << 44

  /// `ScaledJPEG` holds one row of MCUs, of 32 rows at most; libjpeg, for several scans, the whole picture.
  private static func coefficients(_ header: ImageHeader, _ plan: ThumbnailPlan) -> Int {
    guard plan.decode.asksForScaled(header.path, header.colour) else { return header.coefficientByteCount }
    let scratch = ScaledDecoder.mostScratchBytes(width: header.size.width, components: header.decodedChannels)
    let first = plan.decode.declining == .throwing ? scratch : header.coefficientByteCount
    // Several workers have a band each, or share as many rows of MCUs and one more.
    return first + (plan.decode.workers > 1 ? plan.decode.workers * scratch : 0)
  }

  /// Planes after shrinking, in whole blocks. Subsampled chroma is shrunk less, so it may be as large as the luma.
  private static func decodedJPEG(_ header: ImageHeader, _ plan: ThumbnailPlan) -> Int {
    let denominator = plan.decode.denominator
    let width = header.size.width / denominator + 64
    let height = header.size.height / denominator + 64
    let isLumaOnly = plan.decode.content == .gray && header.colour == .yCbCr
    let samples = isLumaOnly ? 1 : header.decodedChannels
    // Four channels are converted to three beside them.
    let channels = samples == 4 ? 7 : samples
    return width * height * (channels + (plan.isMadeGray ? 1 : 0) + (plan.isLinear ? 2 * samples : 0))
  }

  /// The whole frame, and what is made of it before it is resampled: a gray one, or 16-bit products of colour and alpha.
  private static func decodedPixels(_ header: ImageHeader, _ plan: ThumbnailPlan) -> Int {
    let channels = header.decodedChannels
    let pixels = (header.size.width + 64) * (header.size.height + 1)
    let frame = pixels * channels * (header.bits == 16 ? 2 : 1)
    let resampled = plan.isMadeGray ? channels - 2 : channels
    let gray = plan.isMadeGray ? frame / channels * resampled : 0
    let isOpaque = channels == 1 || channels == 3
    let products =
      (isOpaque && !plan.isLinear) || plan.outputs.allSatisfy { $0.storedTarget == header.size }
      ? 0 : pixels * resampled * 2
    return frame + gray + products
  }

  /// Strips: inflated, unfiltered, gray, and as products of colour and alpha. Then for each output what is resampled, for
  /// opaque pictures and, when that turns out to be wrong, for others: eight lines, ten rows of sums, and eight columns.
  private static func streamed(_ header: ImageHeader, _ plan: ThumbnailPlan) -> Int {
    let row = (header.size.width + 64) * header.decodedChannels * (header.bits == 16 ? 2 : 1)
    let strips = 6 * max(1 << 18, 9 * row)
    let samples = (header.size.width + 64) * header.decodedChannels
    let resampled = samples * (8 * (2 + 4) + 2 * 10 * 4 + 8 * (2 + 4))
    return strips + plan.outputs.count * resampled
  }

  /// Before and after turning, narrowing or flattening; then what the encoder holds, and the output's bytes, while they
  /// grow.
  private static func output(_ plan: ThumbnailPlan, _ header: ImageHeader) -> Int {
    let largest = plan.largestOutput
    let pixels = (largest.width + 64) * (largest.height + 64)
    let channels = header.decodedChannels
    // Gray, with alpha where it has some.
    let made = plan.decode.content == .gray ? 2 - channels % 2 : channels
    let depth = header.bits == 16 ? 2 : 1
    return pixels * made * 2 * depth
      + plan.outputs[0].encode.format.encoderByteCount(pixelCount: pixels, channels: made, byteDepth: depth)
  }

  /// Rows of the resampler and of the libraries, their tables and states.
  private static func overhead(_ header: ImageHeader) -> Int {
    (1 << 20) + header.size.width * 4 * 64
  }
}
