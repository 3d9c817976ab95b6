internal import BatchEngine
internal import Benchmarking
internal import ImageCore
internal import Parallelism
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing

/// A few images that are made twice, one after another in this process, to see whether storage makes them wait.
///
/// The second time decides: what the system keeps in its cache after the first is not slow any more.
struct StorageSample {
  let speed: StorageSpeed
  private let total: Int
  private let secondsPerImage: Double

  private static let maxCount = 16
  /// Of one pass.
  private static let maxTime = Duration.seconds(2)

  /// - Parameters:
  ///   - options: with both clocks.
  ///   - cold: drop the sources from the page cache before each pass.
  init(_ inputs: InputFiles, options: ThumbnailOptions, cold: Bool, scratch: FilePath) throws {
    let sample = StorageSample.evenly(StorageSample.maxCount, of: inputs).filter { $0.refusal == nil }
    let runner = JobRunner(options: options)
    var passes: [[WaitingTime]] = []
    for _ in 0..<2 {
      if cold { for input in sample { dropCachedPages(of: input.source) } }
      var images: [WaitingTime] = []
      let begin = ContinuousClock.now
      for input in sample where .now - begin < StorageSample.maxTime {
        if Signals.cancellation.isCancelled { throw CancelledError() }
        let format = ImageFormat.ofName(input.source) ?? input.contents ?? .jpeg
        let job = Job(measuring: input.source, as: format.outputFormat, options, in: scratch)
        guard case .written(let image) = runner.outcome(of: job) else { continue }
        images.append(WaitingTime(StageCost.all(of: image)))
      }
      passes.append(images)
    }
    // The median: one image may wait because its thread lost the core.
    let shares = passes.map { $0.isEmpty ? 0 : Summary($0.map(\.share)).median }
    speed = StorageSpeed(first: shares[0], second: shares[1])
    let time = passes[1].reduce(Duration.zero) { $0 + $1.waiting + $1.computing }
    secondsPerImage = time.inSeconds / Double(max(1, passes[1].count))
    total = inputs.count
  }

  /// The number of images that one worker makes in a time.
  func count(within seconds: Double, atLeast minimum: Int) -> Int {
    min(total, max(minimum, Int(seconds / max(secondsPerImage, 1e-6))))
  }

  /// Inputs at equal distances.
  static func evenly(_ count: Int, of inputs: InputFiles) -> [InputFile] {
    let count = min(count, inputs.count)
    return (0..<count).map { inputs[$0 * inputs.count / count] }
  }
}

extension Job {
  /// A job of this process that is only measured. Its outputs replace those of the job before.
  init(measuring source: FilePath, as format: ImageFormat, _ options: ThumbnailOptions, in scratch: FilePath) {
    self.init(
      index: 0, source: source,
      outputs: (0..<max(1, options.sizes.count)).map {
        JobOutput(path: scratch.appending("measured-\($0)"), format: format)
      }, sourceByteCount: 0)
  }
}
