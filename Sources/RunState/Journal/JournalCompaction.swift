internal import Glibc
package import SystemPackage
internal import SystemSupport

extension Journal {
  /// About 100,000 outputs. Below this size repeated lines cost too little to matter.
  private static let smallByteCount = 32 << 20

  /// Rewrites a journal with only the last line of each output, if its version is older or if it has grown to more than twice its
  /// size after the last compaction. Otherwise nightly runs over one folder would fill the disk. The caller must hold the lock of
  /// the folder or, for a shard's journal, of the shard.
  ///
  /// If the rewrite fails, the journal stays as it is.
  package static func compact(
    in folder: FilePath, of shard: Shard? = nil, at other: FilePath? = nil, above minimum: Int = smallByteCount
  ) {
    let path = path(in: folder, of: shard, at: other)
    guard let status = try? FileStatus(of: path, links: .stay), status.kind == .regular, status.linkCount == 1,
      status.byteCount > 0
    else { return }
    try? compact(path, status, in: folder, above: minimum)
  }

  private static func compact(
    _ path: FilePath, _ status: FileStatus, in folder: FilePath, above minimum: Int
  ) throws {
    let header = try JournalHeader.first(of: Descriptor(opening: path, .sniffedNotLink))
    if let header, header.version == JournalHeader.currentVersion {
      guard status.byteCount > minimum, status.byteCount > 2 * (header.compactedByteCount ?? 0) else { return }
    }
    var last = LastLines()
    let names = JournalKeys(folder: folder)
    try forEachLine(of: path, names) { last.add($0, $1) }
    // Keep the permissions: a user who could not read the old journal must not be able to read the new one.
    let temporary = try TemporaryFile(
      in: path.removingLastComponent(), durability: .durable, permissions: status.permissions)
    try temporary.write(JournalHeader.line(compactedByteCount: last.byteCount))
    var failure: Errno?
    try forEachLine(of: path, names) { line, bytes in
      guard failure == nil, let bytes = last.kept(line, bytes) else { return }
      do throws(Errno) { try temporary.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    try temporary.commit(as: FilePath(path.lastComponent))
  }
}

/// Finds the last line about each output.
private struct LastLines {
  private var lines: [HistoryKey: (index: Int, byteCount: Int)] = [:]
  private var unknownByteCount = 0
  private var added = 0
  private var asked = 0

  var byteCount: Int { lines.values.reduce(unknownByteCount) { $0 + $1.byteCount } }

  mutating func add(_ line: Journal.Line, _ bytes: ArraySlice<UInt8>) {
    switch line {
    case .entry(let entry, let isCurrent):
      lines[entry.key] = (added, isCurrent ? bytes.count + 1 : entry.line.count)
    case .unknown: unknownByteCount += bytes.count + 1
    }
    added += 1
  }

  /// The bytes to write for a line; nil to drop it. Must be called for the same lines in the same order as `add`.
  mutating func kept(_ line: Journal.Line, _ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    asked += 1
    let whole = Array(bytes) + [UInt8(ascii: "\n")]
    switch line {
    case .entry(let entry, let isCurrent):
      guard lines[entry.key]?.index == asked - 1 else { return nil }
      // Copied unchanged, including fields that a later imgbatch added.
      return isCurrent ? whole : entry.line
    case .unknown: return whole
    }
  }
}

extension JournalEntry {
  fileprivate var key: HistoryKey { HistoryKey(outputName, sourceName.bytes) }
}
