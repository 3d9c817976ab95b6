internal import ImageErrors
package import RunState
internal import Synchronization
internal import SystemPackage

/// What a page about a run needs to know, noted as pictures end. It does not grow with the run: of what there may be many,
/// it keeps so many and counts the rest.
package final class RunRecord: Sendable {
  /// On the contact sheet.
  private static let mostPictures = 1000
  private static let mostFailures = 500
  private static let mostWarnings = 100
  private static let mostSlow = 20

  struct Entry: Sendable {
    let source: FilePath
    let output: FilePath
    /// Nil where it was there already.
    let picture: WrittenPicture?
  }

  struct State: Sendable {
    var pictures = Thinned<Entry>(most: RunRecord.mostPictures)
    var failures: [(source: FilePath, error: JobError)] = []
    var failuresByCode: [String: Int] = [:]
    var warnings: [(source: FilePath, words: String, count: Int)] = []
    /// Slowest first.
    var slowest: [(source: FilePath, picture: WrittenPicture, time: Duration)] = []
    /// Files before and after, by the number of digits of their bytes.
    var sizes: [Int: (before: Int, after: Int)] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  /// A picture has ended; from any thread.
  package func add(_ job: Job, _ outcome: Outcome) {
    state.withLock { state in
      switch outcome {
      case .written(let picture):
        state.pictures.add(job.index) {
          Entry(source: job.source, output: job.output, picture: picture)
        }
        state.note(job, picture)
      case .skipped(.notFailed): break
      case .skipped:
        state.pictures.add(job.index) {
          Entry(source: job.source, output: job.output, picture: nil)
        }
      case .failed(let error):
        state.failuresByCode[error.code.rawValue, default: 0] += 1
        if state.failures.count < RunRecord.mostFailures { state.failures.append((job.source, error)) }
      }
    }
  }

  var noted: State { state.withLock { $0 } }
}

extension RunRecord.State {
  fileprivate mutating func note(_ job: Job, _ picture: WrittenPicture) {
    if picture.warningCount > 0, warnings.count < RunRecord.mostWarnings {
      warnings.append((job.source, picture.firstWarning, picture.warningCount))
    }
    sizes[digits(picture.sourceByteCount), default: (0, 0)].before += 1
    for output in picture.outputs where output.byteCount > 0 {
      sizes[digits(output.byteCount), default: (0, 0)].after += 1
    }
    let time = Stage.allCases.reduce(Duration.zero) { $0 + picture.times[$1] }
    if slowest.count == RunRecord.mostSlow, let last = slowest.last, time <= last.time { return }
    let place = slowest.firstIndex { $0.time < time } ?? slowest.count
    slowest.insert((job.source, picture, time), at: place)
    if slowest.count > RunRecord.mostSlow { slowest.removeLast() }
  }

  private func digits(_ count: Int) -> Int { String(max(count, 1)).count }
}

/// Elements at even steps of their numbers, at most twice as many as asked for: of a short run all, of a long one every
/// second, fourth and so on, whatever the order in which they come.
struct Thinned<Element: Sendable>: Sendable {
  private let most: Int
  private(set) var step = 1
  private var kept: [(number: Int, element: Element)] = []

  init(most: Int) { self.most = most }

  mutating func add(_ number: Int, _ element: () -> Element) {
    guard number % step == 0 else { return }
    kept.append((number, element()))
    while kept.count > 2 * most {
      step *= 2
      kept.removeAll { $0.number % step != 0 }
    }
  }

  /// By their numbers.
  var elements: [Element] { kept.sorted { $0.number < $1.number }.map(\.element) }
}
