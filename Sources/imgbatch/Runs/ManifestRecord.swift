internal import BatchEngine
internal import Downloading
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import Parallelism
internal import Reporting
internal import RunState
internal import Synchronization
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import Thumbnailing
internal import WorkerIPC

/// The list of outputs (`--manifest`), written when the run ends.
final class ManifestRecord: RunRecord {
  private let file: CheckedPath
  private let manifest: Manifest
  private let hasDigests: Bool
  private let folder: FilePath
  private let names: JournalKeys
  private let execution: ExecutorOptions
  private let options: ThumbnailOptions
  private let entries = Mutex<[Entry]>([])

  private struct Entry {
    var line: ManifestEntry
    /// Set if an earlier run made the output, and its pixels were not in memory in this run.
    let unread: FilePath?
  }

  /// - Parameters:
  ///   - folder: the folder of the outputs.
  ///   - options: of the run, with the fingerprints that the manifest needs.
  init(
    _ file: CheckedPath, _ manifest: Manifest, hasDigests: Bool, folder: FilePath, _ execution: ExecutorOptions,
    _ options: ThumbnailOptions
  ) {
    self.file = file
    self.manifest = manifest
    self.hasDigests = hasDigests
    self.folder = BaseFolder(folder).path
    names = JournalKeys(folder: self.folder)
    self.execution = execution
    self.options = options
  }

  var path: FilePath { file.path }

  func observe(_ job: Job, _ outcome: Outcome) {
    switch outcome {
    case .written(let image): for (output, result) in zip(job.outputs, image.outputs) { add(job, output, result) }
    case .skipped: for output in job.outputs { add(job, output, nil) }
    case .failed: break
    }
  }

  /// - Parameter result: nil if the output was skipped.
  private func add(_ job: Job, _ output: JobOutput, _ result: OutputResult?) {
    // Downloads pass by as well.
    guard output.base?.path == folder else { return }
    let isMade = result.map { $0.skipped == nil } ?? false
    guard let (size, byteCount) = isMade ? result.map({ ($0.size, $0.byteCount) }) : measured(output.path) else {
      return
    }
    let line = ManifestEntry(
      name: names.output(output.path),
      source: job.shownAddress.map { Array($0.utf8) } ?? job.source.bytes, size: size, byteCount: byteCount,
      quality: result?.quality, sha256: hasDigests ? digest(output.path) : nil,
      fingerprints: result?.fingerprints ?? ImageFingerprints())
    let isUnread = !isMade && !options.fingerprints.isEmpty
    entries.withLock { $0.append(Entry(line: line, unread: isUnread ? output.path : nil)) }
  }

  /// Nil if the file is not there or is no image.
  private func measured(_ path: FilePath) -> (PixelSize, Int)? {
    guard let (header, byteCount) = try? HeaderReader(limits: options.limits).read(path) else { return nil }
    return (header.size, byteCount)
  }

  private func digest(_ path: FilePath) -> [UInt8]? {
    guard let bytes = AtomicFile.bytes(of: path, atMost: .max) else { return nil }
    var hash = SHA256()
    hash.update(bytes[...])
    return hash.digest()
  }

  func close(_ summary: RunSummary, of inputs: any RunInputs) -> Bool {
    guard inputs.overwritten == nil else { return true }
    var all = entries.withLock { $0 }
    if Signals.received == nil { readFingerprints(&all) }
    let lines = all.map(\.line).sorted { $0.name.lexicographicallyPrecedes($1.name) }
    do throws(OwnFileError) {
      try AtomicFile.write(to: file) { write throws(Errno) in
        try write(manifest.head)
        for line in lines { try write(manifest.line(line)) }
      }
      return true
    } catch {
      StandardStream.error.write("Error: the manifest \(path.forTerminal) cannot be written (\(error.message)).\n")
      return false
    }
  }

  /// Computes the fingerprints of outputs that this run did not make, in the mode of the run: only its workers decode.
  private func readFingerprints(_ all: inout [Entry]) {
    let unread = all.indices.filter { all[$0].unread != nil }
    guard !unread.isEmpty, let scratch = try? ScratchFolder(prefix: "imgbatch-manifest-") else { return }
    var options = ThumbnailOptions()
    options.sizes = []
    options.orientation = .ignore
    options.tolerance = .nothingFails
    options.png.level = 0
    options.limits = self.options.limits
    options.fingerprints = self.options.fingerprints
    let jobs = unread.enumerated().map { number, index in
      Job(
        index: index, source: all[index].unread ?? "", output: scratch.path.appending("\(number)"), format: .png,
        sourceByteCount: all[index].line.byteCount)
    }
    let found = FoundFingerprints()
    do throws(ExecutorError) {
      try execution.executor { _ in }.run(
        ObservedJobs(SortedJobs(jobs), found), options: options, stop: Signals.cancellation)
    } catch {
      return
    }
    for (index, fingerprints) in found.all.withLock({ $0 }) { all[index].line.fingerprints = fingerprints }
  }
}

/// The fingerprints of outputs, by the index of their jobs. The images made for them are removed at once.
private final class FoundFingerprints: OutcomeObserver {
  let all = Mutex<[Int: ImageFingerprints]>([:])

  func observe(_ job: Job, _ outcome: Outcome) {
    guard case .written(let image) = outcome else { return }
    OutputFile.discard(job.output)
    all.withLock { $0[job.index] = image.outputs[0].fingerprints }
  }
}
