internal import ImageErrors
package import RunState
internal import Synchronization
internal import SystemPackage
internal import TextFormatting

/// The data of a run's page, recorded as images end. Its size is bounded: it keeps a limited number of entries, and counts the
/// rest.
package final class RunPageData: OutcomeObserver {
  /// The limit of the contact sheet.
  private static let maxImages = 1000
  private static let maxFailures = 500
  private static let maxWarnings = 100
  private static let maxSlow = 20

  struct Entry: Sendable {
    /// The address or the path, for people.
    let source: String
    /// The file name.
    let name: String
    let output: FilePath
    /// Nil where the output existed already.
    let image: WrittenImage?

    fileprivate init(_ job: Job, _ image: WrittenImage?) {
      source = job.sourceForTerminal
      name = job.source.lastComponent.map { FilePath(root: nil, [$0]).forTerminal } ?? source
      output = job.output
      self.image = image
    }
  }

  struct State: Sendable {
    var images = SystematicSample<Entry>(maximum: RunPageData.maxImages)
    var failures: [(source: String, error: JobError)] = []
    var failuresByCode: [String: Int] = [:]
    var warnings: [(source: String, text: String, count: Int)] = []
    /// In descending order of time.
    var slowest: [(source: String, image: WrittenImage, time: Duration)] = []
    /// The numbers of sources and outputs, by the number of digits of their sizes in bytes.
    var sizes: [Int: (before: Int, after: Int)] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  /// Records the outcome of an image. May be called from any thread.
  package func observe(_ job: Job, _ outcome: Outcome) {
    state.withLock { state in
      switch outcome {
      case .written(let image):
        state.images.add(job.index) { Entry(job, image) }
        state.note(job, image)
      case .skipped(.notFailed): break
      case .skipped:
        state.images.add(job.index) { Entry(job, nil) }
      case .failed(let error):
        state.failuresByCode[error.code.rawValue, default: 0] += 1
        if state.failures.count < RunPageData.maxFailures { state.failures.append((job.sourceForTerminal, error)) }
      }
    }
  }

  var noted: State { state.withLock { $0 } }
}

extension RunPageData.State {
  fileprivate mutating func note(_ job: Job, _ image: WrittenImage) {
    if image.warningCount > 0, warnings.count < RunPageData.maxWarnings {
      warnings.append((job.sourceForTerminal, image.firstWarning, image.warningCount))
    }
    sizes[digits(image.sourceByteCount), default: (0, 0)].before += 1
    for output in image.outputs where output.byteCount > 0 {
      sizes[digits(output.byteCount), default: (0, 0)].after += 1
    }
    let time = Stage.allCases.reduce(Duration.zero) { $0 + image.times[$1] }
    if slowest.count == RunPageData.maxSlow, let last = slowest.last, time <= last.time { return }
    let position = slowest.firstIndex { $0.time < time } ?? slowest.count
    slowest.insert((job.sourceForTerminal, image, time), at: position)
    if slowest.count > RunPageData.maxSlow { slowest.removeLast() }
  }

  private func digits(_ count: Int) -> Int { String(max(count, 1)).count }
}

/// A systematic sample: the elements at every `step`-th number, at most twice `maximum`. A short run keeps all; a longer one
/// every second, fourth and so on. The order of arrival does not matter.
struct SystematicSample<Element: Sendable>: Sendable {
  private let maximum: Int
  private(set) var step = 1
  private var sample: [(number: Int, element: Element)] = []

  init(maximum: Int) { self.maximum = maximum }

  mutating func add(_ number: Int, _ element: () -> Element) {
    guard number % step == 0 else { return }
    sample.append((number, element()))
    while sample.count > 2 * maximum {
      step *= 2
      sample.removeAll { $0.number % step != 0 }
    }
  }

  /// In ascending order of their numbers.
  var elements: [Element] { sample.sorted { $0.number < $1.number }.map(\.element) }
}
