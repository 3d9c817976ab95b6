package import SystemPackage

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

extension Journal {
  /// About 100,000 pictures: below, nobody minds what is told twice.
  private static let smallByteCount = 32 << 20

  /// Writes a journal anew, with the last line of each picture only, where it has grown to more than twice what it was
  /// after the last time: nightly runs over one folder must not fill the disk. For who holds the folder's lock.
  ///
  /// A journal that cannot be written anew stays as it is.
  package static func compact(in folder: FilePath, above least: Int = smallByteCount) {
    let path = folder.appending(name)
    guard let status = try? FileStatus(of: path, links: .stay), status.kind == .regular, status.byteCount > least else {
      return
    }
    try? compact(path, of: status.byteCount, in: folder, above: least)
  }

  private static func compact(
    _ path: FilePath, of byteCount: Int, in folder: FilePath, above least: Int
  ) throws(Errno) {
    guard byteCount > 2 * (try baseByteCount(path)) else { return }
    var last = LastLines()
    try forEachEntry(in: folder) { last.add($0) }
    let temporary = try TemporaryFile(in: folder)
    let new = temporary.path
    do throws(Errno) {
      try temporary.file.write(Array("\(base)\(last.byteCount)\n".utf8))
      var failure: Errno?
      try forEachEntry(in: folder) { entry in
        guard failure == nil, last.takes(entry) else { return }
        do throws(Errno) { try temporary.file.write(entry.line) } catch { failure = error }
      }
      if let failure { throw failure }
      try temporary.file.synchronizeData()
      try temporary.close()
      let result = unsafe new.withPlatformString { new in unsafe path.withPlatformString { unsafe rename(new, $0) } }
      if result != 0 { throw .current }
    } catch {
      _ = unsafe new.withPlatformString { unsafe unlink($0) }
      throw error
    }
  }

  /// Starts the first line of a journal that was written anew; its size then follows.
  private static var base: String { "# size when written anew: " }

  private static func baseByteCount(_ path: FilePath) throws(Errno) -> Int {
    var start = [UInt8](repeating: 0, count: 64)
    let count = try Descriptor(opening: path, .sniffed).read(into: &start)
    let line = String(decoding: start.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return line.hasPrefix(base) ? Int(line.dropFirst(base.utf8.count)) ?? 0 : 0
  }
}

/// Which line of a journal is the last about its picture.
private struct LastLines {
  private var places: [PictureFingerprint: (index: Int, byteCount: Int)] = [:]
  private var added = 0
  private var asked = 0

  var byteCount: Int { places.values.reduce(0) { $0 + $1.byteCount } }

  mutating func add(_ entry: JournalEntry) {
    places[PictureFingerprint(entry.outputName, entry.sourceName)] = (added, entry.line.count)
    added += 1
  }

  /// Asked about the same lines in the same order as they were added.
  mutating func takes(_ entry: JournalEntry) -> Bool {
    asked += 1
    return places[PictureFingerprint(entry.outputName, entry.sourceName)]?.index == asked - 1
  }
}
