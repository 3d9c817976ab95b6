package import ImageCodecs
package import ImageCore

/// Resamples the images of some outputs while a decoder gives the source in strips, so that the source is never in memory as a
/// whole. The images are those that `OutputRenderer.rendered` makes of the whole source.
package final class StripRenderer {
  private let renderer: OutputRenderer
  private let plans: [OutputPlan]
  private let depth: SampleDepth
  private let isTranslucent: Bool
  private let resizes: [StreamedResize]

  /// - Parameter isTranslucent: whether alpha is expected. Any row, even the last, may have the first translucent pixel.
  package init(
    _ renderer: OutputRenderer, _ header: ImageHeader, _ plans: [OutputPlan], isTranslucent: Bool
  ) throws(OutOfMemory) {
    self.renderer = renderer
    self.plans = plans
    self.isTranslucent = isTranslucent
    let isGray = renderer.options.color == .gray && header.decodedChannels > 2
    let channels = header.decodedChannels - (isGray ? 2 : 0)
    let depth: SampleDepth = header.bits == 16 ? .sixteen : .eight
    self.depth = depth
    resizes = try plans.map { (plan) throws(OutOfMemory) in
      try renderer.resampler.streamed(
        header.size, channels: channels, depth: isTranslucent ? .sixteen : depth,
        rect: SourceRect(header.size).rect(of: plan.part.rect, in: plan.source), to: plan.part.size,
        kernel: renderer.options.kernel)
    }
  }

  /// Adds the next strip. Returns false if it is translucent and the image was expected to be opaque.
  package func add(_ strip: borrowing Plane) throws(OutOfMemory) -> Bool {
    let options = renderer.options
    if options.color == .gray && strip.channels > 2 {
      return try addSamples(strip.gray(options.gray, from: renderer.pool))
    }
    return try addSamples(strip)
  }

  private func addSamples(_ strip: borrowing Plane) throws(OutOfMemory) -> Bool {
    if isTranslucent {
      let products = try strip.premultiplied(from: renderer.pool)
      for resize in resizes { resize.add(products) }
    } else {
      guard strip.isOpaque(within: renderer.pool.limit) else { return false }
      for resize in resizes { resize.add(strip) }
    }
    return true
  }

  var outputCount: Int { plans.count }

  /// The image of an output. Call it after the last strip, once for each output.
  package func image(_ index: Int) throws(OutOfMemory) -> Image {
    let plane = resizes[index].finished()
    let samples = isTranslucent ? try plane.unpremultiplied(to: depth, from: renderer.pool) : plane
    return .pixels(try renderer.composed(samples, plans[index]))
  }
}
