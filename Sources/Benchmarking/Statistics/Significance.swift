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
}
