internal import SystemPackage
internal import SystemSupport

/// The header line that gives the format version of the lines after it, up to the next header: `imgbatch-journal<TAB>2`. In a
/// compacted journal, `<TAB>size=` and its size in bytes after the compaction follow.
///
/// Each run writes a header before its first record. So a journal that could not be compacted may contain several versions, and
/// the lines after a torn line or after a run of an older program are still read correctly.
struct JournalHeader: Hashable, Sendable {
  /// Raise this only if a program that reads the previous version would misread a line. New records and new fields need no new
  /// version: a program that does not know them skips them.
  static let currentVersion = 2
  /// The version of journals without a header, written by imgbatch up to 0.1.
  static let versionWithoutHeader = 1

  let version: Int
  /// Size of the journal after its compaction, in bytes; nil if it was never compacted.
  let compactedByteCount: Int?

  /// The line, including its newline.
  static func line(compactedByteCount: Int? = nil) -> [UInt8] {
    Array("\(mark)\(currentVersion)\(compactedByteCount.map { "\t\(sizeField)\($0)" } ?? "")\n".utf8)
  }

  /// Parses a line without its newline; nil if it is no header.
  init?(line: ArraySlice<UInt8>) {
    guard line.starts(with: JournalHeader.mark.utf8) else { return nil }
    let fields = JournalText.text(line.dropFirst(JournalHeader.mark.utf8.count)).split(separator: "\t")
    guard let version = fields.first.flatMap({ Int($0) }), version > 0 else { return nil }
    self.version = version
    let size = fields.dropFirst().first { $0.hasPrefix(JournalHeader.sizeField) }
    compactedByteCount = size.flatMap { Int($0.dropFirst(JournalHeader.sizeField.utf8.count)) }
  }

  /// Reads the first line of a file.
  /// - Returns: nil if the first line is no header.
  static func first(of file: borrowing Descriptor) throws(Errno) -> JournalHeader? {
    var start = [UInt8](repeating: 0, count: 128)
    let count = try file.read(into: &start)
    return start[..<count].firstIndex(of: UInt8(ascii: "\n")).flatMap { JournalHeader(line: start[..<$0]) }
  }

  private static let mark = "imgbatch-journal\t"
  private static let sizeField = "size="
}
