package import RunState
internal import SystemSupport
internal import TextFormatting

/// One image with increasing numbers of threads: the speed-up of parallelism within an image.
package struct SingleImageScaling: Sendable {
  package struct Run: Sendable {
    package let bands: Int
    /// The stages of the image, by round.
    package var samples: [[StageCost]]

    package init(bands: Int, samples: [[StageCost]] = []) {
      self.bands = bands
      self.samples = samples
    }

    /// The time from the image's first stage to its last.
    var walls: [Double] { samples.map { max($0.reduce(0) { $0 + $1.wall.inSeconds }, 1e-9) } }

    package var stages: [StageMedian] {
      (samples.first ?? []).enumerated().map { index, cost in
        StageMedian(
          name: cost.name, wall: Summary(samples.map { $0[index].wall }).median,
          cpu: Summary(samples.map { $0[index].cpu }).median)
      }
    }
  }

  /// The image's name, escaped for a terminal.
  package let name: String
  package let megapixels: Double
  /// The stages that run on several cores.
  package let sharedStages: [String]
  /// In ascending order of bands, starting with 1.
  package let runs: [Run]

  package init(name: String, megapixels: Double, sharedStages: [String], runs: [Run]) {
    precondition(runs.first?.bands == 1, "the unsplit image is the reference")
    self.name = name
    self.megapixels = megapixels
    self.sharedStages = sharedStages
    self.runs = runs
  }

  package func speedUp(_ run: Run) -> ConfidenceInterval { ConfidenceInterval(ratioOf: runs[0].walls, to: run.walls) }

  /// The share of the image's time that runs on one core regardless of the bands: all stages but the shared ones.
  package var serialShare: ConfidenceInterval {
    ConfidenceInterval(
      meanOf: runs[0].samples.map { stages in
        let shared = stages.filter { sharedStages.contains($0.name) }.reduce(0) { $0 + $1.wall.inSeconds }
        return 1 - shared / max(stages.reduce(0) { $0 + $1.wall.inSeconds }, 1e-9)
      })
  }

  /// The upper bound by Amdahl's law. The serial share is not fitted to the curve; it comes from the stages of the unsplit image.
  package func allowed(_ bands: Int) -> Double {
    ScalingLaw.amdahl.speedUp(Double(bands), serialShare: serialShare.estimate)
  }

  /// The upper bound for any number of cores.
  package var limit: Double { 1 / max(serialShare.estimate, 1e-9) }

  /// - Parameter files: the speed-up of as many images in parallel, for comparison.
  package func text(comparedWith files: ScalingPoint?) -> String {
    let share = serialShare
    let measured = runs.dropFirst().map { run in
      "\(decimal(speedUp(run).estimate)) times with \(run.bands) cores (95 %: \(speedUp(run).rangeText); limit "
        + "\(decimal(allowed(run.bands))))"
    }
    let own = runs[0].stages.map(\.name).filter { !sharedStages.contains($0) }
    var text =
      "Within one image (\(name), \(decimal(megapixels)) megapixels), the cores share \(listed(sharedStages)). "
      + "\(listed(own).capitalizedFirst) run\(own.count == 1 ? "s" : "") on one core and take\(own.count == 1 ? "s" : "") "
      + "\(percent(share.estimate)) of the time, so Amdahl's law limits the speed-up to \(decimal(limit)) times on any "
      + "number of cores"
    if !measured.isEmpty { text += "; measured: " + measured.joined(separator: ", ") }
    text += "."
    if let files, let last = runs.last, last.bands > 1, files.speedUp.lowest > speedUp(last).highest {
      text +=
        " \(files.workers) images at once give \(decimal(files.speedUp.estimate)) times, so each worker takes its own "
        + "image where there are enough."
    }
    return text
  }
}

/// For example "read, encode and write".
private func listed(_ text: [String]) -> String {
  guard let last = text.last, text.count > 1 else { return text.first ?? "nothing" }
  return text.dropLast().joined(separator: ", ") + " and " + last
}
