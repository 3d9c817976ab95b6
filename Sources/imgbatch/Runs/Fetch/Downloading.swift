internal import BatchEngine
internal import Downloading
internal import ImageCodecs
internal import Parallelism
internal import RunState
internal import Synchronization
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import WorkerIPC

/// The downloads of a run. `run` may be called on any thread.
final class Downloading: RunInputs {
  private let options: DownloadOptions
  private let connections: FetchConnections
  private let history: DownloadHistory
  private let journal: Journal?
  private let stop: CancellationFlag
  private let result = Mutex<(found: Int, failure: Errno?)>((0, nil))
  /// Entries of the list that have not ended, by index.
  private let entries = Mutex<[Int: ListedAddress]>([:])

  init(
    options: DownloadOptions, connections: FetchConnections, history: DownloadHistory, journal: Journal?,
    stop: CancellationFlag
  ) {
    self.options = options
    self.connections = connections
    self.history = history
    self.journal = journal
    self.stop = stop
  }

  /// The confinement of the download processes; nil without processes.
  var confinement: Confinement? { connections.confinement }
  /// The number of list entries that have ended or are in progress.
  var foundCount: Int { result.withLock { $0.found } }
  /// Removes the list entry of an ended download and returns it.
  func ended(_ index: Int) -> ListedAddress? { entries.withLock { $0.removeValue(forKey: index) } }
  /// The reason why the list could not be read to its end.
  var failure: Errno? { result.withLock { $0.failure } }

  /// - Parameters:
  ///   - list: an open file descriptor, which is closed.
  ///   - thumbnailer: limits the lead of downloads; nil for none.
  func run(
    _ list: CInt, _ thumbnailer: DownloadThumbnailer?, heldBack: @escaping (HTTPURL) -> Void,
    observers: [any OutcomeObserver]
  ) {
    var reader = DownloadListReader(Descriptor(owning: list))
    var limits = DecodeLimits()
    limits.fileByteCount = options.maxByteCount
    let downloader = Downloader(
      rules: options, connections: connections, history: history, journal: journal,
      images: DownloadedImageCheck(limits: limits),
      isKept: { FileStamp(of: $0, links: .stay) == $1 || thumbnailer?.hasThumbnail(of: $0) == true },
      heldBack: heldBack,
      found: { [self] index, listed in
        result.withLock { $0.found = index + 1 }
        entries.withLock { $0[index] = listed }
      }, report: { job, outcome in for observer in observers { observer.observe(job, outcome) } })
    do throws(Errno) {
      guard let downloader else { throw .noMemory }
      try downloader.run(&reader, stop: stop) { thumbnailer?.hasRoom ?? true }
    } catch {
      result.withLock { $0.failure = error }
    }
  }
}

extension CommandError {
  static func noCurl(_ reason: String) -> CommandError {
    CommandError(
      status: .internalFault,
      sentence: "downloads need libcurl, which cannot be opened (\(terminalText(reason))); install it, "
        + "as with apt-get install libcurl4.")
  }
}
