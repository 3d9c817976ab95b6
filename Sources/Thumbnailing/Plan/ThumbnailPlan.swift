package import ColorManagement
package import ImageCodecs
package import ImageCore
package import ImageErrors

/// The output sizes and the decoding of an image, determined from its header before any pixels are allocated.
package struct ThumbnailPlan {
  package var decode: DecodeRequest
  /// In the order of the job's outputs.
  package private(set) var outputs: [OutputPlan]
  private var comesInStrips: Bool
  private let hasRestartMarkers: Bool
  /// Whether linear light is resampled, in 16 bits.
  let isLinear: Bool
  /// Whether the decoded image is converted to gray, at its size.
  let isMadeGray: Bool
  let kernel: Kernel
  /// 0 for no limit.
  let maxOutputByteCount: Int

  /// - Parameters:
  ///   - formats: one for each size of the options; ignored if the options choose the format.
  ///   - transforms: nil if no pixels are produced.
  package init(
    _ header: ImageHeader, options: ThumbnailOptions, formats: [ImageFormat], transforms: ColorTransforms? = nil
  ) {
    let sizes: [SizeRequest?] = options.sizes.isEmpty ? [nil] : options.sizes
    precondition(sizes.count == formats.count, "a size is an output")
    var colors: [ImageFormat: ColorPlan] = [:]
    let isChosen = options.format == .byOpacity
    for format in isChosen ? [.jpeg, .png] : formats where colors[format] == nil {
      colors[format] = ColorPlan(
        header, rule: options.profile, isGray: options.color == .gray, format: format, transforms: transforms)
    }
    outputs = zip(sizes, formats).compactMap { size, format in
      func plan(_ format: ImageFormat) -> OutputPlan? {
        colors[format].map { OutputPlan(header, options: options, size: size, format: format, color: $0) }
      }
      guard isChosen, let jpeg = plan(.jpeg), let png = plan(.png) else { return plan(format) }
      return jpeg.or(png, header, options)
    }
    var decode = DecodeRequest()
    let shrink = options.light == .linear ? .off : options.shrink
    let denominator = outputs.reduce(8) { min($0, $1.denominator(shrink)) }
    decode.denominator = header.sampling?.denominator(atMost: denominator, of: header.size) ?? denominator
    decode.content = ThumbnailPlan.content(options, outputs)
    isLinear = options.light == .linear
    kernel = options.kernel
    maxOutputByteCount = options.outputLimit.byteCount
    let isLuma = decode.content == .gray && header.color == .yCbCr
    isMadeGray =
      options.color == .gray && header.decodedChannels > 2 && !isLuma
      && outputs.contains { $0.color.transform == nil }
    decode.reading = options.tolerance == .warningFails ? .everything : .needed
    let rendered = outputs + outputs.compactMap(\.coarser)
    decode.region = DecodeRegion(rendered.flatMap { $0.regions(header, decode, options.kernel) }, of: header.size)
    decode.decoder = options.decoder
    decode.preview = header.preview
    decode.declining = header.coefficientByteCount > 0 ? .throwing : .libjpeg
    self.decode = decode
    // Strips are resampled once, but an image with less chroma needs other planes, or another crop.
    let arePlanes = decode.content == .planes && header.color == .yCbCr
    hasRestartMarkers = header.hasRestartMarkers
    comesInStrips =
      header.comesInStrips(decode) && outputs.allSatisfy { $0.isReduction && ThumbnailPlan.isPlain(options, $0.color) }
      && !outputs.contains { $0.coarser != nil && (arePlanes || $0.placement.isSearched) }
  }

  /// Whether stored values are resampled, with no gray conversion before that except BT.601 luma.
  private static func isPlain(_ options: ThumbnailOptions, _ color: ColorPlan) -> Bool {
    options.light == .asStored && (options.color != .gray || (options.gray == .luma601 && color.transform == nil))
  }

  /// Less than all colors, if that is enough.
  private static func content(_ options: ThumbnailOptions, _ outputs: [OutputPlan]) -> DecodeRequest.Content {
    if outputs.contains(where: \.color.hasInks) { return .inks }
    if outputs.contains(where: { $0.color.transform != nil }) { return .color }
    switch options.color {
    case .gray: return options.gray == .luma601 ? .gray : .color
    case .asSource:
      return options.light == .asStored && outputs.allSatisfy { $0.encode.format == .jpeg } ? .planes : .color
    }
  }

  /// Whether the image is resampled during decoding and is never completely in memory. Several threads share strips as well, but
  /// bands of the whole image better.
  package var isStreamed: Bool { comesInStrips && !(hasRestartMarkers && decode.workers > 1) }

  /// The losses of all outputs, each once.
  package var notes: [ConversionNotice] {
    outputs.reduce(into: []) { notes, output in
      notes += output.color.notes.filter { note in !notes.contains(note) }
    }
  }

  /// Indices of the outputs, largest first, so that the last one needs the least memory in addition to the decoded image.
  package var order: [Int] {
    outputs.indices.sorted { outputs[$0].placement.image.pixelCount > outputs[$1].placement.image.pixelCount }
  }

  /// The encodings of all outputs, those that may be chosen included.
  var encodings: [EncodeRequest] { outputs.flatMap { [$0] + [$0.translucent].compactMap { $0 } }.map(\.encode) }

  /// Records the plan by which an output was made.
  mutating func settle(_ index: Int, _ plan: OutputPlan) { outputs[index] = plan }

  /// The same plan, with the image decoded completely before resampling.
  package var whole: ThumbnailPlan {
    var plan = self
    plan.comesInStrips = false
    return plan
  }

  /// Rejects outputs that are too large for their format. The size may follow from the image, if a side is left open or a
  /// percentage was requested.
  package func checkSides() throws(JobError) {
    for output in outputs {
      let (canvas, format) = (output.placement.canvas, output.encode.format)
      guard max(canvas.width, canvas.height) > format.greatestSide else { continue }
      throw JobError(
        stage: .encode, code: .unsupported,
        message: "its output would be \(canvas.width)x\(canvas.height) pixels, and a \(format.name) has at most "
          + "\(format.greatestSide) a side", hint: .makeSmaller)
    }
  }

  /// The largest image that is produced, before or after it is placed on its canvas.
  var largestOutput: PixelSize {
    outputs.flatMap { [$0.storedTarget, $0.placement.canvas] }.reduce(outputs[0].storedTarget) {
      $0.pixelCount < $1.pixelCount ? $1 : $0
    }
  }
}

