internal import Codecs
internal import Imaging

/// Makes one picture after another: the whole story from path to path. Every mode calls this and nothing else.
///
/// One serves one worker. It keeps its memory, decoders and encoders from picture to picture.
package final class Thumbnailer {
  private let recipe: Recipe
  private let pool = BufferPool()
  private let decoder: Decoder
  private let resampler: Resampler
  private let encoder: Encoder
  private let bands: Int

  /// - Parameter bands: row bands that one picture is resampled in, each on a core of its own; 1 where there are pictures
  ///   enough to keep the cores busy.
  package init(recipe: Recipe, bands: Int = 1) {
    self.recipe = recipe
    decoder = Decoder(pool: pool)
    resampler = Resampler(pool: pool)
    self.bands = bands
    encoder = Encoder(pool: pool)
  }

  /// Makes the output of a job, or says why not. Nothing is left behind under the output's name unless it is whole.
  package func outcome(of job: Job) -> Outcome {
    if let refusal = job.refusal { return .failed(refusal) }
    var clock = StageClock()
    defer { decoder.finish() }
    do {
      return try make(job, &clock)
    } catch let error as JobError {
      return .failed(error)
    } catch let error as CodecError {
      return .failed(JobError(error, stage: clock.stage))
    } catch {
      return .failed(JobError(stage: clock.stage, code: .internal, message: "unexpected: \(error)"))
    }
  }

  private func make(_ job: Job, _ clock: inout StageClock) throws -> Outcome {
    if try OutputFile.mustBeSkipped(job.output, existing: recipe.existing) { return .skipped(.exists) }
    let source = try SourceFile.read(job.source, byteLimit: recipe.limits.fileByteCount, pool: pool)

    clock.enter(.decode)
    let header = try unsafe decoder.readHeader(source.bytes, limits: recipe.limits)
    let plan = ThumbnailPlan(header, recipe: recipe, format: job.format)
    let decoded = try decoder.decode(plan.decode)
    let report = decoded.report
    try check(report)

    clock.enter(.resize)
    let small = resized(decoded.unwrapped(), plan)
    let outputSize = small.size

    clock.enter(.encode)
    let bytes = try unsafe encoder.encode(small, plan.encode)

    clock.enter(.write)
    try unsafe OutputFile.write(bytes, to: job.output, existing: recipe.existing)
    clock.end()
    return unsafe .written(
      WrittenPicture(
        sourceSize: header.size, outputSize: outputSize, sourceByteCount: source.bytes.count,
        outputByteCount: bytes.count, warningCount: report.noteCount + (report.damage == nil ? 0 : 1),
        firstWarning: report.damage?.sentence ?? report.firstNote, times: clock.times))
  }

  private func check(_ report: DecodeReport) throws(CodecError) {
    switch recipe.tolerance {
    case .nothingFails: return
    case .warningFails where report.damage == nil && report.noteCount > 0:
      throw .corrupt("the decoder warns: \(report.firstNote)")
    case .warningFails, .damageFails:
      if let damage = report.damage { throw damage }
    }
  }

  private func resized(_ picture: consuming Picture, _ plan: ThumbnailPlan) -> Picture {
    switch consume picture {
    case .pixels(let plane):
      return .pixels(resizedPixels(plane, plan))
    case .yCbCr(let planes):
      return .yCbCr(
        planes.mapped(
          luma: { resampled($0, to: plan.storedTarget, box: nil).turned(plan.orientation, from: pool) },
          chroma: { resizedChroma($0, plan) }))
    }
  }

  private func resizedPixels(_ source: consuming Plane, _ plan: ThumbnailPlan) -> Plane {
    var plane = recipe.colour == .gray ? source.grayscale(from: pool) : source
    let depth = plane.depth
    if plane.isOpaque {
      plane = resampled(plane, to: plan.storedTarget, box: nil)
    } else if plane.size != plan.storedTarget {
      let products = resampled(plane.premultiplied(from: pool), to: plan.storedTarget, box: nil)
      plane = products.unpremultiplied(to: depth, from: pool)
    }
    plane = plane.turned(plan.orientation, from: pool)
    switch plan.encode.format {
    case .png: return plane
    case .jpeg: return plane.flattened(over: recipe.background, from: pool).narrowed(from: pool)
    }
  }

  /// Chroma straight from its own size to the output's.
  ///
  /// One output sample stands for `factors` luma samples each way, the last one also for those past an odd edge. So the
  /// box reaches past the picture there, at whichever end of the stored axis becomes the upright right or bottom.
  private func resizedChroma(_ plane: consuming Plane, _ plan: ThumbnailPlan) -> Plane {
    let factors = plan.chromaFactors
    let target = PixelSize(
      width: (plan.storedTarget.width + factors.across - 1) / factors.across,
      height: (plan.storedTarget.height + factors.down - 1) / factors.down)
    let width = plane.extent.width * Double(target.width * factors.across) / Double(plan.storedTarget.width)
    let height = plane.extent.height * Double(target.height * factors.down) / Double(plan.storedTarget.height)
    let box = SourceBox(
      x: plan.orientation.reversesColumns ? plane.extent.width - width : 0,
      y: plan.orientation.reversesRows ? plane.extent.height - height : 0, width: width, height: height)
    return resampled(plane, to: target, box: box).turned(plan.orientation, from: pool)
  }

  /// - Parameter box: the part to show; nil for all that the picture covers.
  private func resampled(_ plane: consuming Plane, to size: PixelSize, box: SourceBox?) -> Plane {
    let box = box ?? plane.extent
    let whole = SourceBox(x: 0, y: 0, width: Double(plane.size.width), height: Double(plane.size.height))
    if plane.size == size && box == whole { return plane }
    return resampler.resized(plane, box: box, to: size, kernel: recipe.kernel, bands: bands)
  }
}

extension JobError {
  init(_ error: CodecError, stage: Stage) {
    let code: ErrorCode =
      switch error {
      case .notAnImage: .notAnImage
      case .unsupported: .unsupported
      case .truncated: .truncated
      case .corrupt: .corrupt
      case .tooManyPixels: .limitPixels
      case .tooManyScans: .limitScans
      case .outOfMemory: .limitMemory
      case .timeout: .timeout
      case .cancelled, .broken: .internal
      }
    self.init(stage: stage, code: code, message: error.sentence)
  }
}

extension CodecError {
  /// What is wrong and what to do, for people.
  var sentence: String {
    switch self {
    case .notAnImage: "neither a JPEG nor a PNG by its first bytes; leave it out, or convert it first"
    case .unsupported(let text): "\(text); convert it first"
    case .truncated(let text):
      "the file ends too early (\(text)); fetch it again, or use --fail-on never for what is there"
    case .corrupt(let text): "the data are damaged (\(text)); fetch it again, or use --fail-on never for what is there"
    case .tooManyPixels(let size, let limit):
      "\(size.width)x\(size.height) pixels are more than the limit of \(limit); raise it with --max-pixels"
    case .tooManyScans(let limit): "more than \(limit) scans; raise the limit with --max-scans if you trust the file"
    case .outOfMemory(let text): "not enough memory for it (\(text)); use fewer --jobs"
    case .timeout: "it took longer than allowed"
    case .cancelled: "cancelled"
    case .broken(let text): "a fault of imgbatch itself (\(text)); please report it with this file"
    }
  }
}
