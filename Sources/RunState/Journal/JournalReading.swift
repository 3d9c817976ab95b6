package import SystemPackage
internal import SystemSupport

extension Journal {
  /// What a whole line of a journal says.
  enum Line {
    /// - Parameter isCurrent: whether it stands there as it would be written now.
    case entry(JournalEntry, isCurrent: Bool)
    /// A record of this version that a later imgbatch added.
    case unknown
  }

  /// The journals that a run reads, in this order: that of the folder (nil), and that of its shard.
  package static func parts(with shard: Shard?) -> [Shard?] { shard.map { [nil, $0] } ?? [nil] }

  /// Calls `body` with every record of a folder's journal, oldest first; with nothing where there is no journal.
  package static func forEachEntry(
    in folder: FilePath, of shard: Shard? = nil, _ body: (JournalEntry) -> Void
  ) throws(JournalError) {
    try forEachLine(of: path(in: folder, of: shard), JournalKeys(folder: folder)) { line, _ in
      if case .entry(let entry, _) = line { body(entry) }
    }
  }

  /// The same with the lines' bytes, without their ends. Headers, and lines that are torn or damaged, are left out.
  /// - Parameters:
  ///   - path: of the journal.
  ///   - names: those of its folder.
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
