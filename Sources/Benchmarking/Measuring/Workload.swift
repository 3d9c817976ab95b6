internal import TextFormatting

/// A kind of work that can be measured: its words, the ways in which it can be done, and what its workers wait for.
///
/// `compare` and `profile` know nothing else of it. How it is run is the command's business.
package struct Workload: Hashable, Sendable {
  /// What more workers come up against.
  package enum Bottleneck: String, Hashable, Sendable {
    /// Cores: beyond their number workers only wait for each other.
    case cores
    /// Somebody else's answers: workers wait at no cost, so there may be many more of them than cores.
    case answers
  }

  /// As `--workload` and events say it.
  package let name: String
  /// As a page says it.
  package let title: String
  /// What is counted: "image", "download".
  package let item: String
  package let bound: Bottleneck
  /// The option of its command that says how many workers there are.
  package let workersOption: String
  /// The ways to do it, the measure for the others, serial, first.
  package let modes: [BenchmarkMode]

  package init(
    name: String, title: String, item: String, bound: Bottleneck, workersOption: String = "--jobs",
    modes: [BenchmarkMode]
  ) {
    precondition(modes.first == .serial && modes.count >= 2, "serial is the measure for at least one other")
    self.name = name
    self.title = title
    self.item = item
    self.bound = bound
    self.workersOption = workersOption
    self.modes = modes
  }

  /// Thumbnails of images.
  package static let resize = Workload(
    name: "resize", title: "Thumbnails", item: "picture", bound: .cores, modes: BenchmarkMode.allCases)
}

/// What was done in each run.
package struct WorkSummary: Hashable, Sendable {
  /// Where the sources were before each run.
  package enum Inputs: String, Hashable, Sendable {
    case cached, cold
    /// They come from other machines, whatever those do with them.
    case remote
  }

  package var workload: Workload
  package var items: Int
  package var failed: Int
  /// Nil where nothing is decoded.
  package var megapixels: Double?
  package var inputs: Inputs

  package init(_ workload: Workload, items: Int, failed: Int, megapixels: Double? = nil, inputs: Inputs) {
    self.workload = workload
    self.items = items
    self.failed = failed
    self.megapixels = megapixels
    self.inputs = inputs
  }
  /// How data for scripts begin, whatever was measured.
  func line(_ event: String, version: String) -> JSONLine {
    var line = JSONLine()
    line.add("event", event)
    line.add("schema", 1)
    line.add("version", version)
    line.add("workload", workload.name)
    line.add(workload.item + "s", items)
    line.add("failed", failed)
    if let megapixels { line.add("megapixels", number: megapixels) }
    return line
  }
}
