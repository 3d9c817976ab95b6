internal import TextFormatting

/// A kind of work that can be measured: its names, its modes, and its bottleneck.
///
/// `compare` and `profile` need nothing else; the command determines how it is run.
package struct Workload: Hashable, Sendable {
  /// The resource that limits the number of useful workers.
  package enum Bottleneck: String, Hashable, Sendable {
    /// CPU cores: more workers than cores only wait for each other.
    case cores
    /// Responses of servers. Waiting workers use no CPU, so the number of cores does not limit them.
    case answers
    /// Storage that takes long to answer. Waiting readers use no CPU either.
    case storage
  }

  /// The name for `--workload` and in events.
  package let name: String
  /// The title on a page.
  package let title: String
  /// The unit of the work: "image", "download".
  package let item: String
  /// The unit in JSON fields: "picture", "download".
  package let itemField: String
  package let bound: Bottleneck
  /// The command's option for the number of workers.
  package let workersOption: String
  /// What a setting has a number of: "worker", "reader".
  package let worker: String
  /// The modes, starting with serial, the reference.
  package let modes: [BenchmarkMode]

  package init(
    name: String, title: String, item: String, itemField: String? = nil, bound: Bottleneck,
    workersOption: String = "--jobs", worker: String = "worker",
    modes: [BenchmarkMode]
  ) {
    precondition(modes.first == .serial && modes.count >= 2, "serial is the reference for at least one other mode")
    self.name = name
    self.title = title
    self.item = item
    self.itemField = itemField ?? item
    self.bound = bound
    self.workersOption = workersOption
    self.worker = worker
    self.modes = modes
  }

  /// Thumbnails of images.
  package static let resize = resize([.serial, .threads, .processes, .perImage])

  /// The same from slow storage, with threads that read ahead and without.
  package static let resizeFromSlowStorage = resize([
    .serial, .threads, .unassistedThreads, .processes, .perImage,
  ])

  private static func resize(_ modes: [BenchmarkMode]) -> Workload {
    Workload(
      name: "resize", title: "Thumbnails", item: "image", itemField: "picture", bound: .cores, modes: modes)
  }

  /// Thumbnails of images from slow storage, with increasing numbers of readers.
  package static let read = Workload(
    name: "read", title: "Reading ahead", item: "image", itemField: "picture", bound: .storage,
    workersOption: "--readers", worker: "reader", modes: [.serial, .readers])
}

/// The work of each run.
package struct WorkSummary: Hashable, Sendable {
  /// The location of the sources before each run.
  package enum Inputs: String, Hashable, Sendable {
    case cached, cold
    /// On storage that is read again in each run, and makes images wait.
    case slow
    /// On other machines, whose caching is unknown.
    case remote
  }

  package var workload: Workload
  package var items: Int
  package var failed: Int
  /// Nil where nothing is decoded.
  package var megapixels: Double?
  package var inputs: Inputs
  /// The number of readers of every run; nil where each run chooses.
  package var readers: Int?

  package init(
    _ workload: Workload, items: Int, failed: Int, megapixels: Double? = nil, inputs: Inputs, readers: Int? = nil
  ) {
    self.workload = workload
    self.items = items
    self.failed = failed
    self.megapixels = megapixels
    self.inputs = inputs
    self.readers = readers
  }

  /// The first JSON line of every report.
  func line(_ event: String, version: String) -> JSONObjectWriter {
    var line = JSONObjectWriter()
    line.add("event", event)
    line.add("schema", 1)
    line.add("version", version)
    line.add("workload", workload.name)
    line.add(workload.itemField + "s", items)
    line.add("failed", failed)
    if let megapixels { line.add("megapixels", number: megapixels) }
    if let readers { line.add("readers", readers) }
    return line
  }
}
