package import ImageCodecs
internal import ImageCore

/// The peak memory of an image, estimated from its header. `MemoryBudget` admits images by this value.
///
/// An upper bound: each term corresponds to a step in `Thumbnailer` and is rounded up. It may be a third too large, and must
/// never be too small.
package struct MemoryEstimate {
  package let byteCount: Int

  /// - Parameter fileByteCount: size of a source of which nothing else is known yet.
  init(fileByteCount: Int) { byteCount = fileByteCount }

  /// - Parameters:
  ///   - fileByteCount: size of the source, which stays in memory while it is decoded.
  ///   - metadataByteCount: size of the EXIF, XMP and text data that is copied.
  package init(_ header: ImageHeader, plan: ThumbnailPlan, fileByteCount: Int, metadataByteCount: Int = 0) {
    guard max(header.size.pixelCount, plan.largestOutput.pixelCount) < MemoryEstimate.maxPixels else {
      byteCount = .max / 4
      return
    }
    let strips = plan.isStreamed ? header.jpegStrips(plan.decode) : nil
    let source =
      header.isJPEG
      ? MemoryEstimate.coefficients(header, plan) + (strips?.byteCount ?? MemoryEstimate.decodedJPEG(header, plan))
      : header.coefficientByteCount
        + (plan.isStreamed ? MemoryEstimate.strips(header) : MemoryEstimate.decodedPixels(header, plan))
    let resizing = plan.isStreamed ? MemoryEstimate.streamed(header, plan) : MemoryEstimate.resized(header, plan)
    let profile = 4 * (header.profile?.count ?? 0)
    // Six copies: as read; with an output's size; as segments or chunks; in the output, while its buffer grows.
    let metadata = 6 * metadataByteCount
    byteCount =
      fileByteCount + source + resizing + MemoryEstimate.output(plan, header) + profile + metadata
      + MemoryEstimate.overhead(header, plan)
  }

  /// No machine has memory for more pixels. With fewer no product overflows.
  private static let maxPixels = 1 << 44

  /// `JPEGDecoding` keeps one row of MCUs, at most 32 pixel rows. libjpeg keeps the whole image if there are several scans.
  private static func coefficients(_ header: ImageHeader, _ plan: ThumbnailPlan) -> Int {
    guard plan.decode.asksForScaled(header.path, header.color) else { return header.coefficientByteCount }
    let scratch = header.scaledDecoderByteCount
    let first = plan.decode.declining == .throwing ? scratch : header.coefficientByteCount
    // Workers have one band each, or share one row of MCUs per worker plus one.
    return first + (plan.decode.workers > 1 ? plan.decode.workers * scratch : 0)
  }

  /// The planes after shrinking, in whole blocks. Subsampled chroma is shrunk less, so it may be as large as luma.
  private static func decodedJPEG(_ header: ImageHeader, _ plan: ThumbnailPlan) -> Int {
    let denominator = plan.decode.denominator
    let width = header.size.width / denominator + 64
    let height = header.size.height / denominator + 64
    let isLumaOnly = plan.decode.content == .gray && header.color == .yCbCr
    let samples = isLumaOnly ? 1 : header.decodedChannels
    // Four channels are converted to three separate ones.
    let channels = samples == 4 ? 7 : samples
    return width * height * (channels + (plan.isMadeGray ? 1 : 0) + (plan.isLinear ? 2 * samples : 0))
  }

  /// The whole frame, and what is computed from it before resampling: a gray image, or 16-bit products of color and alpha. Also
  /// the rows in the decoder's buffers.
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
    return frame + gray + products + 3 * max(1 << 18, 9 * rowByteCount(header))
  }

  /// Strips: inflated, unfiltered, converted to gray, and as products of color and alpha.
  private static func strips(_ header: ImageHeader) -> Int { 6 * max(1 << 18, 9 * rowByteCount(header)) }

  private static func rowByteCount(_ header: ImageHeader) -> Int {
    (header.size.width + 64) * header.decodedChannels * (header.bits == 16 ? 2 : 1)
  }

  /// Memory of all outputs, which are resampled at the same time, including their pixels. Outputs with alpha have 16 bits.
  private static func streamed(_ header: ImageHeader, _ plan: ThumbnailPlan) -> Int {
    let (channels, depth) = resampledSamples(header, plan)
    let planes = header.stripPlanes(plan.decode)
    var (working, making, pixels) = (0, 0, 0)
    for output in plan.outputs {
      for (index, plane) in planes.enumerated() {
        let part = index == 0 ? output.part : output.chroma.part
        let memory = ResizeMemory(
          plane.size, channels, depth, rect: plane.extent.rect(of: part.rect, in: header.size), to: part.size,
          kernel: plan.kernel, comesOnce: true)
        working += memory.working
        making = max(making, memory.making)
        pixels += (part.size.width + 64) * (part.size.height + 1)
      }
    }
    return working + making + pixels * channels * depth.byteCount
  }

  /// Working memory of the largest resampling, without source and output pixels.
  private static func resized(_ header: ImageHeader, _ plan: ThumbnailPlan) -> Int {
    let (channels, depth) = resampledSamples(header, plan)
    let denominator = header.isJPEG ? plan.decode.denominator : 1
    // Like `SourceRect.rect(of:in:)`, for planes whose sides are rounded up.
    let scale = 1 / Double(denominator)
    let size = PixelSize(
      width: (header.size.width + denominator - 1) / denominator,
      height: (header.size.height + denominator - 1) / denominator)
    let needs = plan.outputs.map { output in
      let crop = output.storedCrop
      let rect = SourceRect(
        x: crop.x * scale, y: crop.y * scale, width: crop.width * scale, height: crop.height * scale)
      let memory = ResizeMemory(
        size, channels, depth, rect: rect, to: output.storedTarget, kernel: plan.kernel, comesOnce: false)
      let search =
        output.placement.isSearched ? Plane.highestEntropyWindowByteCount(output.placement.canvas) : 0
      return memory.working + max(memory.making, (plan.decode.workers - 1) * memory.band) + search
    }
    return (needs.max() ?? 0) * 9 / 8
  }

  /// Channels and depth of the pixels that are resampled.
  private static func resampledSamples(
    _ header: ImageHeader, _ plan: ThumbnailPlan
  ) -> (channels: Int, depth: SampleDepth) {
    let channels = plan.isMadeGray ? max(1, header.decodedChannels - 2) : header.decodedChannels
    let planes = plan.decode.content == .planes && header.color == .yCbCr ? 1 : channels
    return (planes, header.bits == 16 || plan.isLinear || header.hasAlpha ? .sixteen : .eight)
  }

  /// The pixels before and after rotating, narrowing or flattening, one of them as 16-bit products. Also the encoder's memory,
  /// and the output's bytes while their buffer grows.
  private static func output(_ plan: ThumbnailPlan, _ header: ImageHeader) -> Int {
    let largest = plan.largestOutput
    let pixels = (largest.width + 64) * (largest.height + 64)
    let channels = header.decodedChannels
    // Gray, and alpha if the source has it.
    let made = plan.decode.content == .gray ? 2 - channels % 2 : channels
    let depth = header.bits == 16 ? 2 : 1
    // With a crop of highest entropy the image is made as a JPEG first, and may then become a PNG.
    let isTriedTwice = plan.outputs.contains { $0.placement.isSearched && $0.translucent != nil }
    // With a limit on its bytes, the image may be made again with less chroma, before the first one is released.
    let images = 1 + (isTriedTwice ? 1 : 0) + (plan.outputs.contains { $0.coarser != nil } ? 1 : 0)
    let encoder = plan.encodings.reduce(0) {
      max($0, $1.format.encoderByteCount(pixelCount: pixels, channels: made, byteDepth: depth))
    }
    // The best file so far is kept while others are tried.
    let kept = min(plan.maxOutputByteCount, encoder)
    return pixels * made * (2 + depth * images) + encoder + kept
  }

  /// Rows, tables and states of the libraries.
  private static func overhead(_ header: ImageHeader, _ plan: ThumbnailPlan) -> Int {
    let row = plan.largestOutput.width * header.decodedChannels * (header.bits == 16 ? 2 : 1)
    let compressors = plan.encodings.reduce(0) { maximum, encoding in
      encoding.format == .png
        ? max(maximum, LibdeflatePNGEncoder.compressorByteCount(level: encoding.png.level)) : maximum
    }
    let libjpeg = (header.isJPEG ? header.size.width : 0) * 256
    return 3 << 18 + libjpeg + plan.largestOutput.width * 64 + LibdeflatePNGEncoder.filterByteCount(rowByteCount: row)
      + compressors
  }
}
