package import ColorManagement
package import ImageCodecs
package import ImageCore
package import ImageErrors

/// The sizes and the decoding that an image needs, settled on its header before any pixel is allocated.
package struct ThumbnailPlan {
  package var decode: DecodeRequest
  /// In the order of the job's outputs.
  package let outputs: [OutputPlan]
  /// Whether the image is resampled while it is decoded, and never in memory as a whole.
  package private(set) var isStreamed: Bool
  /// Whether light is resampled, in 16 bits.
  let isLinear: Bool
  /// Whether a gray image is made of the decoded one, at its size.
  let isMadeGray: Bool
  let kernel: Kernel

  /// - Parameters:
  ///   - formats: one for each size of the options.
  ///   - transforms: nil where no pixels are to be made.
  package init(
    _ header: ImageHeader, options: ThumbnailOptions, formats: [ImageFormat], transforms: ColorTransforms? = nil
  ) {
    let sizes: [SizeRequest?] = options.sizes.isEmpty ? [nil] : options.sizes
    precondition(sizes.count == formats.count, "a size is an output")
    var colors: [ImageFormat: ColorPlan] = [:]
    for format in formats where colors[format] == nil {
      colors[format] = ColorPlan(
        header, rule: options.profile, isGray: options.color == .gray, format: format, transforms: transforms)
    }
    outputs = zip(sizes, formats).compactMap { size, format in
      colors[format].map { OutputPlan(header, options: options, size: size, format: format, color: $0) }
    }
    isStreamed =
      header.comesInStrips && header.size.height >= ThumbnailPlan.minStreamedRows
      && outputs.allSatisfy { $0.isReduction && ThumbnailPlan.isPlain(options, $0.color) }
    var decode = DecodeRequest()
    let shrink = options.light == .linear ? .off : options.shrink
    let denominator = outputs.reduce(8) { min($0, $1.denominator(shrink)) }
    decode.denominator = header.sampling?.denominator(atMost: denominator, of: header.size) ?? denominator
    decode.content = ThumbnailPlan.content(options, outputs)
    isLinear = options.light == .linear
    kernel = options.kernel
    let isLuma = decode.content == .gray && header.color == .yCbCr
    isMadeGray =
      options.color == .gray && header.decodedChannels > 2 && !isLuma
      && outputs.contains { $0.color.transform == nil }
    decode.reading = options.tolerance == .warningFails ? .everything : .needed
    decode.region = DecodeRegion(outputs.flatMap { $0.regions(header, decode, options.kernel) }, of: header.size)
    decode.decoder = options.decoder
    decode.declining = header.coefficientByteCount > 0 ? .throwing : .libjpeg
    self.decode = decode
  }

  /// Whether stored values are resampled, and of gray no more than BT.601's before that.
  private static func isPlain(_ options: ThumbnailOptions, _ color: ColorPlan) -> Bool {
    options.light == .asStored && (options.color != .gray || (options.gray == .luma601 && color.transform == nil))
  }

  /// Less than all colors, where that is enough.
  private static func content(_ options: ThumbnailOptions, _ outputs: [OutputPlan]) -> DecodeRequest.Content {
    if outputs.contains(where: \.color.hasInks) { return .inks }
    if outputs.contains(where: { $0.color.transform != nil }) { return .color }
    switch options.color {
    case .gray: return options.gray == .luma601 ? .gray : .color
    case .asSource:
      return options.light == .asStored && outputs.allSatisfy { $0.encode.format == .jpeg } ? .planes : .color
    }
  }

  /// What any of the outputs lacks, each once.
  package var notes: [ConversionNotice] {
    outputs.reduce(into: []) { notes, output in
      notes += output.color.notes.filter { note in !notes.contains(note) }
    }
  }

  /// The outputs from the largest to the smallest, so that the last needs the least memory beside the decoded image.
  package var order: [Int] {
    outputs.indices.sorted { outputs[$0].placement.image.pixelCount > outputs[$1].placement.image.pixelCount }
  }

  /// With fewer rows the sums of a resampling may take more memory than the image.
  private static let minStreamedRows = 256

  /// The same plan for an image that is decoded as a whole.
  package var whole: ThumbnailPlan {
    var plan = self
    plan.isStreamed = false
    return plan
  }

  /// Refuses what a format cannot hold: that can follow from the image where a side is left open, or is a part of its own.
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

  /// The largest image that is made, before or after it is put on its canvas.
  var largestOutput: PixelSize {
    outputs.flatMap { [$0.storedTarget, $0.placement.canvas] }.reduce(outputs[0].storedTarget) {
      $0.pixelCount < $1.pixelCount ? $1 : $0
    }
  }
}

/// One output of an image.
package struct OutputPlan {
  /// Upright.
  package let placement: Placement
  /// The placement's part of the image as it is stored.
  let storedCrop: SourceRect
  /// The size to resample to, in the stored image's orientation.
  let storedTarget: PixelSize
  let source: PixelSize
  let orientation: Orientation
  let color: ColorPlan
  package let encode: EncodeRequest

  init(_ header: ImageHeader, options: ThumbnailOptions, size: SizeRequest?, format: ImageFormat, color: ColorPlan) {
    self.color = color
    orientation = options.orientation == .apply ? header.orientation : .upright
    source = header.size
    let upright = orientation.transposes ? header.size.transposed : header.size
    placement = upright.placed(in: size, fit: options.fit, gravity: options.gravity, upscaling: options.upscale)
    storedCrop = orientation.stored(placement.crop, upright: upright)
    storedTarget = orientation.transposes ? placement.image.transposed : placement.image
    var encode = EncodeRequest(format: format)
    encode.jpeg = options.jpeg
    encode.png = options.png
    encode.profile = color.profile
    encode.colorChunks = color.chunks
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
