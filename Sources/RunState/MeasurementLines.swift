internal import ImageCore
internal import ImageErrors
internal import SystemSupport

// The lines that a measured run writes for the run that measures it. They are few and short, because they are written during the
// measurement. This file both writes and parses them; their format is private to it.

/// Level of detail.
package enum MeasurementDetail: String, CaseIterable, Sendable {
  /// The total time of each stage, at the end.
  case totals
  /// In addition, the time of each item when it ends.
  case items
}

/// Time spent in a stage, over all items and workers.
package struct StageCost: Hashable, Sendable {
  /// A single word.
  package var name: String
  package var wall: Duration
  package var cpu: Duration

  package init(name: String, wall: Duration, cpu: Duration) {
    self.name = name
    self.wall = wall
    self.cpu = cpu
  }

  package static func all(of statistics: RunStatistics) -> [StageCost] { all(statistics.times, statistics.cpuTimes) }
  package static func all(of image: WrittenImage) -> [StageCost] { all(image.times, image.cpuTimes) }

  private static func all(_ walls: StageTimes, _ cpus: StageTimes) -> [StageCost] {
    walls.reported.map { StageCost(name: $0.rawValue, wall: walls[$0], cpu: cpus[$0]) }
  }

  package var line: String { "stage \(name) \(wall.nanoseconds) \(cpu.nanoseconds)\n" }

  /// Nil for any other line.
  package init?(line: Substring) {
    let fields = line.split(separator: " ")
    guard fields.count == 4, fields[0] == "stage", let wall = Int64(fields[2]), let cpu = Int64(fields[3]) else {
      return nil
    }
    self.init(name: String(fields[1]), wall: .nanoseconds(wall), cpu: .nanoseconds(cpu))
  }
}

/// The number of threads that read ahead of the workers.
package struct ReadersUsed: Hashable, Sendable {
  package var count: Int

  package init(count: Int) { self.count = count }

  package var line: String { "readers \(count)\n" }

  /// Nil for any other line.
  package init?(line: Substring) {
    let fields = line.split(separator: " ")
    guard fields.count == 2, fields[0] == "readers", let count = Int(fields[1]) else { return nil }
    self.init(count: count)
  }
}

/// Time that a worker spent on one item, over all stages.
package struct ItemCost: Hashable, Sendable {
  /// Pixels of the source, or its bytes if nothing is decoded.
  package var size: Int
  package var wall: Duration
  package var cpu: Duration

  package init(size: Int, wall: Duration, cpu: Duration) {
    self.size = size
    self.wall = wall
    self.cpu = cpu
  }

  package init(_ image: WrittenImage) {
    self.init(
      size: image.sourceSize.width * image.sourceSize.height,
      wall: Stage.allCases.reduce(.zero) { $0 + image.times[$1] },
      cpu: Stage.allCases.reduce(.zero) { $0 + image.cpuTimes[$1] })
  }

  package var line: String { "item \(size) \(wall.nanoseconds) \(cpu.nanoseconds)\n" }

  /// Nil for any other line.
  package init?(line: Substring) {
    let fields = line.split(separator: " ")
    guard fields.count == 4, fields[0] == "item", let size = Int(fields[1]), let wall = Int64(fields[2]),
      let cpu = Int64(fields[3])
    else { return nil }
    self.init(size: size, wall: .nanoseconds(wall), cpu: .nanoseconds(cpu))
  }
}
