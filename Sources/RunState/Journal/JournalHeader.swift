internal import SystemPackage
internal import SystemSupport

/// The line that says which version of the format the lines behind it have, to the next such line:
/// `imgbatch-journal<TAB>2`, in a journal that was compacted with `<TAB>size=` and the bytes that it had then.
///
/// Each run writes one before its first record. So a journal that could not be written anew holds lines of several
/// versions, and after a torn line or a run of an older program the next line is read right.
struct JournalHeader: Hashable, Sendable {
  /// Raise it where a program that reads the version before would misread a line. Records and fields that are new need
  /// no new version: a program that does not know them passes over them.
  static let currentVersion = 2
  /// Journals without such a line: what imgbatch wrote up to 0.1.
  static let versionWithoutHeader = 1

  let version: Int
  /// Bytes of the journal after it was compacted; nil where it was not.
  let compactedByteCount: Int?

  /// The line with its end.
  static func line(compactedByteCount: Int? = nil) -> [UInt8] {
    Array("\(mark)\(currentVersion)\(compactedByteCount.map { "\t\(sizeField)\($0)" } ?? "")\n".utf8)
  }

  /// Reads a line without its end; nil where it is none.
  init?(line: ArraySlice<UInt8>) {
    guard line.starts(with: JournalHeader.mark.utf8) else { return nil }
    let fields = JournalText.text(line.dropFirst(JournalHeader.mark.utf8.count)).split(separator: "\t")
    guard let version = fields.first.flatMap({ Int($0) }), version > 0 else { return nil }
    self.version = version
    let size = fields.dropFirst().first { $0.hasPrefix(JournalHeader.sizeField) }
    compactedByteCount = size.flatMap { Int($0.dropFirst(JournalHeader.sizeField.utf8.count)) }
  }

  /// Reads the first line of a file.
  /// - Returns: nil where it does not start with such a line.
  static func first(of file: borrowing Descriptor) throws(Errno) -> JournalHeader? {
    var start = [UInt8](repeating: 0, count: 128)
    let count = try file.read(into: &start)
    return start[..<count].firstIndex(of: UInt8(ascii: "\n")).flatMap { JournalHeader(line: start[..<$0]) }
  }

  private static let mark = "imgbatch-journal\t"
  private static let sizeField = "size="
}
