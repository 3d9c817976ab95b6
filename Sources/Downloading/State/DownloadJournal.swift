internal import ImageCore
internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// What earlier runs left of the downloads of a list, and how those of this run end: kept in the folder's journal, and told
/// to who asked for the run.
struct DownloadJournal {
  let base: BaseFolder
  let selection: JobSelection
  let history: DownloadHistory
  let journal: Journal?
  /// Whether an image that an earlier run left so under that path is still of use.
  let isKept: (FilePath, FileStamp) -> Bool
  let report: (Job, Outcome) -> Void

  var folder: FilePath { base.path }

  // MARK: - Before

  /// A download with what earlier runs left of it; nil where nothing is to be done, which is reported.
  func begin(_ download: Download) -> Download? {
    let unfinished = history.unfinished(download.key)
    let known = download.image.flatMap { isKept(path($0.name), $0.stamp) ? $0 : nil }
    if let reason = reasonToSkip(unfinished, isThere: known != nil) {
      report(job(download, path(download.image?.name), byteCount: 0), .skipped(reason))
      return nil
    }
    var download = download
    download.known = known
    if case .partial(let validator) = unfinished { download.part = validator }
    return download
  }

  private func reasonToSkip(_ unfinished: DownloadHistory.Unfinished?, isThere: Bool) -> SkipReason? {
    switch (selection, unfinished) {
    case (.unfinished, .partial?): nil
    // Its server may not have answered the last time, but the image is there.
    case (.unfinished, _): isThere ? .upToDate : nil
    case (.failed, nil): .notFailed
    case (.all, _), (.outdated, _), (.failed, _): nil
    }
  }

  private func path(_ name: [UInt8]?) -> FilePath { name.map { folder.pushing(FilePath(bytes: $0)) } ?? folder }

  // MARK: - Parts

  /// Tells what the bytes are of that came so far.
  func notePart(_ download: Download, _ validator: Validator) {
    guard validator.condition != nil else { return }
    journal?.append(JournalEntry(download, outputName: download.partName, .partial, validator))
  }

  private func discardPart(_ download: Download) { download.part(in: base).discard() }

  /// A part stays where a later run can know what it is of.
  func keepOrDiscardPart(_ download: Download) {
    guard let validator = download.part, validator.condition != nil, journal != nil else {
      discardPart(download)
      return
    }
    notePart(download, validator)
  }

  // MARK: - Ends

  /// An image lies whole under its name.
  func written(_ download: Download, _ response: Response, _ header: DownloadedImage, as name: [UInt8]) {
    note(download, name, response.validator)
    report(
      job(download, path(name), byteCount: response.fileByteCount),
      .written(WrittenImage(header, byteCount: response.fileByteCount, since: download.began)))
  }

  /// What came lies there already, byte for byte, and no run told of it.
  func found(_ download: Download, _ response: Response, as name: [UInt8]) {
    discardPart(download)
    note(download, name, response.validator)
    report(job(download, path(name), byteCount: 0), .skipped(.upToDate))
  }

  /// What is there is what the server has.
  func keptKnown(_ download: Download, _ image: DownloadHistory.Image) {
    discardPart(download)
    // The failure that the journal tells of is over.
    if history.unfinished(download.key) != nil {
      journal?.append(
        JournalEntry(download, outputName: image.name, .written(output: image.stamp), image.validator))
    }
    report(job(download, path(image.name), byteCount: 0), .skipped(.upToDate))
  }

  private func note(_ download: Download, _ name: [UInt8], _ validator: Validator) {
    guard let stamp = FileStamp(of: path(name), links: .stay) else { return }
    journal?.append(JournalEntry(download, outputName: name, .written(output: stamp), validator))
  }

  /// - Parameter partStays: whether the bytes that came may be of use to a later run.
  func failed(_ download: Download, _ error: JobError, partStays: Bool = false) {
    journal?.append(JournalEntry(download, outputName: download.partName, .failed(error), Validator()))
    failed(download.index, download.listed, error)
    if partStays { keepOrDiscardPart(download) } else { discardPart(download) }
  }

  func failed(_ index: Int, _ listed: ListedAddress, _ error: JobError) {
    report(job(index, listed, folder, byteCount: 0), .failed(error))
  }

  private func job(_ download: Download, _ path: FilePath, byteCount: Int) -> Job {
    job(download.index, download.listed, path, byteCount: byteCount)
  }

  private func job(_ index: Int, _ listed: ListedAddress, _ path: FilePath, byteCount: Int) -> Job {
    Job(
      index: index, source: path, output: path, format: .jpeg, sourceByteCount: byteCount, address: listed.address)
  }
}

extension WrittenImage {
  /// An image that came as it is.
  fileprivate init(_ header: DownloadedImage, byteCount: Int, since began: ContinuousClock.Instant?) {
    var times = StageTimes()
    if let began { times[.fetch] = .now - began }
    self.init(
      sourceSize: header.size, outputSize: header.size, sourceByteCount: byteCount, outputByteCount: byteCount,
      warningCount: 0, firstWarning: "", times: times)
  }
}
