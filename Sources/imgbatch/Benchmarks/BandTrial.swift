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

/// Makes one picture over and over, on more and more cores. In this process, since what counts are the picture's own
/// stages, which its thumbnailer times.
struct BandTrial {
  private(set) var recipe: Recipe
  let job: Job
  let megapixels: Double

  /// - Parameter inputs: the one with the most pixels is taken.
  init?(_ inputs: FoundInputs, recipe: Recipe, scratch: FilePath) {
    let reader = HeaderReader(limits: recipe.limits)
    var largest: (pixels: Int, job: Job)?
    for input in inputs where input.refusal == nil {
      guard let header = try? reader.read(input.source).header else { continue }
      let pixels = header.size.width * header.size.height
      guard pixels > largest?.pixels ?? 0 else { continue }
      largest = (
        pixels,
        Job(
          index: 0, source: input.source,
          outputs: (0..<max(1, recipe.sizes.count)).map {
            JobOutput(path: scratch.appending("banded-\($0)"), format: header.format)
          }, sourceByteCount: 0)
      )
    }
    guard let largest else { return nil }
    self.recipe = recipe
    self.recipe.clocks = .wallAndProcessor
    job = largest.job
    megapixels = Double(largest.pixels) / 1e6
  }

  /// One picture is quickly made, and its time noisy.
  private static let leastRounds = 10

  /// - Returns: nil where the picture fails.
  func run(bands counts: [Int], rounds: Int) throws -> BandProfile? {
    var runs = counts.map { BandProfile.Run(bands: $0) }
    var sharedStages = [Stage.resize]
    // The first round warms up.
    for round in 0...max(rounds, BandTrial.leastRounds) {
      for place in runs.indices {
        if Signals.stopRequest.isMade { throw Interruption() }
        let outcome = Thumbnailer(recipe: recipe, bands: runs[place].bands).outcome(of: job)
        guard case .written(let picture) = outcome else { return nil }
        if picture.decodingWorkers > 1 { sharedStages = [.decode, .resize] }
        if round > 0 { runs[place].samples.append(StageCost.all(of: picture)) }
      }
    }
    return BandProfile(
      name: job.source.forTerminal, megapixels: megapixels, sharedStages: sharedStages.map(\.rawValue), runs: runs)
  }
}
