internal import Codecs
internal import Colour
internal import Imaging

/// Makes the picture of an output from the decoded one: gray if asked, crop, resampling, turning, padding, flattening.
/// One serves one worker.
struct Shaper {
  let recipe: Recipe
  let pool: BufferPool
  let resampler: Resampler
  private let bands: Int
  /// Of the picture in hand, on CLOCK_MONOTONIC; 0 for never. What is made when it has passed is undefined.
  var deadline: UInt64 = 0

  init(recipe: Recipe, pool: BufferPool, bands: Int) {
    self.recipe = recipe
    self.pool = pool
    self.bands = bands
    resampler = Resampler(pool: pool)
  }

  func shaped(_ picture: consuming Picture, _ plan: OutputPlan) -> Picture {
    switch consume picture {
    case .pixels(let plane):
      return .pixels(shapedPixels(plane, plan))
    case .yCbCr(let planes):
      var window: (x: Int, y: Int)?
      return .yCbCr(
        planes.mapped(
          luma: { plane in
            let luma = resampled(plane, plan.part, plan).turned(plan.orientation, from: pool)
            window = busiest(luma, plan)
            return finished(luma, plan, window: window, fill: [Int(recipe.background.luma)])
          },
          chroma: { plane, fill in chroma(plane, plan, window: window, fill: fill) },
          fills: recipe.background.chroma))
    }
  }

  private func shapedPixels(_ source: consuming Plane, _ plan: OutputPlan) -> Plane {
    let colour = plan.colour
    let isConverted = colour.transform != nil
    var plane = recipe.colour == .gray && !isConverted ? source.grayscale(recipe.gray, from: pool) : source
    let isConvertedFirst = isConvertedFirst(plan)
    if isConvertedFirst, let transform = colour.transform { plane = converted(plane, transform) }
    plane = reshaped(plane, plan, areInks: colour.hasInks && !isConvertedFirst)
    return composed(plane, plan)
  }

  /// Inks are no light.
  private func isConvertedFirst(_ plan: OutputPlan) -> Bool { plan.colour.hasInks && recipe.light == .linear }

  /// What follows the resampling of interleaved pixels.
  func composed(_ source: consuming Plane, _ plan: OutputPlan) -> Plane {
    var plane = source
    plane = plane.turned(plan.orientation, from: pool)
    if let transform = plan.colour.transform {
      if !isConvertedFirst(plan) { plane = transform.converted(plane, from: pool) }
      if recipe.colour == .gray { plane = plane.grayscale(recipe.gray, from: pool) }
    }
    let window = busiest(plane, plan)
    plane = finished(plane, plan, window: window, fill: padding(plane))
    let format = plan.encode.format
    if !format.hasAlpha { plane = plane.flattened(over: recipe.background, from: pool) }
    return format.has16Bits ? plane : plane.narrowed(from: pool)
  }

  private func converted(_ plane: consuming Plane, _ transform: ColourTransform) -> Plane {
    let extent = plane.extent
    var result = transform.converted(plane, from: pool)
    result.extent = extent
    return result
  }

  /// The part that is shown, at the output's size.
  private func reshaped(_ source: consuming Plane, _ plan: OutputPlan, areInks: Bool) -> Plane {
    let depth = source.depth
    let box = source.extent.box(of: plan.part.box, in: plan.source)
    if source.isCopied(by: box, to: plan.part.size) || (recipe.light == .asStored && (areInks || source.isOpaque)) {
      return resampled(source, plan.part, plan)
    }
    switch recipe.light {
    case .linear:
      let light = resampled(source.linearised(from: pool), plan.part, plan)
      return light.delinearised(to: depth, from: pool)
    case .asStored:
      let products = resampled(source.premultiplied(from: pool), plan.part, plan)
      return products.unpremultiplied(to: depth, from: pool)
    }
  }

  /// Transparent where there is alpha, unless a colour was asked for.
  private func padding(_ plane: borrowing Plane) -> [Int] {
    if plane.hasAlpha && recipe.padding == .automatic { return [Int](repeating: 0, count: plane.channels) }
    return recipe.background.samples(channels: plane.channels, depth: plane.depth)
  }

  private func chroma(_ plane: consuming Plane, _ plan: OutputPlan, window: (x: Int, y: Int)?, fill: Int) -> Plane {
    let chroma = plan.chroma
    let small = resampled(plane, chroma.part, plan).turned(plan.orientation, from: pool)
    if let window {
      let (across, down) = plan.chromaFactors
      return small.window(chroma.canvas, x: window.x / across, y: window.y / down, from: pool)
    }
    if !plan.placement.isPadded { return small }
    return small.padded(to: chroma.canvas, x: chroma.x, y: chroma.y, fill: [fill], from: pool)
  }

  /// The window to be cut out, where the pixels decide; at whole samples of chroma.
  private func busiest(_ plane: borrowing Plane, _ plan: OutputPlan) -> (x: Int, y: Int)? {
    guard plan.placement.isSearched else { return nil }
    let canvas = plan.placement.canvas
    let isAcross = plane.size.width > canvas.width
    let (across, down) = plan.encode.format == .jpeg ? plan.chromaFactors : (1, 1)
    let start = plane.busiestWindow(canvas, step: isAcross ? across : down)
    return isAcross ? (start, 0) : (0, start)
  }

  private func finished(
    _ plane: consuming Plane, _ plan: OutputPlan, window: (x: Int, y: Int)?, fill: [Int]
  ) -> Plane {
    let at = plan.placement
    if let window { return plane.window(at.canvas, x: window.x, y: window.y, from: pool) }
    if !at.isPadded { return plane }
    return plane.padded(to: at.canvas, x: at.x, y: at.y, fill: fill, from: pool)
  }

  private func resampled(_ plane: consuming Plane, _ part: ResampledPart, _ plan: OutputPlan) -> Plane {
    let box = plane.extent.box(of: part.box, in: plan.source)
    if plane.isCopied(by: box, to: part.size) && box == SourceBox(plane.size) { return plane }
    return resampler.resized(plane, box: box, to: part.size, kernel: recipe.kernel, bands: bands, deadline: deadline)
  }
}

extension Plane {
  /// Whether a resampling would only copy pixels.
  fileprivate func isCopied(by box: SourceBox, to size: PixelSize) -> Bool {
    box.width == Double(size.width) && box.height == Double(size.height) && box.x == box.x.rounded()
      && box.y == box.y.rounded() && box.x >= 0 && box.y >= 0 && box.x + box.width <= Double(self.size.width)
      && box.y + box.height <= Double(self.size.height)
  }
}

extension SourceBox {
  /// Where a part of the whole picture, in the picture's pixels, lies if this is the extent of the whole.
  func box(of part: SourceBox, in picture: PixelSize) -> SourceBox {
    // In this order the whole picture is the whole extent, exactly.
    let (width, height) = (Double(picture.width), Double(picture.height))
    return SourceBox(
      x: x + self.width * (part.x / width), y: y + self.height * (part.y / height),
      width: self.width * (part.width / width), height: self.height * (part.height / height))
  }
}
