internal import ImageCore
internal import ImageErrors

// What a run tells the run that measures it: few short lines, since they are written while it is timed. Each is written and
// read here, and its form is nobody else's business.

/// How much is told.
package enum MeasurementDetail: String, CaseIterable, Sendable {
  /// What each stage took in all, at the end.
  case totals
  /// And what each item took, as it ends.
  case items
}

/// What a stage took, over all items and workers.
package struct StageCost: Hashable, Sendable {
  /// One word.
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
    walls.told.map { StageCost(name: $0.rawValue, wall: walls[$0], cpu: cpus[$0]) }
  }

  package var line: String { "stage \(name) \(wall.wholeNanoseconds) \(cpu.wholeNanoseconds)\n" }

  /// Nil for any other line.
  package init?(line: Substring) {
    let fields = line.split(separator: " ")
    guard fields.count == 4, fields[0] == "stage", let wall = Int64(fields[2]), let cpu = Int64(fields[3]) else {
      return nil
    }
    self.init(name: String(fields[1]), wall: .nanoseconds(wall), cpu: .nanoseconds(cpu))
  }
}

/// What one item took on its worker, from its first stage to its last.
package struct ItemCost: Hashable, Sendable {
  /// Of the source; its bytes where nothing is decoded.
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

  package var line: String { "item \(size) \(wall.wholeNanoseconds) \(cpu.wholeNanoseconds)\n" }

  /// Nil for any other line.
  package init?(line: Substring) {
    let fields = line.split(separator: " ")
    guard fields.count == 4, fields[0] == "item", let size = Int(fields[1]), let wall = Int64(fields[2]),
      let cpu = Int64(fields[3])
    else { return nil }
    self.init(size: size, wall: .nanoseconds(wall), cpu: .nanoseconds(cpu))
  }
}

extension Duration {
  fileprivate var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
