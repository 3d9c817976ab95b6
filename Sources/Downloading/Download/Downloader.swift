internal import ImageCore
internal import ImageErrors
package import Parallelism
package import RunState
package import SystemPackage
package import SystemSupport
internal import TextFormatting

/// Downloads a list, many at once, on one thread: it waits for all of them together (libcurl's multi interface).
///
/// Each address comes to one end, which is reported: its image lies whole under its final name, was there already, or
/// could not be had. Bytes of a download that was cut lie under a hidden name, and the journal tells what they are of, so
/// that the next run asks for the rest only.
package final class Downloader {
  /// What is read of the list ahead of what is asked for: enough to find hosts that are free.
  private static let window = 4096
  /// Less is not worth a line in the journal.
  private static let minPartByteCount = 1 << 14
  /// How soon an interrupt is obeyed.
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

  /// Nil where libcurl has no memory.
  /// - Parameters:
  ///   - connections: made by the same rules.
  ///   - images: checks what was downloaded.
  ///   - isKept: whether an image that an earlier run left so under that path is still of use.
  ///   - chance: 0..<1, for the times between tries.
  ///   - heldBack: is given the first address of the list that is asked without headers that are meant for it.
  ///   - found: is given each entry of the list with its index.
  ///   - report: told of each address when it has come to its end.
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

  /// Works until the list is done or `stop` is made.
  /// - Parameter mayStart: asked before each request; who works on what comes may be behind.
  package func run(_ list: inout DownloadListReader, stop: CancellationFlag, mayStart: () -> Bool = { true })
    throws(Errno)
  {
    defer { abandon() }
    while !stop.isMade {
      while queue.count < Downloader.window, !stop.isMade, let entry = try list.next() {
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

  /// Says so once.
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

  /// Has the journal tell what the bytes are of that came so far, once for each request.
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

  /// Ends what is under way; its bytes stay where something can be joined to them.
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
      // Who asks for a rest means all requests.
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
      // Two halves that do not fit, perhaps: the whole is asked for, once.
      if wasJoined && !download.startedOver { return startOver(download) }
      if error.code == .truncated && error.stage == .fetch && download.tries <= rules.retry.retries {
        return retry(download, wish: "", error, status: response.status, host: download.address.host)
      }
      runFiles.failed(download, error)
    }
  }

  /// Gives a whole file its final name. The image that came from the same address before is replaced, and no other file.
  /// - Returns: the name below the folder, and whether the file lies there now; else there was one with the same bytes.
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