package struct OutputPlan {
  /// In upright orientation.
  package let placement: Placement
  /// The crop of `placement` in the orientation of the stored image.
  let storedCrop: SourceRect
  /// The size to resample to, in the stored image's orientation.
  let storedTarget: PixelSize
  let source: PixelSize
  let orientation: Orientation
  let color: ColorPlan
  package private(set) var encode: EncodeRequest
  /// Whether the limit on its bytes can need a quality with less chroma than that of the options.
  private let mayBeCoarser: Bool
  /// At most one, in an array because a structure cannot contain itself.
  private var others: [OutputPlan] = []

  /// The plan of the PNG that replaces this JPEG if some of its pixels are not opaque; nil if the format is known.
  package var translucent: OutputPlan? { others.first }

  /// The plan with less chroma, if it may become necessary.
  var coarser: OutputPlan? {
    guard mayBeCoarser else { return nil }
    var plan = self
    plan.encode.jpeg.quality = ChromaSubsampling.minFineQuality - 1
    return plan
  }

  /// The plan for this JPEG or this PNG of an image (`--format auto`): for one of them if the header decides.
  func or(_ png: OutputPlan, _ header: ImageHeader, _ options: ThumbnailOptions) -> OutputPlan {
    let canvas = placement.canvas
    if max(canvas.width, canvas.height) > encode.format.greatestSide { return png }
    guard header.hasAlpha else { return self }
    if placement.isPadded && options.padding == .automatic { return png }
    // Gray is made before resampling if no color is converted after it. Both formats need the same resampled pixels.
    if options.color == .gray, (color.transform == nil) != (png.color.transform == nil) { return png }
    var plan = self
    plan.others = [png]
    return plan
  }

  /// The plan by which this image was made: a JPEG has no alpha.
  func settled(by image: borrowing Image) -> OutputPlan {
    guard let translucent else { return self }
    var plan = image.hasAlpha ? translucent : self
    plan.others = []
    return plan
  }

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
    encode.webp = options.webp
    encode.profile = color.profile
    encode.colorChunks = color.chunks
    self.encode = encode
    let limit = options.outputLimit
    mayBeCoarser =
      format == .jpeg && limit.isSet
      && options.jpeg.subsampling.factors(quality: limit.minQuality) != options.jpeg.chromaFactors
  }

  /// Whether the target has fewer rows, and no more columns, than the source.
  var isReduction: Bool {
    storedCrop.width >= Double(storedTarget.width) && storedCrop.height > Double(storedTarget.height)
  }

  /// How far a JPEG decoder may shrink for this output.
  func denominator(_ rule: ShrinkRule) -> Int {
    rule.denominator(
      from: PixelSize(width: max(1, Int(storedCrop.width)), height: max(1, Int(storedCrop.height))), to: storedTarget)
  }

  /// Luma samples per chroma sample in the output, in upright orientation.
  var chromaFactors: (across: Int, down: Int) {
    let factors = encode.jpeg.chromaFactors
    return (factors.horizontal, factors.vertical)
  }
}
