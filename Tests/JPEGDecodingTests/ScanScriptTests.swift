import Testing

@testable import JPEGDecoding

@Suite struct ScanScriptTests {
  private func scan(_ components: [Int], _ first: Int, _ last: Int, _ high: Int, _ low: Int) -> ScanHeader {
    ScanHeader(
      components: components, dcTables: [], acTables: [], first: first, last: last, high: high, low: low,
      restartInterval: 0)
  }

  private func taken(_ scans: [ScanHeader], components: Int = 1) -> (all: Bool, complete: Bool) {
    var script = ScanScript(componentCount: components)
    for scan in scans where !script.take(scan) { return (false, script.isComplete) }
    return (true, script.isComplete)
  }

  @Test func `a script is complete when the last bit of every coefficient is known`() {
    let script = [
      scan([0, 1, 2], 0, 0, 0, 1), scan([0], 1, 5, 0, 2), scan([2], 1, 63, 0, 1), scan([1], 1, 63, 0, 1),
      scan([0], 6, 63, 0, 2), scan([0], 1, 63, 2, 1), scan([0, 1, 2], 0, 0, 1, 0), scan([2], 1, 63, 1, 0),
      scan([1], 1, 63, 1, 0), scan([0], 1, 63, 1, 0),
    ]
    #expect(taken(script, components: 3) == (true, true))
    for missing in script.indices {
      var less = script
      less.remove(at: missing)
      let result = taken(less, components: 3)
      #expect(!result.all || !result.complete, "without scan \(missing)")
    }
  }

  @Test func `scans that break the rules are rejected`() {
    let dc = scan([0], 0, 0, 0, 0)
    #expect(taken([dc, scan([0], 1, 63, 0, 0)]) == (true, true))
    #expect(!taken([scan([0], 1, 63, 0, 0)]).all, "details before DC")
    #expect(!taken([dc, dc]).all, "twice")
    #expect(!taken([dc, scan([0], 1, 63, 0, 0), scan([0], 5, 5, 0, 0)]).all, "twice in part")
    #expect(!taken([scan([0], 0, 63, 0, 0)]).all, "DC and details in one")
    #expect(!taken([dc, scan([0], 9, 8, 0, 0)]).all, "backwards")
    #expect(!taken([dc, scan([0], 1, 64, 0, 0)]).all, "a 65th coefficient")
    #expect(!taken([scan([0], 0, 0, 0, 14)]).all, "14 bits of refinement")
    #expect(!taken([scan([0], 0, 0, 0, 2), scan([0], 0, 0, 2, 0)]).all, "two bits at once")
    #expect(!taken([scan([0], 0, 0, 0, 2), scan([0], 0, 0, 1, 0)]).all, "a bit passed over")
    #expect(!taken([scan([0], 0, 0, 1, 0)]).all, "refined before it began")
    #expect(!taken([scan([0, 1], 0, 0, 0, 0), scan([0, 1], 1, 63, 0, 0)], components: 2).all, "details of two")
  }
}
