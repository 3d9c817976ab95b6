internal import SystemSupport

/// Summarizes a few samples of one quantity. It uses the median, so that one disturbed run does not change the result.
package struct Summary: Hashable, Sendable {
  package let median: Double
  package let lowest: Double
  package let highest: Double

  /// - Parameter samples: at least one.
  package init(_ samples: [Double]) {
    let sorted = samples.sorted()
    precondition(!sorted.isEmpty, "a summary is of something")
    let middle = sorted.count / 2
    median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    lowest = sorted[0]
    highest = sorted[sorted.count - 1]
  }

  package init(_ durations: [Duration]) { self.init(durations.map(\.inSeconds)) }

  /// The range from lowest to highest, relative to the median.
  package var spread: Double { median > 0 ? (highest - lowest) / median : 0 }
}
