import Synchronization
import Testing

@testable import Parallelism

@Suite("Row pipeline")
struct RowPipelineTests {
  private struct Step: Hashable {
    let stage: Int
    let row: Int
  }

  @Test(arguments: [1, 2, 3, 8])
  func `each stage takes all rows in order, after the previous stage and within the slots`(workers: Int) {
    let (stages, rows, slots) = (4, 3..<40, 3)
    // The number of rows that each stage has begun and ended.
    let counts = Mutex((begun: [Int](repeating: 0, count: 4), ended: [Int](repeating: 0, count: 4)))
    let broken = Mutex([String]())
    let failure: Int? = pipelined(rows: rows, stages: stages, slots: slots, workers: workers) { stage, row in
      let complaint: String? = counts.withLock { counts in
        defer { counts.begun[stage] += 1 }
        if counts.begun[stage] != counts.ended[stage] { return "two at once in \(stage)" }
        if row != rows.lowerBound + counts.begun[stage] { return "\(row) out of order in \(stage)" }
        if stage > 0 && counts.ended[stage - 1] <= counts.begun[stage] { return "\(stage) ahead at \(row)" }
        if counts.begun[stage] >= counts.ended[stages - 1] + slots { return "too many rows at \(row)" }
        return nil
      }
      if let complaint { broken.withLock { $0.append(complaint) } }
      counts.withLock { $0.ended[stage] += 1 }
      return nil
    }
    #expect(failure == nil)
    #expect(broken.withLock { $0 } == [])
    #expect(counts.withLock { $0.ended } == Array(repeating: rows.count, count: stages))
  }

  @Test(arguments: [1, 4])
  func `a failure stops all stages and is returned`(workers: Int) {
    let steps = Mutex(Set<Step>())
    let failure: String? = pipelined(rows: 0..<1000, stages: 3, slots: 2, workers: workers) { stage, row in
      _ = steps.withLock { $0.insert(Step(stage: stage, row: row)) }
      return stage == 1 && row == 5 ? "five" : nil
    }
    #expect(failure == "five")
    let done = steps.withLock { $0 }
    #expect(done.filter { $0.stage == 1 }.map(\.row).max() == 5)
    #expect(done.map(\.row).max() ?? 0 <= 7 && !done.contains(Step(stage: 2, row: 5)))
  }

  @Test func `an empty range of rows calls no stage`() {
    let failure: Int? = pipelined(rows: 4..<4, stages: 2, slots: 2, workers: 3) { _, _ in 1 }
    #expect(failure == nil)
  }
}
