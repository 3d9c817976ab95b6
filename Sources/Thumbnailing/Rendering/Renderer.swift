internal import ImageCodecs
internal import ImageCore
internal import ImageErrors

/// The images of a source's outputs, one at a time, the largest first. They come from strips of rows where the decoder gives
/// the source in strips, else from the whole decoded image: the pixels are the same.
struct Renderer: ~Copyable {
  /// What the decoder reported.
  let report: DecodeReport
  private let outputs: OutputRenderer
  private let plans: [OutputPlan]
  private var pending: ArraySlice<Int>
  private let strips: StripRenderer?
  /// The decoded image, until its last output takes it.
  private var whole: Image?

  /// Decodes the source.
  /// - Parameters:
  ///   - pending: indices of the outputs to make.
  ///   - outputs: renders with as many threads as the plan has.
  init(
    _ source: inout LoadedSource, pending: [Int], _ outputs: OutputRenderer, _ decoder: Decoder, _ loader: SourceLoader,
    _ task: ImageTask
  ) throws {
    let plans = source.plan.outputs
    let order = source.plan.order.filter(pending.contains)
    var outputs = outputs
    var whole: Image?
    let strips =
      source.plan.isStreamed
      ? try Renderer.strips(source, order.map { plans[$0] }, outputs, decoder, task) : nil
    if let strips {
      report = strips.report
    } else {
      try loader.reserveWhole(&source, task)
      outputs.threads = source.plan.decode.workers
      let decoded = try decoder.decode(source.plan.decode)
      report = decoded.report
      whole = decoded.unwrapped()
    }
    self.plans = plans
    self.pending = order[...]
    self.outputs = outputs
    self.strips = strips?.renderer
    self.whole = whole
  }

  /// The next image; nil after the last.
  mutating func next(_ task: ImageTask) throws -> RenderedImage? {
    guard let index = pending.popFirst() else { return nil }
    return try rendered(index, plans[index], task)
  }

  /// The image at a quality with less chroma; nil if it is the same. Only planes, and a crop that is searched, depend on it.
  mutating func coarser(_ image: borrowing RenderedImage, _ task: ImageTask) throws -> RenderedImage? {
    guard image.hasPlanes || image.plan.placement.isSearched, let plan = plans[image.index].coarser else { return nil }
    return try rendered(image.index, plan, task)
  }

  private mutating func rendered(_ index: Int, _ plan: OutputPlan, _ task: ImageTask) throws -> RenderedImage {
    try task.enter(.resize)
    let image = try image(plan)
    try task.check()
    let kinds = outputs.options.fingerprints
    let fingerprints = kinds.isEmpty ? ImageFingerprints() : ImageFingerprints(image, kinds, within: task.limit)
    return RenderedImage(index: index, plan: plan.settled(by: image), image: image, fingerprints: fingerprints)
  }

  private mutating func image(_ plan: OutputPlan) throws(OutOfMemory) -> Image {
    if let strips { return try strips.image(strips.outputCount - pending.count - 1) }
    // The last output may have the decoded image's memory, unless it may be rendered again.
    guard let image = pending.isEmpty && plan.coarser == nil ? whole.take() : whole?.shared() else {
      preconditionFailure("an output was rendered after the last")
    }
    return try outputs.rendered(image, plan)
  }

  /// Resamples the image while it is decoded; nil where it must be decoded as a whole.
  ///
  /// It is taken as opaque until a row is translucent, mostly the first; then it is decoded again from the start.
  private static func strips(
    _ source: borrowing LoadedSource, _ plans: [OutputPlan], _ outputs: OutputRenderer, _ decoder: Decoder,
    _ task: ImageTask
  ) throws -> (renderer: StripRenderer, report: DecodeReport)? {
    let request = source.plan.decode
    for isTranslucent in [false, true] {
      let planes = source.header.stripPlanes(request)
      guard let strips = try StripRenderer(outputs, planes, plans, isTranslucent: isTranslucent) else { return nil }
      let result = try decoder.decodeStrips(request) { (strip) throws(OutOfMemory) in
        task.clock.enter(.resize)
        defer { task.clock.enter(.decode) }
        return try strips.add(strip)
      }
      switch result {
      case .decoded(let report): return (strips, report)
      case .declined: return nil
      case .stopped: continue
      }
    }
    return nil
  }
}

/// The image of an output.
struct RenderedImage: ~Copyable {
  /// Of the output among those of its source.
  let index: Int
  let plan: OutputPlan
  let image: Image
  let fingerprints: ImageFingerprints

  fileprivate var hasPlanes: Bool {
    switch image {
    case .yCbCr: true
    case .pixels: false
    }
  }
}
