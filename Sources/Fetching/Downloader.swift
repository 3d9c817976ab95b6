package import Batch
package import Codecs
internal import Imaging
package import SystemPackage

/// What a run downloads by.
package struct FetchRules: Sendable {
  package var folder: FilePath
  /// Requests that are under way at once, and to one host.
  package var connections = 16
  package var perHost = 6
  package var request = RequestRules()
  package var retry = RetryRule()
  package var proxies = ProxyRule { _ in nil }
  /// Lines for the addresses of the list, and for no other host that they lead to.
  package var headers: [String] = []
  package var mostByteCount = 512 << 20
  package var mostRedirects = 10
  package var limits = DecodeLimits()
  package var durability = Durability.ordinary
  package var selection = Selection.all
  /// Has each request made by a worker process; nil for this process.
  package var workerProgram: String?

  package init(folder: FilePath) { self.folder = folder }
}

/// Downloads a list, many at once, on one thread: it waits for all of them together (libcurl's multi interface).
///
/// Each address comes to one end, which is reported: its picture lies whole under its final name, was there already, or
/// could not be had. Bytes of a download that was cut lie under a hidden name, and the journal tells what they are of, so
/// that the next run asks for the rest only.
package final class Downloader {
  /// What is read of the list ahead of what is asked for: enough to find hosts that are free.
  private static let window = 4096
  /// Less is not worth a line in the journal.
  private static let leastPartByteCount = 1 << 14
  /// How soon an interrupt is obeyed.
  private static let longestWait = Duration.milliseconds(100)

  private struct Active {
    var download: Download
    let host: String
    let file: CInt
    var isNoted = false
  }

  private let rules: FetchRules
  private let history: DownloadHistory
  private let journal: Journal?
  private let transport: any Transport
  private let checker: FetchedFile
  private let isKept: (FilePath, FileStamp) -> Bool
  private let chance: () -> Double
  private let found: (Int) -> Void
  private let report: (Job, Outcome) -> Void

  private var queue: HostLimits<Download>
  private var active: [RequestID: Active] = [:]
  private var takenNames: Set<String> = []
  /// Entries of the list so far.
  private var foundCount = 0

  /// Nil where libcurl has no memory, or no worker can be started.
  /// - Parameters:
  ///   - isKept: whether a picture that an earlier run left so under that path is still of use.
  ///   - chance: 0..<1, for the times between tries.
  ///   - found: told how many entries the list had so far.
  ///   - report: told of each address when it has come to its end.
  package init?(
    rules: FetchRules, history: DownloadHistory, journal: Journal?,
    isKept: @escaping (FilePath, FileStamp) -> Bool = { FileStamp(of: $0, links: .stay) == $1 },
    chance: @escaping () -> Double = { Double.random(in: 0..<1) }, found: @escaping (Int) -> Void = { _ in },
    report: @escaping (Job, Outcome) -> Void
  ) {
    guard let transport = Downloader.transport(rules) else { return nil }
    self.rules = rules
    self.history = history
    self.journal = journal
    self.transport = transport
    self.isKept = isKept
    self.chance = chance
    self.found = found
    self.report = report
    checker = FetchedFile(limits: rules.limits)
    queue = HostLimits(perHost: rules.perHost)
  }

  private static func transport(_ rules: FetchRules) -> (any Transport)? {
    guard let program = rules.workerProgram else {
      return CurlTransport(rules: rules.request, connections: rules.connections)
    }
    return try? WorkerTransport(program: program, rules: rules.request, workers: rules.connections)
  }

  /// Works until the list is done or `stop` is made.
  /// - Parameter mayStart: asked before each request; who works on what comes may be behind.
  package func run(_ list: inout ListReader, stop: StopRequest, mayStart: () -> Bool = { true }) throws(Errno) {
    defer { abandon() }
    while !stop.isMade {
      try read(&list, stop)
      start(mayStart)
      if list.isAtEnd && queue.count == 0 && active.isEmpty { return }
      let wantsMore = !list.isAtEnd && queue.count < Downloader.window
      guard transport.advance(orWhenReadable: wantsMore ? list.number : -1, for: wait(mayStart)) else {
        throw .noMemory
      }
      noteParts()
      while let (id, answer) = transport.nextEnded() { end(id, answer) }
    }
  }

  private func wait(_ mayStart: () -> Bool) -> Duration {
    if queue.count > 0 && active.count < rules.connections && !mayStart() { return .milliseconds(2) }
    guard let next = queue.nextTime else { return Downloader.longestWait }
    return max(.zero, min(Downloader.longestWait, next - .now))
  }

  // MARK: - From the list

  private func read(_ list: inout ListReader, _ stop: StopRequest) throws(Errno) {
    while queue.count < Downloader.window, !stop.isMade, let listed = try list.next() {
      let index = foundCount
      foundCount += 1
      found(foundCount)
      do throws(JobError) { try take(listed, index) } catch {
        fail(index, listed, error)
      }
    }
  }

  private func take(_ listed: ListedAddress, _ index: Int) throws(JobError) {
    if let problem = listed.problem { throw .fetch(.network, problem) }
    guard let home = WebAddress(listed.address) else { throw .notAnAddress }
    guard
      let name = listed.name.map({ DownloadName(listed: $0) })
        ?? DownloadName(position: listed.position, path: home.path)
    else { throw .unusableName }
    guard takenNames.insert(name.stem).inserted else { throw .nameTaken }
    let record = history.record(name, listed)
    if let reason = reasonToSkip(record) {
      let path = record.map { rules.folder.pushing(FilePath(bytes: $0.outputName)) } ?? rules.folder
      report(job(index, listed, path, byteCount: 0), .skipped(reason))
      return
    }
    var download = Download(
      index: index, listed: listed, name: name, home: home, partPath: name.partPath(in: rules.folder), address: home)
    switch record?.outcome {
    case .written(let stamp) where isThere(record, stamp): download.known = record
    case .partial: download.part = record?.validator
    case .written, .failed, nil: break
    }
    queue.add(download, host: home.host)
  }

  private func reasonToSkip(_ record: DownloadHistory.Record?) -> SkipReason? {
    switch (rules.selection, record?.outcome) {
    case (.unfinished, .written(let stamp)?): isThere(record, stamp) ? .upToDate : nil
    case (.failed, .written?), (.failed, nil): .notFailed
    case (.all, _), (.outdated, _), (.unfinished, _), (.failed, _): nil
    }
  }

  private func isThere(_ record: DownloadHistory.Record?, _ stamp: FileStamp) -> Bool {
    guard let record else { return false }
    return isKept(rules.folder.pushing(FilePath(bytes: record.outputName)), stamp)
  }

  // MARK: - Requests

  private func start(_ mayStart: () -> Bool) {
    while active.count < rules.connections, mayStart(), let download = queue.next(now: .now) {
      let host = download.address.host
      do throws(JobError) { try start(download, host) } catch {
        queue.release(host)
        fail(download.index, download.listed, error, name: download.name)
      }
    }
  }

  private func start(_ download: Download, _ host: String) throws(JobError) {
    var download = download
    let proxy = rules.proxies.proxy(for: download.address)
    if proxy != nil, let refusal = rules.request.policy.refusal(behindProxy: download.address) { throw refusal }
    download.began = download.began ?? .now
    if download.redirects == 0 { download.tries += 1 }
    let file = try openPart(download)
    let size = try size(of: file)
    let start = download.part?.condition == nil ? 0 : size
    let number = file.release()
    let request = Request(
      address: download.address, proxy: proxy, headers: download.headers(rules.headers, start: start), file: number,
      start: start, mostByteCount: rules.mostByteCount)
    guard let id = transport.start(request) else {
      _ = Descriptor(owning: number)
      throw .fetch(.network, "libcurl does not take the address")
    }
    active[id] = Active(download: download, host: host, file: number)
  }

  private func openPart(_ download: Download) throws(JobError) -> Descriptor {
    do throws(Errno) {
      do throws(Errno) { return try Descriptor(opening: download.partPath, .shared) } catch {
        guard error == .noSuchFileOrDirectory else { throw error }
        try OutputFile.makeFolders(download.partPath.removingLastComponent(), durability: rules.durability)
        return try Descriptor(opening: download.partPath, .shared)
      }
    } catch {
      throw .write(error)
    }
  }

  private func size(of file: borrowing Descriptor) throws(JobError) -> Int {
    do throws(Errno) {
      let status = try FileStatus(of: file)
      guard status.kind == .regular else { throw .fileExists }
      return status.byteCount
    } catch {
      throw .write(error)
    }
  }

  /// Has the journal tell what the bytes are of that came so far, once for each request.
  private func noteParts() {
    guard let journal else { return }
    for (id, one) in active where !one.isNoted {
      let answer = transport.answer(of: id)
      guard answer.status == 200 || answer.status == 206, answer.fileByteCount >= Downloader.leastPartByteCount else {
        continue
      }
      active[id]?.isNoted = true
      if answer.validator.condition != nil { journal.append(entry(one.download, .partial, answer.validator)) }
    }
  }

  /// Ends what is under way; its bytes stay where something can be joined to them.
  private func abandon() {
    for (id, one) in active {
      var download = one.download
      download.note(transport.answer(of: id))
      transport.cancel(id)
      _ = Descriptor(owning: one.file)
      keepOrDiscardPart(download)
    }
    active = [:]
  }

  private func keepOrDiscardPart(_ download: Download) {
    guard let validator = download.part, validator.condition != nil, let journal else {
      OutputFile.discard(download.partPath)
      return
    }
    journal.append(entry(download, .partial, validator))
  }

  private func entry(_ download: Download, _ outcome: JournalOutcome, _ validator: Validator) -> JournalEntry {
    JournalEntry(download.listed, outputName: Array(download.name.text.utf8), outcome, validator)
  }

  // MARK: - Answers

  private func end(_ id: RequestID, _ answer: Answer) {
    guard let one = active.removeValue(forKey: id) else { return }
    var download = one.download
    let file = Descriptor(owning: one.file)
    queue.release(one.host)
    let hadPart = download.part != nil
    let step = NextStep(
      download, answer, mostRedirects: rules.mostRedirects, mostByteCount: rules.mostByteCount)
    download.note(answer)
    switch step {
    case .check:
      do throws(Errno) { try file.close() } catch {
        return fail(download, .write(error))
      }
      finish(download, answer, wasJoined: hadPart && answer.status == 206)
    case .keepKnown: keepKnown(download)
    case .follow(let address):
      download.redirects += 1
      download.address = address
      queue.add(download, host: address.host, notBefore: .now)
    case .startOver: startOver(download)
    case .retry(let wish, let error): retry(download, wish: wish, error, status: answer.status, host: one.host)
    case .fail(let error): fail(download, error)
    }
  }

  private func startOver(_ download: Download) {
    var download = download
    download.startedOver = true
    download.part = nil
    goHome(&download)
    queue.add(download, host: download.home.host, notBefore: .now)
  }

  private func goHome(_ download: inout Download) {
    download.address = download.home
    download.redirects = 0
  }

  private func retry(_ download: Download, wish: String, _ error: JobError, status: Int, host: String) {
    let wish = RetryRule.wish(wish, now: StaleTemporaries.now / 1_000_000_000)
    switch rules.retry.verdict(afterTries: download.tries, wish: wish, chance: chance()) {
    case .giveUp: fail(download, error, partStays: true)
    case .wishTooLong: fail(download, .wait(wish?.components.seconds ?? 0, status: status), partStays: true)
    case .again(let time):
      var download = download
      let then = ContinuousClock.now + time
      // Who asks for a rest means all requests.
      if wish != nil { queue.rest(host, until: then) }
      goHome(&download)
      queue.add(download, host: download.home.host, notBefore: then)
    }
  }

  private func finish(_ download: Download, _ answer: Answer, wasJoined: Bool) {
    do throws(JobError) {
      let header = try checker.check(download.partPath, answer, sha256: download.listed.sha256)
      let path = download.name.path(in: rules.folder, for: header.format)
      try OutputFile.adopt(download.partPath, as: path, durability: rules.durability)
      if let stamp = FileStamp(of: path, links: .stay) {
        let name = Array(path.bytes.dropFirst(rules.folder.length).drop { $0 == UInt8(ascii: "/") })
        journal?.append(
          JournalEntry(download.listed, outputName: name, .written(output: stamp), answer.validator))
      }
      report(
        job(download.index, download.listed, path, byteCount: answer.fileByteCount),
        .written(WrittenPicture(header, byteCount: answer.fileByteCount, since: download.began)))
    } catch {
      // Two halves that do not fit, perhaps: the whole is asked for, once.
      if wasJoined && !download.startedOver { return startOver(download) }
      if error.code == .truncated && error.stage == .fetch && download.tries <= rules.retry.retries {
        return retry(download, wish: "", error, status: answer.status, host: download.address.host)
      }
      fail(download, error)
    }
  }

  private func keepKnown(_ download: Download) {
    OutputFile.discard(download.partPath)
    let path = download.known.map { rules.folder.pushing(FilePath(bytes: $0.outputName)) } ?? rules.folder
    report(job(download.index, download.listed, path, byteCount: 0), .skipped(.upToDate))
  }

  // MARK: - Ends

  /// - Parameter partStays: whether the bytes that came may be of use to a later run.
  private func fail(_ download: Download, _ error: JobError, partStays: Bool = false) {
    fail(download.index, download.listed, error, name: download.name)
    if partStays { keepOrDiscardPart(download) } else { OutputFile.discard(download.partPath) }
  }

  private func fail(_ index: Int, _ listed: ListedAddress, _ error: JobError, name: DownloadName? = nil) {
    if let name {
      journal?.append(JournalEntry(listed, outputName: Array(name.text.utf8), .failed(error), Validator()))
    }
    report(job(index, listed, rules.folder, byteCount: 0), .failed(error))
  }

  private func job(_ index: Int, _ listed: ListedAddress, _ path: FilePath, byteCount: Int) -> Job {
    Job(
      index: index, source: path, output: path, format: .jpeg, sourceByteCount: byteCount, address: listed.address)
  }
}

extension WrittenPicture {
  /// A picture that came as it is.
  fileprivate init(_ header: ImageHeader, byteCount: Int, since began: ContinuousClock.Instant?) {
    var times = StageTimes()
    if let began { times[.fetch] = .now - began }
    self.init(
      sourceSize: header.size, outputSize: header.size, sourceByteCount: byteCount, outputByteCount: byteCount,
      warningCount: 0, firstWarning: "", times: times)
  }
}

extension JobError {
  fileprivate static let unusableName = JobError.fetch(
    .write, "its name in the list leads out of the output folder, is hidden or too long; change the list")
  fileprivate static let nameTaken = JobError.fetch(
    .exists, "an earlier line of the list has the same name; change the list")
}
