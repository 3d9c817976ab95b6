package import ColorManagement
package import ImageCodecs
package import ImageCore
package import ImageErrors

/// The sizes and the decoding that a picture needs, settled on its header before any pixel is allocated.
package struct ThumbnailPlan {
  package var decode: DecodeRequest
  /// In the order of the job's outputs.
  package let outputs: [OutputPlan]
  /// Whether the picture is resampled while it is decoded, and never in memory as a whole.
  package private(set) var isStreamed: Bool
  /// Whether light is resampled, in 16 bits.
  let isLinear: Bool
  /// Whether a gray picture is made of the decoded one, at its size.
  let isMadeGray: Bool
  let kernel: Kernel

  /// - Parameters:
  ///   - formats: one for each size of the recipe.
  ///   - transforms: nil where no pixels are to be made.
  package init(_ header: ImageHeader, recipe: Recipe, formats: [ImageFormat], transforms: ColourTransforms? = nil) {
    let sizes: [SizeRequest?] = recipe.sizes.isEmpty ? [nil] : recipe.sizes
    precondition(sizes.count == formats.count, "a size is an output")
    var colours: [ImageFormat: ColourPlan] = [:]
    for format in formats where colours[format] == nil {
      colours[format] = ColourPlan(
        header, rule: recipe.profile, isGray: recipe.colour == .gray, format: format, transforms: transforms)
    }
    outputs = zip(sizes, formats).compactMap { size, format in
      colours[format].map { OutputPlan(header, recipe: recipe, size: size, format: format, colour: $0) }
    }
    isStreamed =
      header.comesInStrips && header.size.height >= ThumbnailPlan.leastStreamedRows
      && outputs.allSatisfy { $0.isReduction && ThumbnailPlan.isPlain(recipe, $0.colour) }
    var decode = DecodeRequest()
    let shrink = recipe.light == .linear ? .off : recipe.shrink
    let denominator = outputs.reduce(8) { min($0, $1.denominator(shrink)) }
    decode.denominator = header.sampling?.denominator(atMost: denominator, of: header.size) ?? denominator
    decode.content = ThumbnailPlan.content(recipe, outputs)
    isLinear = recipe.light == .linear
    kernel = recipe.kernel
    let isLuma = decode.content == .gray && header.colour == .yCbCr
    isMadeGray =
      recipe.colour == .gray && header.decodedChannels > 2 && !isLuma
      && outputs.contains { $0.colour.transform == nil }
    decode.reading = recipe.tolerance == .warningFails ? .everything : .needed
    decode.region = DecodeRegion(outputs.flatMap { $0.regions(header, decode, recipe.kernel) }, of: header.size)
    decode.decoder = recipe.decoder
    decode.declining = header.coefficientByteCount > 0 ? .throwing : .libjpeg
    self.decode = decode
  }

  /// Whether stored values are resampled, and of gray no more than BT.601's before that.
  private static func isPlain(_ recipe: Recipe, _ colour: ColourPlan) -> Bool {
    recipe.light == .asStored && (recipe.colour != .gray || (recipe.gray == .luma601 && colour.transform == nil))
  }

  /// Less than all colours, where that is enough.
  private static func content(_ recipe: Recipe, _ outputs: [OutputPlan]) -> DecodeRequest.Content {
    if outputs.contains(where: \.colour.hasInks) { return .inks }
    if outputs.contains(where: { $0.colour.transform != nil }) { return .colour }
    switch recipe.colour {
    case .gray: return recipe.gray == .luma601 ? .gray : .colour
    case .asSource:
      return recipe.light == .asStored && outputs.allSatisfy { $0.encode.format == .jpeg } ? .planes : .colour
    }
  }

  /// What any of the outputs lacks, each once.
  package var notes: [PictureNote] {
    outputs.reduce(into: []) { notes, output in
      notes += output.colour.notes.filter { note in !notes.contains(note) }
    }
  }

  /// The outputs from the largest to the smallest, so that the last needs the least memory beside the decoded picture.
  package var order: [Int] {
    outputs.indices.sorted { outputs[$0].placement.picture.pixelCount > outputs[$1].placement.picture.pixelCount }
  }

  /// With fewer rows the sums of a resampling may take more memory than the picture.
  private static let leastStreamedRows = 256

  /// The same plan for a picture that is decoded as a whole.
  package var whole: ThumbnailPlan {
    var plan = self
    plan.isStreamed = false
    return plan
  }

  /// Refuses what a format cannot hold: that can follow from the picture where a side is left open, or is a part of its own.
  package func checkSides() throws(JobError) {
    for output in outputs {
      let (canvas, format) = (output.placement.canvas, output.encode.format)
      guard max(canvas.width, canvas.height) > format.greatestSide else { continue }
      throw JobError(
        stage: .encode, code: .unsupported,
        message: "its output would be \(canvas.width)x\(canvas.height) pixels, and a \(format.name) has at most "
          + "\(format.greatestSide) a side; ask for a smaller --size, or for --format png")
    }
  }

  /// The largest picture that is made, before or after it is put on its canvas.
  var largestOutput: PixelSize {
    outputs.flatMap { [$0.storedTarget, $0.placement.canvas] }.reduce(outputs[0].storedTarget) {
      $0.pixelCount < $1.pixelCount ? $1 : $0
    }
  }
}

/// One output of a picture.
package struct OutputPlan {
  /// Upright.
  package let placement: Placement
  /// The placement's part of the picture as it is stored.
  let storedCrop: SourceBox
  /// The size to resample to, in the stored picture's orientation.
  let storedTarget: PixelSize
  let source: PixelSize
  let orientation: Orientation
  let colour: ColourPlan
  package let encode: EncodeRequest

  init(_ header: ImageHeader, recipe: Recipe, size: SizeRequest?, format: ImageFormat, colour: ColourPlan) {
    self.colour = colour
    orientation = recipe.orientation == .apply ? header.orientation : .upright
    source = header.size
    let upright = orientation.transposes ? header.size.transposed : header.size
    placement = upright.placed(in: size, fit: recipe.fit, gravity: recipe.gravity, upscaling: recipe.upscale)
    storedCrop = orientation.stored(placement.crop, upright: upright)
    storedTarget = orientation.transposes ? placement.picture.transposed : placement.picture
    var encode = EncodeRequest(format: format)
    encode.jpeg = recipe.jpeg
    encode.png = recipe.png
    encode.profile = colour.profile
    encode.colourChunks = colour.chunks
    self.encode = encode
  }

  /// Whether there are fewer rows and no more columns than in the source.
  var isReduction: Bool {
    storedCrop.width >= Double(storedTarget.width) && storedCrop.height > Double(storedTarget.height)
  }

  /// How far a JPEG decoder may shrink for this output.
  func denominator(_ rule: ShrinkRule) -> Int {
    rule.denominator(
      from: PixelSize(width: max(1, Int(storedCrop.width)), height: max(1, Int(storedCrop.height))), to: storedTarget)
  }

  /// Luma columns and rows for one of chroma in the output, upright.
  var chromaFactors: (across: Int, down: Int) {
    let factors = encode.jpeg.subsampling.factors(quality: encode.jpeg.quality)
    return (factors.horizontal, factors.vertical)
  }
}
