internal import ImageCore
internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// Compares the entries of a list with the downloads of earlier runs, and records and reports how those of this run end.
struct DownloadJournal {
  let base: BaseFolder
  let selection: JobSelection
  let history: DownloadHistory
  let journal: Journal?
  /// Whether the image of an earlier run is still valid: the path and the stamp that was recorded for it.
  let isKept: (FilePath, FileStamp) -> Bool
  let report: (Job, Outcome) -> Void

  var folder: FilePath { base.path }

  // MARK: - Before

  /// Adds the results of earlier runs to a download. Nil where nothing needs to be downloaded; this is reported as skipped.
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
    // The server may have failed the last time, but the image exists.
    case (.unfinished, _): isThere ? .upToDate : nil
    case (.failed, nil): .notFailed
    case (.all, _), (.outdated, _), (.failed, _): nil
    }
  }

  private func path(_ name: [UInt8]?) -> FilePath { name.map { folder.pushing(FilePath(bytes: $0)) } ?? folder }

  // MARK: - Parts

  /// Records the validator of the bytes received so far.
  func notePart(_ download: Download, _ validator: Validator) {
    guard validator.condition != nil else { return }
    journal?.append(JournalEntry(download, outputName: download.partName, .partial, validator))
  }

  private func discardPart(_ download: Download) { download.part(in: base).discard() }

  /// Keeps the partial file only where a later run can read its validator in the journal.
  func keepOrDiscardPart(_ download: Download) {
    guard let validator = download.part, validator.condition != nil, journal != nil else {
      discardPart(download)
      return
    }
    notePart(download, validator)
  }

  // MARK: - Ends

  /// Records and reports an image that was written under its final name.
  func written(_ download: Download, _ response: Response, _ header: DownloadedImage, as name: [UInt8]) {
    note(download, name, response.validator)
    report(
      job(download, path(name), byteCount: response.fileByteCount),
      .written(WrittenImage(header, byteCount: response.fileByteCount, since: download.began)))
  }

  /// Records and reports an identical file that exists under the final name, and that the journal does not contain.
  func found(_ download: Download, _ response: Response, as name: [UInt8]) {
    discardPart(download)
    note(download, name, response.validator)
    report(job(download, path(name), byteCount: 0), .skipped(.upToDate))
  }

  /// Reports that the existing image is current.
  func keptKnown(_ download: Download, _ image: DownloadHistory.Image) {
    discardPart(download)
    // The journal still contains the failure of the last try. This record replaces it.
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

  /// - Parameter partStays: whether to keep the partial file for a later run.
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
  /// A downloaded image, which is stored unchanged.
  fileprivate init(_ header: DownloadedImage, byteCount: Int, since began: ContinuousClock.Instant?) {
    var times = StageTimes()
    if let began { times[.fetch] = .now - began }
    self.init(
      sourceSize: header.size, outputSize: header.size, sourceByteCount: byteCount, outputByteCount: byteCount,
      warningCount: 0, firstWarning: "", times: times)
  }
}
