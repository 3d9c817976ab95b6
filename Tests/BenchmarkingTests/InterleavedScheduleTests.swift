import Benchmarking
import Testing
import TextFormatting

@Suite struct InterleavedScheduleTests {
  /// Runs nothing, and records the requested steps.
  struct Stub: BenchmarkTarget {
    struct Tired: Error {}

    var steps: [String] = []
    var stepsLeft = Int.max

    mutating func warmUp(_ configuration: Configuration) throws(Tired) -> WarmUp {
      try note("warm \(configuration.mode.rawValue)")
      return WarmUp(
        memory: MemoryPeak(
          byteCount: 1000 * configuration.mode.rawValue.count, method: .proportionalShares))
    }

    mutating func start(_ configuration: Configuration) throws(Tired) -> Measurement {
      try note("start \(configuration.mode.rawValue)")
      return Measurement(wall: .milliseconds(9), user: .milliseconds(5), system: .milliseconds(3))
    }

    mutating func work(_ configuration: Configuration) throws(Tired) -> Measurement {
      try note("work \(configuration.mode.rawValue)")
      return Measurement(wall: .milliseconds(steps.count), user: .zero, system: .zero)
    }

    private mutating func note(_ step: String) throws(Tired) {
      guard stepsLeft > 0 else { throw Tired() }
      stepsLeft -= 1
      steps.append(step)
    }
  }

  private let configurations = Workload.resize.modes.map { Configuration($0, workers: 2) }

  @Test func `all settings warm up first; then each has an empty run and a full run in each round`() throws {
    var stub = Stub()
    let records = try InterleavedSchedule(configurations, rounds: 5).run(&stub)
    let names = Workload.resize.modes.map(\.rawValue)
    #expect(Array(stub.steps.prefix(4)) == names.map { "warm \($0)" })
    #expect(stub.steps.count == 4 + 5 * 4 * 2)
    for round in 0..<5 {
      let steps = stub.steps[(4 + round * 8)..<(12 + round * 8)]
      #expect(Set(steps).count == 8, "round \(round)")
      for (start, work) in zip(
        steps.enumerated().filter { $0.offset % 2 == 0 }, steps.enumerated().filter { $0.offset % 2 == 1 })
      {
        #expect(start.element.dropFirst(6) == work.element.dropFirst(5))
      }
    }
    #expect(records.map(\.mode) == Workload.resize.modes)
    for record in records {
      #expect(record.runs.count == 5 && record.starts.count == 5)
      #expect(record.memory.byteCount == 1000 * record.mode.rawValue.count)
      // The stub's times are the positions of the steps, so they show that samples are in their own record, in order.
      for run in record.runs {
        let position = Int((run.wall / .milliseconds(1)).rounded())
        #expect(stub.steps[position - 1] == "work \(record.mode.rawValue)")
      }
      #expect(record.runs.map(\.wall) == record.runs.map(\.wall).sorted())
    }
  }

  @Test func `each round starts with another setting, and none always follows the same one`() {
    let schedule = InterleavedSchedule(configurations, rounds: 4)
    #expect(schedule.order(inRound: 0).map(\.mode) == [.serial, .threads, .processes, .perImage])
    #expect(schedule.order(inRound: 1).map(\.mode) == [.serial, .perImage, .processes, .threads])
    let orders = (0..<8).map { schedule.order(inRound: $0).map(\.mode) }
    for mode in Workload.resize.modes {
      #expect(Set(orders.map { $0.firstIndex(of: mode) }).count > 1)
      let before = orders.compactMap { order in
        order.firstIndex(of: mode).flatMap { $0 > 0 ? order[$0 - 1] : nil }
      }
      #expect(Set(before).count > 1, "\(mode)")
    }
  }

  @Test func `a failure ends the schedule`() {
    var stub = Stub(stepsLeft: 10)
    #expect(throws: Stub.Tired.self) { _ = try InterleavedSchedule(configurations, rounds: 3).run(&stub) }
    #expect(stub.steps.count == 10)
  }
}
