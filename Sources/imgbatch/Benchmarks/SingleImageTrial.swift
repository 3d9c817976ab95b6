internal import BatchEngine
internal import Benchmarking
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import Parallelism
internal import RunState
internal import SystemPackage
internal import TextFormatting
internal import Thumbnailing

/// Makes one image repeatedly with increasing numbers of threads. It runs in this process, because the result is the time of the
/// image's stages, which `JobRunner` measures.
struct SingleImageTrial {
  private(set) var options: ThumbnailOptions
  let job: Job
  let megapixels: Double

  /// - Parameter inputs: of the largest files, the image with the most pixels is measured.
  init?(_ inputs: InputFiles, options: ThumbnailOptions, scratch: FilePath) {
    let reader = HeaderReader(limits: options.limits)
    var largest: (pixels: Int, job: Job)?
    // Not all, because each may take long on slow storage.
    let files = inputs.filter { $0.refusal == nil }.sorted { $0.byteCount > $1.byteCount }
    for input in files.prefix(64) {
      guard let header = try? reader.read(input.source).header else { continue }
      let pixels = header.size.width * header.size.height
      guard pixels > largest?.pixels ?? 0 else { continue }
      largest = (pixels, Job(measuring: input.source, as: header.format, options, in: scratch))
    }
    guard let largest else { return nil }
    self.options = options
    job = largest.job
    megapixels = Double(largest.pixels) / 1e6
  }

  /// One image takes little time, and single measurements are noisy.
  private static let minRounds = 10

  /// - Returns: nil where the image fails.
  func run(bands counts: [Int], rounds: Int) throws -> SingleImageScaling? {
    var runs = counts.map { SingleImageScaling.Run(bands: $0) }
    var sharedStages = [Stage.resize]
    // The first round warms up.
    for round in 0...max(rounds, SingleImageTrial.minRounds) {
      for position in runs.indices {
        if Signals.cancellation.isCancelled { throw CancelledError() }
        let outcome = JobRunner(options: options, threadsPerImage: runs[position].bands).outcome(of: job)
        guard case .written(let image) = outcome else { return nil }
        if image.decodingWorkers > 1 { sharedStages = [.decode, .resize] }
        if round > 0 { runs[position].samples.append(StageCost.all(of: image)) }
      }
    }
    return SingleImageScaling(
      name: job.source.forTerminal, megapixels: megapixels, sharedStages: sharedStages.map(\.rawValue), runs: runs)
  }
}
