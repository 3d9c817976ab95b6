package import SystemPackage
internal import SystemSupport

extension Journal {
  /// The meaning of one complete line of a journal.
  enum Line {
    /// - Parameter isCurrent: whether the line has the format that this version writes.
    case entry(JournalEntry, isCurrent: Bool)
    /// A kind of record that a later imgbatch added to this version.
    case unknown
  }

  /// The journals that a run reads, in this order: the folder's (nil), then that of the run's shard.
  package static func parts(with shard: Shard?) -> [Shard?] { shard.map { [nil, $0] } ?? [nil] }

  /// Calls `body` with every record of a folder's journal, oldest first. Does nothing if there is no journal.
  package static func forEachEntry(
    in folder: FilePath, of shard: Shard? = nil, at other: FilePath? = nil, _ body: (JournalEntry) -> Void
  ) throws(JournalError) {
    try forEachLine(of: path(in: folder, of: shard, at: other), JournalKeys(folder: folder)) { line, _ in
      if case .entry(let entry, _) = line { body(entry) }
    }
  }

  /// Like `forEachEntry`, but also passes the bytes of each line without the newline. Skips headers and lines that are torn or
  /// damaged.
  /// - Parameters:
  ///   - path: path of the journal.
  ///   - names: the names of the journal's folder.
  static func forEachLine(
    of path: FilePath, _ names: JournalKeys, _ body: (Line, ArraySlice<UInt8>) -> Void
  ) throws(JournalError) {
    var version = JournalHeader.versionWithoutHeader
    var failure: JournalError?
    do throws(Errno) {
      let file = try Descriptor(opening: path, .sniffedNotLink)
      try file.forEachWholeLine { line in
        if failure != nil { return }
        if let header = JournalHeader(line: line) {
          version = header.version
          do throws(JournalError) { try check(header, path) } catch { failure = error }
        } else if let record = JournalText.unsealed(line) {
          if version == JournalHeader.versionWithoutHeader {
            if let entry = JournalEntry(version1: record, names) { body(.entry(entry, isCurrent: false), line) }
          } else {
            body(JournalEntry(record: record).map { .entry($0, isCurrent: true) } ?? .unknown, line)
          }
        }
      }
    } catch {
      if error == .noSuchFileOrDirectory { return }
      let isLink = error == .tooManySymbolicLinkLevels
      throw JournalError(path: path, reason: .unusable(isLink ? .isNoRegularFile(.symbolicLink) : .system(error)))
    }
    if let failure { throw failure }
  }
}
