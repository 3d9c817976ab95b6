internal import Batch
internal import Codecs
internal import SystemPackage

/// What earlier runs left of the downloads of a list, and how those of this run end: kept in the folder's journal, and told
/// to who asked for the run.
struct DownloadBooks {
  let folder: FilePath
  let selection: Selection
  let history: DownloadHistory
  let journal: Journal?
  /// Whether a picture that an earlier run left so under that path is still of use.
  let isKept: (FilePath, FileStamp) -> Bool
  let report: (Job, Outcome) -> Void

  // MARK: - Before

  /// A download with what earlier runs left of it; nil where nothing is to be done, which is reported.
  func begin(_ index: Int, _ listed: ListedAddress, _ name: DownloadName, home: WebAddress) -> Download? {
    let record = history.record(name, listed)
    if let reason = reasonToSkip(record) {
      report(job(index, listed, path(record), byteCount: 0), .skipped(reason))
      return nil
    }
    var download = Download(
      index: index, listed: listed, name: name, home: home, partPath: name.partPath(in: folder), address: home)
    switch record?.outcome {
    case .written(let stamp) where isThere(record, stamp): download.known = record
    case .partial: download.part = record?.validator
    case .written, .failed, nil: break
    }
    return download
  }

  private func reasonToSkip(_ record: DownloadHistory.Record?) -> SkipReason? {
    switch (selection, record?.outcome) {
    case (.unfinished, .written(let stamp)?): isThere(record, stamp) ? .upToDate : nil
    case (.failed, .written?), (.failed, nil): .notFailed
    case (.all, _), (.outdated, _), (.unfinished, _), (.failed, _): nil
    }
  }

  private func isThere(_ record: DownloadHistory.Record?, _ stamp: FileStamp) -> Bool {
    record != nil && isKept(path(record), stamp)
  }

  private func path(_ record: DownloadHistory.Record?) -> FilePath {
    record.map { folder.pushing(FilePath(bytes: $0.outputName)) } ?? folder
  }

  // MARK: - Parts

  /// Tells what the bytes are of that came so far.
  func notePart(_ download: Download, _ validator: Validator) {
    guard validator.condition != nil else { return }
    journal?.append(entry(download, .partial, validator))
  }

  /// A part stays where a later run can know what it is of.
  func keepOrDiscardPart(_ download: Download) {
    guard let validator = download.part, validator.condition != nil, journal != nil else {
      OutputFile.discard(download.partPath)
      return
    }
    notePart(download, validator)
  }

  private func entry(_ download: Download, _ outcome: JournalOutcome, _ validator: Validator) -> JournalEntry {
    JournalEntry(download.listed, outputName: Array(download.name.text.utf8), outcome, validator)
  }

  // MARK: - Ends

  /// A picture lies whole under its name.
  func written(_ download: Download, _ answer: Answer, _ header: ImageHeader, as path: FilePath) {
    if let stamp = FileStamp(of: path, links: .stay) {
      let name = Array(path.bytes.dropFirst(folder.length).drop { $0 == UInt8(ascii: "/") })
      journal?.append(JournalEntry(download.listed, outputName: name, .written(output: stamp), answer.validator))
    }
    report(
      job(download.index, download.listed, path, byteCount: answer.fileByteCount),
      .written(WrittenPicture(header, byteCount: answer.fileByteCount, since: download.began)))
  }

  /// What is there is what the server has.
  func keptKnown(_ download: Download) {
    OutputFile.discard(download.partPath)
    report(job(download.index, download.listed, path(download.known), byteCount: 0), .skipped(.upToDate))
  }

  /// - Parameter partStays: whether the bytes that came may be of use to a later run.
  func failed(_ download: Download, _ error: JobError, partStays: Bool = false) {
    failed(download.index, download.listed, error, name: download.name)
    if partStays { keepOrDiscardPart(download) } else { OutputFile.discard(download.partPath) }
  }

  func failed(_ index: Int, _ listed: ListedAddress, _ error: JobError, name: DownloadName? = nil) {
    if let name {
      journal?.append(JournalEntry(listed, outputName: Array(name.text.utf8), .failed(error), Validator()))
    }
    report(job(index, listed, folder, byteCount: 0), .failed(error))
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
