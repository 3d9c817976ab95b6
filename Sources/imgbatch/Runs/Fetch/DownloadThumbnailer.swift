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
  let execution: ExecutorOptions
  let keepsOriginals: Bool

  /// Opens the lock and the journal of the folder. They are the same as those of a `resize` run.
  /// - Parameter root: the folder of the originals.
  func open(
    below root: FilePath, _ fileOptions: RunFileOptions, _ check: inout OverwriteCheck,
    prepare: (FilePath) throws -> Void
  ) throws -> RunFiles {
    try prepare(folder)
    let folders = [root, folder].map { try? FileStatus(of: $0).identity }
    guard folders[0] != folders[1] else {
      throw CommandError(
        status: .wrongUsage, sentence: "--thumbs and --out are one folder; thumbnails would overwrite originals.")
    }
    var fileOptions = fileOptions
    fileOptions.failedTo = nil
    fileOptions.journal = nil
    return try RunFiles(
      in: folder, fileOptions, selection: fileOptions.noJournal ? .all : .outdated, separator: .newline, isDry: false,
      check: &check, lists: [])
  }
}

/// Makes thumbnails of completed downloads while others are still in progress, with the executors of `resize`.
///
/// The queue holds paths only. `hasRoom` stops new downloads while the queue is full. So memory use stays bounded, and so does
/// disk use where originals are removed. Workers wait only when no download has completed.
final class DownloadThumbnailer: OutcomeObserver {
  private let settings: DownloadThumbnailerOptions
  private let root: FilePath
  private let driver: RunDriver
  private let naming: OutputNaming
  private let downloaded: DownloadedJobs
  private let jobs: ResumableJobSource

  /// - Parameters:
  ///   - root: the folder of the originals.
  ///   - runFiles: from `settings.open`.
  ///   - driver: observes the outcomes.
  init(_ settings: DownloadThumbnailerOptions, root: FilePath, _ runFiles: RunFiles, _ driver: RunDriver) {
    self.settings = settings
    self.root = root
    self.driver = driver
    naming = OutputNaming(folder: settings.folder)
    downloaded = DownloadedJobs(removingFrom: settings.keepsOriginals ? nil : BaseFolder(root), driver)
    jobs = runFiles.resumable(downloaded, folder: settings.folder, options: settings.options)
  }

  /// Whether another download may start. The limit is high enough to keep all workers busy; in serial mode it is one job.
  var hasRoom: Bool {
    let execution = settings.execution
    return downloaded.queue.unfinishedCount < (execution.mode == .serial ? 1 : max(128, 4 * execution.workers))
  }

  /// Whether the thumbnail of a removed original exists.
  func hasThumbnail(of original: FilePath) -> Bool {
    !settings.keepsOriginals
      && jobs.hasOutputs(of: naming.job(index: 0, downloaded: original, below: root, byteCount: 0, address: ""))
  }

  /// Queues the file of a finished download. An outcome without a file is final.
  func observe(_ download: Job, _ outcome: Outcome) {
    var time: Duration?
    switch outcome {
    case .written(let image): time = image.times[.fetch]
    case .skipped where OutputFile.isThere(download.output) && download.output != root: break
    case .skipped, .failed: return driver.observe(download, outcome)
    }
    downloaded.add(
      naming.job(
        index: download.index, downloaded: download.output, below: root, byteCount: download.sourceByteCount,
        address: download.address ?? ""), downloadTime: time)
  }

  /// Runs `downloads` on a second thread and makes thumbnails of its results. Returns when both have ended.
  func run(during downloads: @escaping @Sendable () -> Void) throws(ExecutorError) {
    let failure = Mutex<ExecutorError?>(nil)
    onThreads(2) { [self] thread in
      if thread == 1 {
        downloads()
        downloaded.queue.close()
        return
      }
      do throws(ExecutorError) { try driver.makeImages(jobs, settings.execution, settings.options) } catch {
        failure.withLock { $0 = error }
        Signals.cancellation.cancel()
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Call when the run ends with images in flight.
  func abandon() { jobs.abandonImagesInFlight() }
}

/// The queue of downloaded files. Their outcomes get the download times, and their originals are removed if requested.
private final class DownloadedJobs: JobSource {
  let queue = JobQueue()
  private let base: BaseFolder?
  private let observer: any OutcomeObserver
  /// The download times of unfinished jobs, by job index.
  private let downloadTimes = Mutex<[Int: Duration]>([:])

  /// - Parameter base: the folder of the originals to remove; nil to keep them.
  init(removingFrom base: BaseFolder?, _ observer: any OutcomeObserver) {
    self.base = base
    self.observer = observer
  }

  func add(_ job: Job, downloadTime: Duration?) {
    if let downloadTime { downloadTimes.withLock { $0[job.index] = downloadTime } }
    queue.add(job)
  }

  var count: Int? { queue.count }

  func next() -> Job? { queue.next() }

  func finished(_ job: Job, _ outcome: Outcome?) {
    defer { queue.finished(job, outcome) }
    guard var outcome else { return }
    if let base, outcome.outputsAreThere { PlacedFile(base, path: job.source).discard() }
    let time = downloadTimes.withLock { $0.removeValue(forKey: job.index) }
    if case .written(var image) = outcome, let time {
      image.times[.fetch] = time
      outcome = .written(image)
    }
    observer.observe(job, outcome)
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
