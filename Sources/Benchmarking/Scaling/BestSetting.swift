/// Which setting to use, as far as the runs can tell.
extension ScalingProfile {
  /// What is not worth another worker.
  private static let worthwhile = 0.03
  /// Smaller differences are real at times, but nobody would choose by them.
  static let negligible = 0.02
  /// From here on the machine was not fit to be measured on.
  private static let noisy = 0.10

  /// The setting to use: as few workers as give what there is to be had. Nil where the runs differ too much to tell.
  package var best: Configuration? {
    guard let point = bestPoint else { return isNoisy && counts.count > 1 ? nil : serial.configuration }
    return point.record.configuration
  }

  /// Of the mode to use; nil where nothing is faster than serial beyond doubt.
  package var bestPoint: ScalingPoint? {
    let candidates = modes.compactMap(enough).filter { $0.speedUp.lowest > 1 }
    guard let first = candidates.first else { return nil }
    // Threads come first; another mode has to be faster beyond doubt, and by something.
    let other = candidates.dropFirst().max { $0.speedUp.estimate < $1.speedUp.estimate }
    guard let other else { return first }
    let ratio = Ratio(of: first.record.walls, to: other.record.walls)
    return ratio.lowest > 1 && ratio.estimate > 1 + ScalingProfile.negligible ? other : first
  }

  /// The fewest workers of a mode that are within 3 % of its fastest.
  private func enough(_ mode: BenchmarkMode) -> ScalingPoint? {
    let points = points(mode)
    guard let fastest = points.max(by: { $0.speedUp.estimate < $1.speedUp.estimate }) else { return nil }
    return points.first {
      Ratio(of: $0.record.walls, to: fastest.record.walls).estimate < 1 + ScalingProfile.worthwhile
    }
  }

  /// Whether the runs of a setting differ too much to tell it from others.
  var isNoisy: Bool { widestSpread.spread > ScalingProfile.noisy }
}
