import RunState
import Testing
import TextFormatting

@testable import ImageErrors

@Suite struct MeasurementLinesTests {
  @Test func `the cost of a stage survives its line`() {
    let cost = StageCost(name: "decode", wall: .nanoseconds(3_000_000_007), cpu: .nanoseconds(17))
    #expect(cost.line == "stage decode 3000000007 17\n")
    #expect(StageCost(line: cost.line.dropLast()) == cost)
    for other in ["", "stage decode 1", "item 1 2 3", "stage decode 1 2 3", "stage decode 1 x"] {
      #expect(StageCost(line: other[...]) == nil)
    }
  }

  @Test func `the number of readers survives its line`() {
    #expect(ReadersUsed(count: 16).line == "readers 16\n")
    #expect(ReadersUsed(line: "readers 16") == ReadersUsed(count: 16))
    for other in ["", "readers", "readers x", "readers 1 2", "stage read 1 2"] {
      #expect(ReadersUsed(line: other[...]) == nil)
    }
  }

  @Test func `the cost of an image is the sum of its stages`() {
    let cost = ItemCost(EventsTests.image)
    #expect(cost == ItemCost(size: 12_000_000, wall: .microseconds(13900), cpu: .zero))
    #expect(ItemCost(line: cost.line.dropLast()) == cost)
    #expect(ItemCost(line: "stage decode 1 2") == nil)
  }

  @Test func `the stages of a run are summed over its images, for both clocks`() {
    var image = EventsTests.image
    image.cpuTimes[.decode] = .milliseconds(12)
    var statistics = RunStatistics()
    for _ in 1...3 { statistics.add(.written(image)) }
    let costs = StageCost.all(of: statistics)
    #expect(costs.map(\.name) == ["read", "decode", "resize", "encode", "write"])
    #expect(costs[1] == StageCost(name: "decode", wall: .microseconds(36300), cpu: .milliseconds(36)))
  }
}
