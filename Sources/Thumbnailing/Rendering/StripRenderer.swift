internal import ImageCodecs
package import ImageCore

/// Resamples the images of some outputs while a decoder gives the source in strips, so that the source is never in memory as a
/// whole. The images are those that `OutputRenderer.rendered` makes of the whole source.
package final class StripRenderer {
  private let renderer: OutputRenderer
  private let plans: [OutputPlan]
  private let isTranslucent: Bool
  /// For each output the resampling of each plane.
  private let resizes: [[StreamedResize]]

  /// Nil if an output cannot be made row by row.
  /// - Parameters:
  ///   - planes: those of the whole source, interleaved pixels or luma and chroma.
  ///   - isTranslucent: whether alpha is expected. Any row, even the last, may have the first translucent pixel.
  package init?(
    _ renderer: OutputRenderer, _ planes: [PlaneShape], _ plans: [OutputPlan], isTranslucent: Bool
  ) throws(OutOfMemory) {
    if planes.isEmpty { return nil }
    self.renderer = renderer
    self.plans = plans
    self.isTranslucent = isTranslucent
    var resizes: [[StreamedResize]] = []
    for plan in plans {
      var parts: [StreamedResize] = []
      for (index, plane) in planes.enumerated() {
        let isGray = renderer.options.color == .gray && plane.channels > 2
        let part = index == 0 ? plan.part : plan.chroma.part
        let resize = try renderer.resampler.streamed(
          plane.size, channels: plane.channels - (isGray ? 2 : 0), depth: plane.depth,
          takesProducts: isTranslucent, rect: plane.extent.rect(of: part.rect, in: plan.source), to: part.size,
          kernel: renderer.options.kernel)
        guard let resize else { return nil }
        parts.append(resize)
      }
      resizes.append(parts)
    }
    self.resizes = resizes
  }

  /// Adds the next strip. Returns false if it is translucent and the image was expected to be opaque.
  package func add(_ strip: borrowing Image) throws(OutOfMemory) -> Bool {
    switch strip {
    case .pixels(let plane): return try addPixels(plane)
    case .yCbCr(let planes):
      for resize in resizes {
        resize[0].add(planes.luma)
        resize[1].add(planes.cb)
        resize[2].add(planes.cr)
      }
      return true
    }
  }

  private func addPixels(_ strip: borrowing Plane) throws(OutOfMemory) -> Bool {
    let options = renderer.options
    if options.color == .gray && strip.channels > 2 {
      return try addSamples(strip.gray(options.gray, from: renderer.pool))
    }
    return try addSamples(strip)
  }

  private func addSamples(_ strip: borrowing Plane) throws(OutOfMemory) -> Bool {
    if isTranslucent {
      let products = try strip.premultiplied(from: renderer.pool)
      for resize in resizes { resize[0].add(products) }
    } else {
      guard strip.isOpaque(within: renderer.pool.limit) else { return false }
      for resize in resizes { resize[0].add(strip) }
    }
    return true
  }

  var outputCount: Int { plans.count }

  /// The image of an output. Call it after the last strip, once for each output.
  package func image(_ index: Int) throws(OutOfMemory) -> Image {
    let resizes = resizes[index]
    if resizes.count == 3 {
      let planes = YCbCrPlanes(luma: resizes[0].finished(), cb: resizes[1].finished(), cr: resizes[2].finished())
      return .yCbCr(try renderer.composed(planes, plans[index]))
    }
    return .pixels(try renderer.composed(resizes[0].finished(), plans[index]))
  }
}
