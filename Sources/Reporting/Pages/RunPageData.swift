internal import ImageErrors
package import RunState
internal import Synchronization
internal import SystemPackage

/// What a page about a run needs to know, noted as images end. It does not grow with the run: of what there may be many,
/// it keeps so many and counts the rest.
package final class RunPageData: Sendable {
  /// On the contact sheet.
  private static let maxImages = 1000
  private static let maxFailures = 500
  private static let maxWarnings = 100
  private static let maxSlow = 20

  struct Entry: Sendable {
    let source: FilePath
    let output: FilePath
    /// Nil where it was there already.
    let image: WrittenImage?
  }

  struct State: Sendable {
    var images = SystematicSample<Entry>(maximum: RunPageData.maxImages)
    var failures: [(source: FilePath, error: JobError)] = []
    var failuresByCode: [String: Int] = [:]
    var warnings: [(source: FilePath, text: String, count: Int)] = []
    /// Slowest first.
    var slowest: [(source: FilePath, image: WrittenImage, time: Duration)] = []
    /// Files before and after, by the number of digits of their bytes.
    var sizes: [Int: (before: Int, after: Int)] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  /// An image has ended; from any thread.
  package func add(_ job: Job, _ outcome: Outcome) {
    state.withLock { state in
      switch outcome {
      case .written(let image):
        state.images.add(job.index) {
          Entry(source: job.source, output: job.output, image: image)
        }
        state.note(job, image)
      case .skipped(.notFailed): break
      case .skipped:
        state.images.add(job.index) {
          Entry(source: job.source, output: job.output, image: nil)
        }
      case .failed(let error):
        state.failuresByCode[error.code.rawValue, default: 0] += 1
        if state.failures.count < RunPageData.maxFailures { state.failures.append((job.source, error)) }
      }
    }
  }

  var noted: State { state.withLock { $0 } }
}

extension RunPageData.State {
  fileprivate mutating func note(_ job: Job, _ image: WrittenImage) {
    if image.warningCount > 0, warnings.count < RunPageData.maxWarnings {
      warnings.append((job.source, image.firstWarning, image.warningCount))
    }
    sizes[digits(image.sourceByteCount), default: (0, 0)].before += 1
    for output in image.outputs where output.byteCount > 0 {
      sizes[digits(output.byteCount), default: (0, 0)].after += 1
    }
    let time = Stage.allCases.reduce(Duration.zero) { $0 + image.times[$1] }
    if slowest.count == RunPageData.maxSlow, let last = slowest.last, time <= last.time { return }
    let position = slowest.firstIndex { $0.time < time } ?? slowest.count
    slowest.insert((job.source, image, time), at: position)
    if slowest.count > RunPageData.maxSlow { slowest.removeLast() }
  }

  private func digits(_ count: Int) -> Int { String(max(count, 1)).count }
}

/// Elements at even steps of their numbers, at most twice as many as asked for: of a short run all, of a long one every
/// second, fourth and so on, whatever the order in which they come.
struct SystematicSample<Element: Sendable>: Sendable {
  private let maximum: Int
  private(set) var step = 1
  private var kept: [(number: Int, element: Element)] = []

  init(maximum: Int) { self.maximum = maximum }

  mutating func add(_ number: Int, _ element: () -> Element) {
    guard number % step == 0 else { return }
    kept.append((number, element()))
    while kept.count > 2 * maximum {
      step *= 2
      kept.removeAll { $0.number % step != 0 }
    }
  }

  /// By their numbers.
  var elements: [Element] { kept.sorted { $0.number < $1.number }.map(\.element) }
}
