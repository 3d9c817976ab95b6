package import ImageCodecs
package import ImageCore

/// The pictures of some outputs in the making, while a decoder gives the source in strips: gray if asked and resampled, so
/// that the source is never in memory as a whole. They are the same pictures as `Shaper.shaped` makes of it.
package final class StreamedShape {
  private let shaper: Shaper
  private let plans: [OutputPlan]
  private let depth: SampleDepth
  private let isTranslucent: Bool
  private let resizes: [StreamedResize]

  /// - Parameter isTranslucent: whether the picture counts as such, which only its last row may tell.
  package init(
    _ shaper: Shaper, _ header: ImageHeader, _ plans: [OutputPlan], isTranslucent: Bool
  ) throws(OutOfMemory) {
    self.shaper = shaper
    self.plans = plans
    self.isTranslucent = isTranslucent
    let isGray = shaper.recipe.colour == .gray && header.decodedChannels > 2
    let channels = header.decodedChannels - (isGray ? 2 : 0)
    let depth: SampleDepth = header.bits == 16 ? .sixteen : .eight
    self.depth = depth
    resizes = try plans.map { (plan) throws(OutOfMemory) in
      try shaper.resampler.streamed(
        header.size, channels: channels, depth: isTranslucent ? .sixteen : depth,
        box: SourceBox(header.size).box(of: plan.part.box, in: plan.source), to: plan.part.size,
        kernel: shaper.recipe.kernel)
    }
  }

  /// Takes the next strip; false if it is translucent and the picture was to be opaque.
  package func add(_ strip: borrowing Plane) throws(OutOfMemory) -> Bool {
    let recipe = shaper.recipe
    if recipe.colour == .gray && strip.channels > 2 {
      return try addSamples(strip.gray(recipe.gray, from: shaper.pool))
    }
    return try addSamples(strip)
  }

  private func addSamples(_ strip: borrowing Plane) throws(OutOfMemory) -> Bool {
    if isTranslucent {
      let products = try strip.premultiplied(from: shaper.pool)
      for resize in resizes { resize.add(products) }
    } else {
      guard strip.isOpaque(within: shaper.pool.limit) else { return false }
      for resize in resizes { resize.add(strip) }
    }
    return true
  }

  /// After the last strip, once for each output.
  package func picture(_ index: Int) throws(OutOfMemory) -> Picture {
    let plane = resizes[index].finished()
    let samples = isTranslucent ? try plane.unpremultiplied(to: depth, from: shaper.pool) : plane
    return .pixels(try shaper.composed(samples, plans[index]))
  }
}
