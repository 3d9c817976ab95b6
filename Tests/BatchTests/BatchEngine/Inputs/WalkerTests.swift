import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import Parallelism
@testable import SystemSupport

@Suite struct WalkerTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func rules(_ threads: Int, call: Duration = .seconds(1)) -> WalkRules {
    var rules = WalkRules()
    rules.threads = WaitingThreads(count: threads, now: AdvancingClock(step: call).now)
    return rules
  }

  @Test("The order does not depend on the number of threads", arguments: [0, 1, 2, 5, 32])
  func order(threads: Int) throws {
    var names: [String] = []
    // More entries than one step reads, and folders among them.
    for number in 100..<150 { names.append("\(number).jpg") }
    for parent in ["110", "115/a", "115/b", "148"] { for number in 10..<30 { names.append("\(parent)/\(number).png") } }
    try folder.addFolder("in/120/empty")
    for name in names { try folder.add("in/\(name)") }
    let list = try InputList.find([folder("in"), folder("in/148")], rules: rules(threads))
    let twice = names + names.suffix(20).map { String($0.dropFirst(4)) }
    #expect(list.inputs.map(\.relative.string) == twice)
  }

  @Test func `a stop ends the search`() throws {
    for number in 100..<400 { try folder.add("in/\(number % 7)/\(number).jpg") }
    for threads in [0, 4] {
      var rules = rules(threads)
      let stop = CancellationFlag()
      rules.stop = stop
      // The clock is read before and after each step.
      let clock = AdvancingClock(step: .seconds(1))
      let start = clock.now()
      rules.threads = WaitingThreads(count: threads) {
        let time = clock.now()
        if time - start >= .seconds(8) { stop.cancel() }
        return time
      }
      let found = try InputList.find([folder("in")], rules: rules).inputs
      #expect(found.count < 300)
    }
  }

  @Test func `excluded files are not read`() throws {
    try folder.add("in/a.jpg")
    try folder.add("in/b.raw", Array("no image, but a file with enough bytes".utf8))
    try folder.link("in/c", to: "a.jpg")
    try folder.addFolder("in/d")
    try folder.add("in/d/e.jpg")
    try folder.link("in/f", to: "d")
    var rules = rules(2)
    rules.folderLinks = .follow
    rules.excludes = ["*.raw", "c/", "f/"].compactMap { ExcludePattern(Array($0.utf8)) }
    let list = try InputList.find([folder("in")], rules: rules)
    #expect(list.inputs.map(\.relative.string) == ["a.jpg", "c", "d/e.jpg"])
    #expect(list.ignoredFileCount == 0)
  }
}
