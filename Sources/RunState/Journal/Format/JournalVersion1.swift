internal import ImageErrors
internal import SystemSupport

extension JournalEntry {
  /// Parses a record of version 1, which is no longer written: eleven unnamed fields separated by tabs, sources by their absolute
  /// path. The fingerprint cannot be compared with those of today, so `--existing update` redoes the output.
  /// - Parameters:
  ///   - body: a line without its checksum and newline.
  ///   - names: the names of the journal's folder.
  init?(version1 body: ArraySlice<UInt8>, _ names: JournalKeys) {
    let fields = body.split(separator: JournalText.tab, omittingEmptySubsequences: false)
    let text = JournalText.text
    guard fields.count == 11, let byteCount = Int(text(fields[1])), let modified = Int64(text(fields[2])) else {
      return nil
    }
    let note = JournalText.unescaped(fields[10])
    validator = []
    switch text(fields[0]) {
    case "partial":
      outcome = .partial
      validator = note
    case "written":
      guard let count = Int(text(fields[4])), let modified = Int64(text(fields[5])) else { return nil }
      outcome = .written(output: FileStamp(byteCount: count, modified: modified))
      validator = note
    case "failed":
      guard let stage = Stage(rawValue: text(fields[6])), let code = ErrorCode(rawValue: text(fields[7])) else {
        return nil
      }
      outcome = .failed(JobError(stage: stage, code: code, message: text(note[...])))
    default: return nil
    }
    source = FileStamp(byteCount: byteCount, modified: modified)
    fingerprint = .none
    outputName = JournalText.unescaped(fields[8])
    let name = JournalText.unescaped(fields[9])
    // Paths were stored as absolute paths. All other names are URLs.
    sourceName = name.first == UInt8(ascii: "/") ? .file(names.source(absolute: name)) : .download(name)
  }
}
