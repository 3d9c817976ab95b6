internal import ImageCodecs
internal import ImageCore

/// A part of the stored image, in pixels, and the size to resample it to. It determines what is decoded and what is resampled.
struct ResampledPart: Hashable {
  let rect: SourceRect
  let size: PixelSize

  /// The pixels that decide the result.
  func region(_ kernel: Kernel, _ spacing: SampleSpacing) -> SourceRect {
    rect.reached(by: kernel, to: size, spacing: spacing)
  }
}

/// The same for planes of chroma, with the position of the result on the canvas in upright chroma samples.
struct ResampledChroma: Hashable {
  let part: ResampledPart
  let canvas: PixelSize
  let x: Int
  let y: Int
}

extension OutputPlan {
  /// The part for luma or interleaved pixels.
  var part: ResampledPart { ResampledPart(rect: storedCrop, size: storedTarget) }

  /// The part for chroma, which is resampled directly from its stored size to that of the output.
  ///
  /// An output sample covers `chromaFactors` luma samples in each direction, at the edges also samples beyond the image. So the
  /// rectangle extends past the image there.
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
