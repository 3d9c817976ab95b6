internal import TextFormatting

/// Thresholds for differences between measured settings.
enum Significance {
  /// A smaller difference is no reason to choose a setting, even if its confidence interval excludes 0: the clock, the temperature
  /// and the layout of memory change the same program's time by that much between two starts (Mytkowicz et al. 2009).
  static let negligible = 0.02
  /// A smaller gain is no reason for more workers: it is near `negligible`, and each worker needs memory.
  static let worthwhile = 0.03
  /// From this spread (lowest to highest, relative to the median) on, the machine was too busy for advice: the median of such runs
  /// may be off by more than `negligible`.
  static let noisy = 0.10

  /// The sentence in place of advice, where the runs of a setting vary by more than `noisy`.
  static func noAdvice(_ spread: Double, of setting: String, causes: [String] = []) -> String {
    (["No advice: the runs vary too much to rank the settings, by \(percent(spread)) (\(setting))."] + causes
      + ["Measure again on an idle machine, or with more --runs."]).joined(separator: " ")
  }
}
