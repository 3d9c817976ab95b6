/// The choice of the best setting.
extension ScalingProfile {
  /// The best setting, with the fewest workers that reach nearly the best speed. Nil where the runs vary too much.
  package var best: Configuration? {
    isNoisy ? nil : (bestPoint?.record ?? serial).configuration
  }

  /// The point of the best setting; nil where none is significantly faster than serial, or the runs vary too much.
  package var bestPoint: ScalingPoint? {
    if isNoisy { return nil }
    let candidates = modes.compactMap(enough).filter { $0.speedUp.lowest > 1 }
    guard let first = candidates.first else { return nil }
    // Threads are preferred: another mode must be faster both significantly and by a relevant amount.
    let other = candidates.dropFirst().max { $0.speedUp.estimate < $1.speedUp.estimate }
    guard let other else { return first }
    let ratio = ConfidenceInterval(ratioOf: first.record.walls, to: other.record.walls)
    return ratio.lowest > 1 && ratio.estimate > 1 + Significance.negligible ? other : first
  }

  /// The fewest workers of a mode that are within 3 % of its fastest setting.
  func enough(_ mode: BenchmarkMode) -> ScalingPoint? {
    let points = points(mode)
    guard let fastest = points.max(by: { $0.speedUp.estimate < $1.speedUp.estimate }) else { return nil }
    return points.first {
      ConfidenceInterval(ratioOf: $0.record.walls, to: fastest.record.walls).estimate < 1 + Significance.worthwhile
    }
  }

  /// Whether the runs of a setting vary too much to distinguish settings.
  var isNoisy: Bool { widestSpread.spread > Significance.noisy }
}
