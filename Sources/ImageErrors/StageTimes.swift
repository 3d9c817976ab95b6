/// Time spent in each stage.
package struct StageTimes: Hashable, Sendable {
  private var durations: [Duration] = Array(repeating: .zero, count: Stage.allCases.count)

  package init() {}

  /// The stages to report: all, but `fetch` only after a download.
  package var reported: [Stage] { Stage.allCases.filter { $0 != .fetch || self[$0] > .zero } }

  package var total: Duration { durations.reduce(.zero, +) }

  package subscript(stage: Stage) -> Duration {
    get { durations[stage.position] }
    set { durations[stage.position] = newValue }
  }
}
