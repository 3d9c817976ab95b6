internal import ImageCodecs
internal import ImageCore

/// A part of an image as it is stored, in its pixels, and the size that it is resampled to. What has to be decoded and what is
/// resampled both follow from it.
struct ResampledPart: Hashable {
  let rect: SourceRect
  let size: PixelSize

  /// The pixels that decide the result.
  func region(_ kernel: Kernel, _ spacing: SampleSpacing) -> SourceRect {
    rect.reached(by: kernel, to: size, spacing: spacing)
  }
}

/// The same for planes of chroma, and the place of the result among the samples of the canvas, upright.
struct ResampledChroma: Hashable {
  let part: ResampledPart
  let canvas: PixelSize
  let x: Int
  let y: Int
}

extension OutputPlan {
  /// What luma, or interleaved pixels, are resampled from and to.
  var part: ResampledPart { ResampledPart(rect: storedCrop, size: storedTarget) }

  /// Chroma goes straight from its own size to the output's.
  ///
  /// One output sample stands for `chromaFactors` luma samples each way, those at the edges of the image also for what lies
  /// beyond it, on the canvas or outside. So the box reaches past the image there.
  var chroma: ResampledChroma {
    let (across, down) = chromaFactors
    let (image, at) = (placement.image, placement)
    let columns = at.x / across..<(at.x + image.width + across - 1) / across
    let rows = at.y / down..<(at.y + image.height + down - 1) / down
    let crop = at.crop
    let (scaleX, scaleY) = (crop.width / Double(image.width), crop.height / Double(image.height))
    let upright = SourceRect(
      x: crop.x + Double(columns.lowerBound * across - at.x) * scaleX,
      y: crop.y + Double(rows.lowerBound * down - at.y) * scaleY, width: Double(columns.count * across) * scaleX,
      height: Double(rows.count * down) * scaleY)
    let size = PixelSize(width: columns.count, height: rows.count)
    let rect = orientation.stored(upright, upright: orientation.transposes ? source.transposed : source)
    return ResampledChroma(
      part: ResampledPart(rect: rect, size: orientation.transposes ? size.transposed : size),
      canvas: PixelSize(
        width: (at.canvas.width + across - 1) / across, height: (at.canvas.height + down - 1) / down),
      x: columns.lowerBound, y: rows.lowerBound)
  }

  /// The stored pixels that the output is made of.
  func regions(_ header: ImageHeader, _ decode: DecodeRequest, _ kernel: Kernel) -> [SourceRect] {
    let pixels = SampleSpacing(across: Double(decode.denominator), down: Double(decode.denominator))
    guard decode.content == .planes, let sampling = header.sampling else { return [part.region(kernel, pixels)] }
    return [part.region(kernel, pixels), chroma.part.region(kernel, sampling.maxPixelsPerSample(decode.denominator))]
  }
}
