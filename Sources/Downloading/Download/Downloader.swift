internal import ImageCore
internal import ImageErrors
package import Parallelism
package import RunState
package import SystemPackage
package import SystemSupport
internal import TextFormatting

/// Downloads a list with many concurrent requests on one thread, which waits for all of them (libcurl's multi interface).
///
/// Each address has one reported outcome: the complete image is under its final name, it existed already, or the download failed.
/// Bytes of an interrupted download are in a hidden file, and the journal has their validator, so that the next run requests only
/// the rest.
package final class Downloader {
  /// The number of entries that are read ahead of the requests: enough to find idle hosts.
  private static let window = 4096
  /// Smaller parts are not worth a line in the journal.
  private static let minPartByteCount = 1 << 14
  /// The maximum delay until a stop request is seen.
  private static let maxBackoff = Duration.milliseconds(100)

  private struct Active {
    var download: Download
    let host: String
    let file: CInt
    var isNoted = false
  }

  private let rules: DownloadOptions
  private let runFiles: DownloadJournal
  private let transport: any Transport
  private let checker: DownloadVerifier
  private let chance: () -> Double
  private let heldBack: (HTTPURL) -> Void
  private var hasHeldBack = false
  private var listed: ListedDownloads
  private var queue: PerHostQueue<Download>
  private var active: [RequestID: Active] = [:]

  /// Nil where libcurl cannot allocate memory.
  /// - Parameters:
  ///   - connections: created with the same options.
  ///   - images: checks the downloaded files.
  ///   - isKept: whether the image of an earlier run, by path and recorded stamp, is still valid.
  ///   - chance: a random number in 0..<1, for the jitter of retries.
  ///   - heldBack: called with the first address of the list that is requested without its header lines.
  ///   - found: called with each entry of the list and its index.
  ///   - report: called with the outcome of each address.
  package init?(
    rules: DownloadOptions, connections: FetchConnections, history: DownloadHistory, journal: Journal?,
    images: any ImageCheck,
    isKept: @escaping (FilePath, FileStamp) -> Bool = { FileStamp(of: $0, links: .stay) == $1 },
    chance: @escaping () -> Double = { Double.random(in: 0..<1) },
    heldBack: @escaping (HTTPURL) -> Void = { _ in },
    found: @escaping (Int, ListedAddress) -> Void = { _, _ in },
    report: @escaping (Job, Outcome) -> Void
  ) {
    guard let transport = connections.take() else { return nil }
    self.rules = rules
    self.transport = transport
    self.chance = chance
    self.heldBack = heldBack
    runFiles = DownloadJournal(
      base: rules.base, selection: rules.selection, history: history, journal: journal, isKept: isKept,
      report: report)
    let thumbnails = rules.thumbnailFolder.flatMap { ThumbnailNames(downloads: rules.folder, thumbnails: $0) }
    listed = ListedDownloads(runFiles, thumbnails: thumbnails, found: found)
    checker = DownloadVerifier(images)
    queue = PerHostQueue(perHost: rules.perHost)
  }

  /// Runs until the list is complete or `stop` is set.
  /// - Parameter mayStart: called before each request. False delays requests while a later stage catches up.
  package func run(_ list: inout DownloadListReader, stop: CancellationFlag, mayStart: () -> Bool = { true })
    throws(Errno)
  {
    defer { abandon() }
    while !stop.isCancelled {
      while queue.count < Downloader.window, !stop.isCancelled, let entry = try list.next() {
        guard let download = listed.download(entry) else { continue }
        noteHeldBack(download.home)
        queue.add(download, host: download.home.host)
      }
      start(mayStart)
      if list.isAtEnd && queue.count == 0 && active.isEmpty { return }
      let wantsMore = !list.isAtEnd && queue.count < Downloader.window
      guard transport.advance(orWhenReadable: wantsMore ? list.number : -1, for: wait(mayStart)) else {
        throw .noMemory
      }
      noteParts()
      while let (id, response) = transport.nextEnded() { end(id, response) }
    }
  }

  /// Reports withheld headers once.
  private func noteHeldBack(_ home: HTTPURL) {
    guard !hasHeldBack, rules.headers.areHeldBack(from: home) else { return }
    hasHeldBack = true
    heldBack(home)
  }

  private func wait(_ mayStart: () -> Bool) -> Duration {
    if queue.count > 0 && active.count < rules.connections && !mayStart() { return .milliseconds(2) }
    guard let next = queue.nextTime else { return Downloader.maxBackoff }
    return max(.zero, min(Downloader.maxBackoff, next - .now))
  }

  // MARK: - Requests

  private func start(_ mayStart: () -> Bool) {
    while active.count < rules.connections, mayStart(), let download = queue.next(now: .now) {
      let host = download.address.host
      do throws(JobError) { try start(download, host) } catch {
        queue.release(host)
        runFiles.failed(download, error, partStays: true)
      }
    }
  }

  private func start(_ download: Download, _ host: String) throws(JobError) {
    var download = download
    let proxy = rules.proxies.proxy(for: download.address)
    if proxy != nil, let refusal = rules.request.policy.refusal(behindProxy: download.address) { throw refusal }
    download.began = download.began ?? .now
    if download.redirects == 0 { download.tries += 1 }
    let part = try PartialFile.open(download.part(in: rules.base), durability: rules.durability)
    let start = download.part?.condition == nil ? 0 : part.byteCount
    let number = part.descriptor.release()
    let request = Request(
      address: download.address, proxy: proxy, headers: download.headers(rules.headers, start: start), file: number,
      start: start, maxByteCount: rules.maxByteCount, decodes: download.decodes)
    guard let id = transport.start(request) else {
      _ = Descriptor(owning: number)
      throw .fetch(.network, "libcurl does not take the address")
    }
    active[id] = Active(download: download, host: host, file: number)
  }

  /// Records the validator of each partial file in the journal, once per request.
  private func noteParts() {
    for (id, one) in active where !one.isNoted && !one.download.decodes {
      let response = transport.response(of: id)
      guard response.status == 200 || response.status == 206, response.fileByteCount >= Downloader.minPartByteCount
      else {
        continue
      }
      active[id]?.isNoted = true
      if let validator = one.download.validator(after: response) { runFiles.notePart(one.download, validator) }
    }
  }

  /// Cancels the requests in flight. Partial files are kept where they can be resumed.
  private func abandon() {
    for (id, one) in active {
      var download = one.download
      download.part = download.validator(after: transport.response(of: id))
      transport.cancel(id)
      _ = Descriptor(owning: one.file)
      runFiles.keepOrDiscardPart(download)
    }
    active = [:]
  }

  // MARK: - Answers

  private func end(_ id: RequestID, _ response: Response) {
    guard let one = active.removeValue(forKey: id) else { return }
    var download = one.download
    let file = Descriptor(owning: one.file)
    queue.release(one.host)
    let hadPart = download.part != nil
    let step = ResponseAction(download, response, maxRedirects: rules.maxRedirects, maxByteCount: rules.maxByteCount)
    download.part = download.validator(after: response)
    if response.status > 0, !RetryRule.isPassing(response.status) { queue.served(by: one.host) }
    switch step {
    case .check:
      do throws(Errno) { try file.close() } catch {
        return runFiles.failed(download, .write(error))
      }
      finish(download, response, wasJoined: hadPart && response.status == 206)
    case .keepKnown(let image): runFiles.keptKnown(download, image)
    case .follow(let address):
      download.follow(address)
      queue.add(download, host: address.host, notBefore: .now)
    case .startOver: startOver(download)
    case .retry(let wish, let error): retry(download, wish: wish, error, status: response.status, host: one.host)
    case .fail(let error): runFiles.failed(download, error)
    }
  }

  private func startOver(_ download: Download) {
    var download = download
    download.startOver()
    queue.add(download, host: download.home.host, notBefore: .now)
  }

  private func retry(_ download: Download, wish: String, _ error: JobError, status: Int, host: String) {
    let wish = RetryRule.wish(wish, now: StaleTemporaries.now / 1_000_000_000)
    var download = download
    let isAboutPace = RetryRule.isAboutPace(status, wish: wish)
    if isAboutPace { download.wasRefused(servedCount: queue.servedCount(by: host)) }
    switch rules.retry.verdict(afterTries: download.tries, wish: wish, chance: chance()) {
    case .giveUp: runFiles.failed(download, error, partStays: true)
    case .wishTooLong: runFiles.failed(download, .wait(wish?.components.seconds ?? 0, status: status), partStays: true)
    case .again(let time):
      let now = ContinuousClock.now
      let then = now + time
      if isAboutPace { queue.slowDown(host, wish: wish ?? (status == 429 ? time : nil), now: now) }
      // A server that requests a delay means it for all requests.
      if wish != nil || isAboutPace { queue.rest(host, until: then) }
      download.goHome()
      queue.add(download, host: download.home.host, notBefore: then)
    }
  }

  private func finish(_ download: Download, _ response: Response, wasJoined: Bool) {
    do throws(JobError) {
      let header = try checker.check(download.partPath, response, sha256: download.listed.sha256)
      if wasJoined { try checker.checkJoined(download.partPath, header, strictly: !download.startedOver) }
      let (name, isNew) = try place(download, header.format)
      if isNew {
        runFiles.written(download, response, header, as: name)
      } else {
        runFiles.found(download, response, as: name)
      }
    } catch {
      if error.code == .notAnImage && response.isCoded && !download.decodes {
        var download = download
        download.decodes = true
        return startOver(download)
      }
      // The parts may be of different contents. Download the whole once.
      if wasJoined && !download.startedOver { return startOver(download) }
      if error.code == .truncated && error.stage == .fetch && download.tries <= rules.retry.retries {
        return retry(download, wish: "", error, status: response.status, host: download.address.host)
      }
      runFiles.failed(download, error)
    }
  }

  /// Gives a complete file its final name. Only an image from the same address is replaced.
  /// - Returns: the name below the folder, and whether the file was moved there; otherwise an identical file existed.
  private func place(_ download: Download, _ format: ImageFormat) throws(JobError) -> ([UInt8], isNew: Bool) {
    var download = download
    while true {
      let name = download.finalName(for: format)
      let path = rules.folder.pushing(FilePath(bytes: name))
      let isOwn = runFiles.history.owner(of: name) == download.key.digest
      do throws(JobError) {
        try OutputFile.adopt(
          download.part(in: rules.base), as: PlacedFile(rules.base, FilePath(bytes: name)),
          existing: isOwn ? .overwrite : .fail, durability: rules.durability)
        return (name, true)
      } catch {
        guard error.code == .exists else { throw error }
        if try checker.isSame(download.partPath, path) { return (name, false) }
        download.name = try listed.anotherName(for: download)
      }
    }
  }
}
