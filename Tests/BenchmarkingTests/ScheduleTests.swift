import Benchmarking
import Testing
import TextFormatting

@Suite struct ScheduleTests {
  /// Runs nothing, and remembers what it was asked for.
  struct Stub: Contest {
    struct Tired: Error {}

    var steps: [String] = []
    var stepsLeft = Int.max

    mutating func warmUp(_ setting: Setting) throws(Tired) -> WarmUp {
      try note("warm \(setting.contestant.rawValue)")
      return WarmUp(
        memory: MemoryPeak(
          byteCount: 1000 * setting.contestant.rawValue.count, method: .proportionalShares))
    }

    mutating func start(_ setting: Setting) throws(Tired) -> Measurement {
      try note("start \(setting.contestant.rawValue)")
      return Measurement(wall: .milliseconds(9), user: .milliseconds(5), system: .milliseconds(3))
    }

    mutating func work(_ setting: Setting) throws(Tired) -> Measurement {
      try note("work \(setting.contestant.rawValue)")
      return Measurement(wall: .milliseconds(steps.count), user: .zero, system: .zero)
    }

    private mutating func note(_ step: String) throws(Tired) {
      guard stepsLeft > 0 else { throw Tired() }
      stepsLeft -= 1
      steps.append(step)
    }
  }

  private let settings = Contestant.allCases.map { Setting($0, workers: 2) }

  @Test func `all warm up first; then everyone starts empty and works once in each round`() throws {
    var stub = Stub()
    let records = try Schedule(settings, rounds: 5).run(&stub)
    let names = Contestant.allCases.map(\.rawValue)
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
    #expect(records.map(\.contestant) == Contestant.allCases)
    for record in records {
      #expect(record.runs.count == 5 && record.starts.count == 5)
      #expect(record.memory.byteCount == 1000 * record.contestant.rawValue.count)
      // The stub's times are the places of the steps, so samples lie with their own record, in order.
      for run in record.runs {
        let place = Int((run.wall / .milliseconds(1)).rounded())
        #expect(stub.steps[place - 1] == "work \(record.contestant.rawValue)")
      }
      #expect(record.runs.map(\.wall) == record.runs.map(\.wall).sorted())
    }
  }

  @Test func `another begins each round, and nobody always follows the same one`() {
    let schedule = Schedule(settings, rounds: 4)
    #expect(schedule.order(inRound: 0).map(\.contestant) == [.serial, .threads, .processes, .perPicture])
    #expect(schedule.order(inRound: 1).map(\.contestant) == [.serial, .perPicture, .processes, .threads])
    let orders = (0..<8).map { schedule.order(inRound: $0).map(\.contestant) }
    for contestant in Contestant.allCases {
      #expect(Set(orders.map { $0.firstIndex(of: contestant) }).count > 1)
      let before = orders.compactMap { order in
        order.firstIndex(of: contestant).flatMap { $0 > 0 ? order[$0 - 1] : nil }
      }
      #expect(Set(before).count > 1, "\(contestant)")
    }
  }

  @Test func `a failure ends the schedule`() {
    var stub = Stub(stepsLeft: 10)
    #expect(throws: Stub.Tired.self) { _ = try Schedule(settings, rounds: 3).run(&stub) }
    #expect(stub.steps.count == 10)
  }
}
