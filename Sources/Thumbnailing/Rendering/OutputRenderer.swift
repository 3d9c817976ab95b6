internal import ColorManagement
internal import ImageCodecs
package import ImageCore

/// Makes the image of an output from the decoded image: crops, resamples, turns, pads, flattens, and makes it gray on request.
/// One serves one worker. After the time limit of its pool the result is undefined.
package struct OutputRenderer {
  var options: ThumbnailOptions
  let pool: BufferPool
  package let resampler: Resampler
  /// Threads that resample the current image, each a band of its rows.
  package var threads = 1

  package init(options: ThumbnailOptions, pool: BufferPool, maxWeightBytes: Int = WeightsCache.maxBytes) {
    self.options = options
    self.pool = pool
    resampler = Resampler(pool: pool, maxWeightBytes: maxWeightBytes)
  }

  package func rendered(_ image: consuming Image, _ plan: OutputPlan) throws(OutOfMemory) -> Image {
    switch consume image {
    case .pixels(let plane):
      return .pixels(try renderedPixels(plane, plan))
    case .yCbCr(let planes):
      let chroma = plan.chroma.part
      let reduced = try planes.mapped(
        luma: { (plane) throws(OutOfMemory) in try resampled(plane, plan.part, plan) },
        chroma: { (plane, _) throws(OutOfMemory) in try resampled(plane, chroma, plan) },
        fills: options.background.chroma)
      return .yCbCr(try composed(reduced, plan))
    }
  }

  /// The steps after resampling, of planes.
  func composed(_ planes: consuming YCbCrPlanes, _ plan: OutputPlan) throws(OutOfMemory) -> YCbCrPlanes {
    var window: (x: Int, y: Int)?
    return try planes.mapped(
      luma: { (plane) throws(OutOfMemory) in
        let luma = try plane.turned(plan.orientation, from: pool)
        window = try highestEntropy(luma, plan)
        return try finished(luma, plan, window: window, fill: [Int(options.background.luma)])
      },
      chroma: { (plane, fill) throws(OutOfMemory) in try chroma(plane, plan, window: window, fill: fill) },
      fills: options.background.chroma)
  }

  private func renderedPixels(_ source: consuming Plane, _ plan: OutputPlan) throws(OutOfMemory) -> Plane {
    let color = plan.color
    let isConverted = color.transform != nil
    var plane = options.color == .gray && !isConverted ? try source.grayscale(options.gray, from: pool) : source
    let isConvertedFirst = isConvertedFirst(plan)
    if isConvertedFirst, let transform = color.transform { plane = try converted(plane, transform) }
    plane = try reshaped(plane, plan, areInks: color.hasInks && !isConvertedFirst)
    return try composed(plane, plan)
  }

  /// Amounts of ink cannot be averaged as light, so they are converted before.
  private func isConvertedFirst(_ plan: OutputPlan) -> Bool { plan.color.hasInks && options.light == .linear }

  /// The steps after resampling, of interleaved pixels. Of a plan for two formats, the result has no alpha if it is the JPEG.
  func composed(_ source: consuming Plane, _ plan: OutputPlan) throws(OutOfMemory) -> Plane {
    guard let png = plan.translucent, !source.isOpaque(within: pool.limit) else {
      return try stored(arranged(source, plan), plan)
    }
    // The crop may leave out all transparent pixels.
    if plan.placement.isSearched {
      let jpeg = try arranged(source.shared(), plan)
      if jpeg.isOpaque(within: pool.limit) { return try stored(jpeg, plan) }
    }
    return try stored(arranged(source, png), png)
  }

  /// Turned, with its colors converted, cropped and padded.
  private func arranged(_ source: consuming Plane, _ plan: OutputPlan) throws(OutOfMemory) -> Plane {
    var plane = source
    plane = try plane.turned(plan.orientation, from: pool)
    if let transform = plan.color.transform {
      if !isConvertedFirst(plan) { plane = try transform.converted(plane, from: pool) }
      if options.color == .gray { plane = try plane.grayscale(options.gray, from: pool) }
    }
    let window = try highestEntropy(plane, plan)
    return try finished(plane, plan, window: window, fill: padding(plane))
  }

  /// In the channels and the depth of the format.
  private func stored(_ source: consuming Plane, _ plan: OutputPlan) throws(OutOfMemory) -> Plane {
    var plane = source
    let format = plan.encode.format
    if !format.hasAlpha { plane = try plane.flattened(over: options.background, from: pool) }
    return format.has16Bits ? plane : try plane.narrowed(from: pool)
  }

  private func converted(_ plane: consuming Plane, _ transform: ColorTransform) throws(OutOfMemory) -> Plane {
    let extent = plane.extent
    var result = try transform.converted(plane, from: pool)
    result.extent = extent
    return result
  }

  /// The cropped part at the output's size.
  private func reshaped(_ source: consuming Plane, _ plan: OutputPlan, areInks: Bool) throws(OutOfMemory) -> Plane {
    let depth = source.depth
    let rect = source.extent.rect(of: plan.part.rect, in: plan.source)
    let isCopied = source.isCopied(by: rect, to: plan.part.size)
    if isCopied || (options.light == .asStored && (areInks || source.isOpaque(within: pool.limit))) {
      return try resampled(source, plan.part, plan)
    }
    switch options.light {
    case .linear:
      let light = try resampled(source.linearized(from: pool), plan.part, plan)
      return try light.delinearized(to: depth, from: pool)
    case .asStored:
      let products = try resampled(source.premultiplied(from: pool), plan.part, plan)
      return try products.unpremultiplied(to: depth, from: pool)
    }
  }

  /// Transparent for images with alpha, unless the options have a color.
  private func padding(_ plane: borrowing Plane) -> [Int] {
    if plane.hasAlpha && options.padding == .automatic { return [Int](repeating: 0, count: plane.channels) }
    return options.background.samples(channels: plane.channels, depth: plane.depth)
  }

  private func chroma(_ plane: consuming Plane, _ plan: OutputPlan, window: (x: Int, y: Int)?, fill: Int)
    throws(OutOfMemory) -> Plane
  {
    let chroma = plan.chroma
    let small = try plane.turned(plan.orientation, from: pool)
    if let window {
      let (across, down) = plan.chromaFactors
      return try small.window(chroma.canvas, x: window.x / across, y: window.y / down, from: pool)
    }
    if !plan.placement.isPadded { return small }
    return try small.padded(to: chroma.canvas, x: chroma.x, y: chroma.y, fill: [fill], from: pool)
  }

  /// The window of highest entropy, at whole samples of chroma; nil unless the crop depends on the pixels.
  private func highestEntropy(_ plane: borrowing Plane, _ plan: OutputPlan) throws(OutOfMemory) -> (x: Int, y: Int)? {
    guard plan.placement.isSearched else { return nil }
    let canvas = plan.placement.canvas
    let isAcross = plane.size.width > canvas.width
    let (across, down) = plan.encode.format == .jpeg ? plan.chromaFactors : (1, 1)
    let start = try plane.highestEntropyWindow(canvas, step: isAcross ? across : down, within: pool.limit)
    return isAcross ? (start, 0) : (0, start)
  }

  private func finished(
    _ plane: consuming Plane, _ plan: OutputPlan, window: (x: Int, y: Int)?, fill: [Int]
  ) throws(OutOfMemory) -> Plane {
    let at = plan.placement
    if let window { return try plane.window(at.canvas, x: window.x, y: window.y, from: pool) }
    if !at.isPadded { return plane }
    return try plane.padded(to: at.canvas, x: at.x, y: at.y, fill: fill, from: pool)
  }

  private func resampled(_ plane: consuming Plane, _ part: ResampledPart, _ plan: OutputPlan) throws(OutOfMemory)
    -> Plane
  {
    let rect = plane.extent.rect(of: part.rect, in: plan.source)
    if plane.isCopied(by: rect, to: part.size) && rect == SourceRect(plane.size) { return plane }
    return try resampler.resized(
      plane, rect: rect, to: part.size, kernel: options.kernel, bands: threads, deadline: pool.limit.deadline)
  }
}

extension Plane {
  /// Whether a resampling would only copy pixels.
  fileprivate func isCopied(by rect: SourceRect, to size: PixelSize) -> Bool {
    rect.width == Double(size.width) && rect.height == Double(size.height) && rect.x == rect.x.rounded()
      && rect.y == rect.y.rounded() && rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= Double(self.size.width)
      && rect.y + rect.height <= Double(self.size.height)
  }
}

extension SourceRect {
  /// The position of a part of the image, given in pixels of the image, if this is the extent of the whole.
  func rect(of part: SourceRect, in image: PixelSize) -> SourceRect {
    // In this order the whole image gives exactly the whole extent.
    let (width, height) = (Double(image.width), Double(image.height))
    return SourceRect(
      x: x + self.width * (part.x / width), y: y + self.height * (part.y / height),
      width: self.width * (part.width / width), height: self.height * (part.height / height))
  }
}
