/// A law of scaling: the speed-up of n workers over one.
package enum ScalingLaw: String, CaseIterable, Hashable, Sendable {
  /// n / (1 + σ (n - 1)): one worker does a share σ of the work while the others wait (Amdahl 1967).
  case amdahl
  /// n / (1 + σ (n - 1) + κ n (n - 1)): in addition, each pair of workers costs κ (Gunther 1993).
  case universal

  package var title: String {
    switch self {
    case .amdahl: "Amdahl's law"
    case .universal: "Universal Scalability Law"
    }
  }

  /// The number of distinct counts that a fit needs, including 1: one more than the fitted terms. With fewer, the law would fit
  /// any points.
  package var minCounts: Int {
    switch self {
    case .amdahl: 3
    case .universal: 4
    }
  }

  package func speedUp(_ workers: Double, serialShare: Double, coherency: Double = 0) -> Double {
    workers / (1 + serialShare * (workers - 1) + coherency * workers * (workers - 1))
  }

  /// The time of n workers is a sum of terms: a/n + b for Amdahl's law, and + c (n - 1) for the other. So linear least squares
  /// finds a, b and c; then σ = b / (a + b) and κ = c / (a + b).
  fileprivate func terms(_ workers: Int) -> [Double] {
    let n = Double(workers)
    switch self {
    case .amdahl: return [1 / n, 1]
    case .universal: return [1 / n, 1, n - 1]
    }
  }
}

/// A law fitted to measured times. It is never extrapolated to more workers than were measured.
package struct FittedLaw: Hashable, Sendable {
  /// The relative difference of the measured speed-up from the law's.
  package struct Residual: Hashable, Sendable {
    package let workers: Int
    package let share: Double
  }

  package let law: ScalingLaw
  /// σ. Below 0 where the speed-up was superlinear.
  package let serialShare: ConfidenceInterval
  /// κ; nil for Amdahl's law.
  package let coherency: ConfidenceInterval?
  package let residuals: [Residual]
  /// The range of the fitted counts.
  package let range: ClosedRange<Int>

  /// - Parameter times: the seconds of each round for each number of workers, in the order of the rounds; all above 0.
  /// - Returns: nil where there are too few counts, or where 1 is not among them.
  package init?(_ law: ScalingLaw, times: [Int: [Double]]) {
    let counts = times.keys.sorted()
    guard counts.count >= law.minCounts, counts.first == 1, let last = counts.last else { return nil }
    let rounds = times.values.map(\.count).min() ?? 0
    let fits = (0..<rounds).compactMap { round in
      LeastSquares.factors(counts.map(law.terms), counts.compactMap { times[$0]?[round] })
    }
    guard !fits.isEmpty, fits.count == rounds, fits.allSatisfy({ $0[0] + $0[1] > 0 }) else { return nil }
    self.law = law
    range = 1...last
    let share = ConfidenceInterval(meanOf: fits.map { $0[1] / ($0[0] + $0[1]) })
    let cost = law == .universal ? ConfidenceInterval(meanOf: fits.map { $0[2] / ($0[0] + $0[1]) }) : nil
    serialShare = share
    coherency = cost
    residuals = counts.map { count in
      let expected = law.speedUp(Double(count), serialShare: share.estimate, coherency: cost?.estimate ?? 0)
      return Residual(
        workers: count,
        share: ConfidenceInterval(ratioOf: times[1] ?? [], to: times[count] ?? []).estimate / expected - 1)
    }
  }

  /// The speed-up over one worker.
  /// - Parameter workers: a number within `range`; fractions are allowed, for curves.
  package func speedUp(_ workers: Double) -> Double {
    precondition(
      Double(range.lowerBound) <= workers && workers <= Double(range.upperBound), "a fit is not extrapolated")
    return law.speedUp(workers, serialShare: serialShare.estimate, coherency: coherency?.estimate ?? 0)
  }

  /// The number of workers from which more workers cost time; nil where it is outside the measured range.
  package var peak: Double? {
    guard let coherency, coherency.lowest > 0, serialShare.estimate < 1 else { return nil }
    let peak = ((1 - serialShare.estimate) / coherency.estimate).squareRoot()
    return peak < Double(range.upperBound) ? peak : nil
  }

  package var worstResidual: Double { residuals.map { abs($0.share) }.max() ?? 0 }
}

/// The serial share implied by a single speed-up (Karp and Flatt 1990). Where it grows with the workers, they impede each other;
/// where it stays constant, a part of the work is serial.
/// - Parameter workers: 2 or more.
package func karpFlatt(_ speedUp: ConfidenceInterval, workers: Int) -> ConfidenceInterval {
  precondition(workers >= 2, "one worker has no speed-up")
  let n = Double(workers)
  func share(_ speedUp: Double) -> Double { (1 / speedUp - 1 / n) / (1 - 1 / n) }
  return ConfidenceInterval(
    estimate: share(speedUp.estimate), lowest: share(speedUp.highest), highest: share(speedUp.lowest))
}
