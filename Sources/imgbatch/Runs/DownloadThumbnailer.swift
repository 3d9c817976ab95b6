internal import BatchEngine
internal import ImageErrors
internal import Parallelism
internal import RunState
internal import Synchronization
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import Thumbnailing
internal import WorkerIPC

/// The thumbnails that `fetch` makes of its downloads.
struct DownloadThumbnailerOptions {
  let folder: FilePath
  let options: ThumbnailOptions
  let mode: ExecutionMode
  let workers: Int
  let limits: WorkLimits
  let sandbox: SandboxRule
  let keepsOriginals: Bool

  /// Opens the lock and the journal of the folder. They are the same as those of a `resize` run.
  /// - Parameter root: the folder of the originals.
  func line(
    below root: FilePath, _ wishes: RunFileOptions, _ check: inout OverwriteCheck, prepare: (FilePath) throws -> Void
  ) throws -> DownloadThumbnailer {
    try prepare(folder)
    let folders = [root, folder].map { try? FileStatus(of: $0).identity }
    guard folders[0] != folders[1] else {
      throw CommandError(
        status: .wrongUsage, sentence: "--thumbs and --out are one folder; thumbnails would overwrite originals.")
    }
    var wishes = wishes
    wishes.failedTo = nil
    let runFiles = try RunFiles(
      in: folder, wishes, selection: wishes.noJournal ? .all : .outdated, separator: .newline, isDry: false,
      check: &check, lists: [])
    return DownloadThumbnailer(self, root: root, runFiles)
  }
}

/// Makes thumbnails of completed downloads while others are still in progress, with the executors of `resize`.
///
/// The queue holds paths only. `hasRoom` stops new downloads while the queue is full. So memory use stays bounded, and so does
/// disk use where originals are removed. Workers wait only when no download has completed.
final class DownloadThumbnailer: Sendable {
  private let order: DownloadThumbnailerOptions
  private let root: FilePath
  private let runFiles: RunFiles
  private let naming: OutputNaming
  private let jobs = JobQueue()
  private let resumable: ResumableJobSource
  private let end: DownloadThumbnailerResult

  fileprivate init(_ order: DownloadThumbnailerOptions, root: FilePath, _ runFiles: RunFiles) {
    self.order = order
    self.root = root
    self.runFiles = runFiles
    naming = OutputNaming(folder: order.folder)
    let end = DownloadThumbnailerResult()
    self.end = end
    let (jobs, keepsOriginals) = (jobs, order.keepsOriginals)
    let base = BaseFolder(root)
    finished = { job, outcome in
      if !keepsOriginals && outcome.outputsAreThere { PlacedFile(base, path: job.source).discard() }
      end.note(job, outcome)
      jobs.finish()
    }
    resumable = runFiles.resumable(jobs, folder: order.folder, options: order.options, settled: finished)
  }

  /// Called when a job ends.
  private let finished: @Sendable (Job, Outcome) -> Void

  /// The reason why no thumbnail could be made at all.
  var failure: ExecutorError? { end.failure.withLock { $0 } }

  var processes: Int { order.mode == .processes ? order.workers : 0 }

  /// Whether another download may start. The limit is high enough to keep all workers busy; in serial mode it is one job.
  var hasRoom: Bool { jobs.unfinishedCount < (order.mode == .serial ? 1 : max(128, 4 * order.workers)) }

  /// Whether the thumbnail of a removed original exists.
  func isMade(of original: FilePath) -> Bool {
    !order.keepsOriginals
      && resumable.isMade(naming.job(index: 0, downloaded: original, below: root, byteCount: 0, address: ""))
  }

  /// Queues the file of a finished download, if there is a file; otherwise calls `note` with the outcome.
  func take(_ download: Job, _ outcome: Outcome, else note: (Job, Outcome) -> Void) {
    switch outcome {
    case .written(let image): end.began(download.index, image.times[.fetch])
    case .skipped where OutputFile.isThere(download.output) && download.output != root: break
    case .skipped, .failed: return note(download, outcome)
    }
    jobs.add(
      naming.job(
        index: download.index, downloaded: download.output, below: root, byteCount: download.sourceByteCount,
        address: download.address ?? ""))
  }

  /// Runs `downloads` on a second thread and makes thumbnails of its results. Returns when both have ended.
  func run(
    besides downloads: @escaping @Sendable () -> Void, stop: CancellationFlag,
    confinement: @escaping @Sendable (Confinement) -> Void, note: @escaping @Sendable (Job, Outcome) -> Void
  ) {
    end.report.withLock { $0 = note }
    onThreads(2) { [self] thread in
      if thread == 1 {
        downloads()
        jobs.close()
        return
      }
      do throws(ExecutorError) {
        try executor(
          for: order.mode, workers: order.workers, limits: order.limits, sandbox: order.sandbox,
          onConfinement: confinement
        ).run(resumable, options: order.options, stop: stop) { [self] job, outcome in
          resumable.end(job, outcome)
          finished(job, outcome)
        }
      } catch {
        end.failure.withLock { $0 = error }
        stop.make()
      }
    }
    resumable.finish()
  }

  /// Call when the run ends with images in flight.
  func drop() { resumable.dropImagesInHand() }

  func close() { runFiles.close() }
}

/// Collects the results of the thumbnail jobs.
private final class DownloadThumbnailerResult: Sendable {
  let failure = Mutex<ExecutorError?>(nil)
  let report = Mutex<@Sendable (Job, Outcome) -> Void>({ _, _ in })
  /// The download times of unfinished jobs, by job index.
  private let fetchTimes = Mutex<[Int: Duration]>([:])

  func began(_ index: Int, _ time: Duration) { fetchTimes.withLock { $0[index] = time } }

  func note(_ job: Job, _ outcome: Outcome) {
    let time = fetchTimes.withLock { $0.removeValue(forKey: job.index) }
    var outcome = outcome
    if case .written(var image) = outcome, let time {
      image.times[.fetch] = time
      outcome = .written(image)
    }
    report.withLock { $0 }(job, outcome)
  }
}

extension Outcome {
  /// Whether every output of the job is there: made now, or before and left as it was.
  fileprivate var outputsAreThere: Bool {
    switch self {
    case .written(let image): image.outputs.allSatisfy { $0.skipped == nil || $0.skipped == .upToDate }
    case .skipped(let reason): reason == .upToDate
    case .failed: false
    }
  }
}
