internal import ImageErrors
internal import SystemSupport

// Records of version 2: a checksum, the outcome, and named fields, separated by tabs. A field is `name=value`. The order of the
// fields does not matter, and readers skip unknown fields.
//
// out        name of the output, relative to the journal's folder
// in         name of the source (`JournalKeys`); in-size and in-time are its stamp from before it was read
// download   replaces these three: key of the download
// options    fingerprint of the options (`OutputFingerprints`), hexadecimal
// algorithms version of the algorithms that made the output (`AlgorithmVersion`)
// out-size, out-time   stamp of a written output
// stage, code, message   error of a failure; hint is the name of its hint (`Hint`), if it has one
// validator  validator of a download
//
// Sizes are in bytes, times in nanoseconds since 1970. Names and messages are escaped (`JournalText`).

extension JournalEntry {
  /// The line, including its newline.
  package var line: [UInt8] {
    var fields = Fields(kind: outcome.kind)
    fields.add("out", outputName)
    switch sourceName {
    case .file(let name):
      fields.add("in", name)
      fields.add("in-size", String(source.byteCount))
      fields.add("in-time", String(source.modified))
      fields.add("options", String(fingerprint.options, radix: 16))
      fields.add("algorithms", fingerprint.algorithms.text)
    case .download(let key): fields.add("download", key)
    }
    switch outcome {
    case .written(let output):
      fields.add("out-size", String(output.byteCount))
      fields.add("out-time", String(output.modified))
    case .failed(let error):
      fields.add("stage", error.stage.rawValue)
      fields.add("code", error.code.rawValue)
      fields.add("message", Array(error.message.utf8))
      if let hint = error.hint { fields.add("hint", hint.rawValue) }
    case .partial: break
    }
    if !validator.isEmpty { fields.add("validator", validator) }
    return JournalText.sealed(fields.bytes)
  }

  /// - Parameter body: a line without its checksum and newline.
  /// - Returns: nil for an unknown kind of record.
  init?(record body: ArraySlice<UInt8>) {
    var fields: [String: ArraySlice<UInt8>] = [:]
    let parts = body.split(separator: JournalText.tab, omittingEmptySubsequences: false)
    for part in parts.dropFirst() {
      guard let end = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
      fields[JournalText.text(part[..<end])] = part[(end + 1)...]
    }
    func bytes(_ name: String) -> [UInt8]? { fields[name].map(JournalText.unescaped) }
    func text(_ name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }
    func stamp(_ name: String) -> FileStamp? {
      guard let byteCount = text(name + "-size").flatMap({ Int($0) }),
        let modified = text(name + "-time").flatMap({ Int64($0) })
      else { return nil }
      return FileStamp(byteCount: byteCount, modified: modified)
    }

    guard let outputName = bytes("out") else { return nil }
    if let name = bytes("in") {
      guard let stamp = stamp("in"), let options = text("options").flatMap({ UInt64($0, radix: 16) }),
        let algorithms = text("algorithms").flatMap({ AlgorithmVersion($0) })
      else { return nil }
      (sourceName, source) = (.file(name), stamp)
      fingerprint = OutputFingerprint(options: options, algorithms: algorithms)
    } else {
      guard let key = bytes("download") else { return nil }
      (sourceName, source, fingerprint) = (.download(key), FileStamp(byteCount: 0, modified: 0), .none)
    }
    switch JournalText.text(parts[0]) {
    case "written":
      guard let output = stamp("out") else { return nil }
      outcome = .written(output: output)
    case "failed":
      guard let stage = text("stage").flatMap({ Stage(rawValue: $0) }),
        let code = text("code").flatMap({ ErrorCode(rawValue: $0) })
      else { return nil }
      let hint = text("hint").flatMap { Hint(rawValue: $0) }
      outcome = .failed(JobError(stage: stage, code: code, message: text("message") ?? "", hint: hint))
    case "partial": outcome = .partial
    default: return nil
    }
    self.outputName = outputName
    validator = bytes("validator") ?? []
  }
}

extension JournalOutcome {
  fileprivate var kind: String {
    switch self {
    case .written: "written"
    case .failed: "failed"
    case .partial: "partial"
    }
  }
}

/// Collects the fields of a record.
private struct Fields {
  private(set) var bytes: [UInt8]

  init(kind: String) { bytes = Array(kind.utf8) }

  mutating func add(_ name: String, _ value: String) { add(name, Array(value.utf8)) }

  mutating func add(_ name: String, _ value: [UInt8]) {
    bytes.append(JournalText.tab)
    bytes += name.utf8
    bytes.append(UInt8(ascii: "="))
    bytes += JournalText.escaped(value)
  }
}
