package import SystemPackage

/// What became of a picture, as the journal keeps it.
package enum JournalOutcome: Hashable, Sendable {
  /// As the output was left: somebody who changed it since then has it made again.
  case written(output: FileStamp)
  case failed(JobError)
  /// Part of a download, under a hidden name.
  case partial
}

/// How a file was: one that has another size or time by now has changed.
package struct FileStamp: Hashable, Sendable {
  package var byteCount: Int
  /// Nanoseconds since 1970.
  package var modified: Int64

  package init(byteCount: Int, modified: Int64) {
    self.byteCount = byteCount
    self.modified = modified
  }

  /// Nil where there is no such regular file.
  package init?(of path: FilePath, links: LinkRule) {
    guard let status = try? FileStatus(of: path, links: links), status.kind == .regular else { return nil }
    self.init(byteCount: status.byteCount, modified: status.modified)
  }
}

/// One line of a journal.
///
/// Fields between tabs: checksum, outcome, size and time of the source, recipe, size and time of the output, stage, code,
/// output below the folder, source, message or validator. In names and messages control characters and `%` are written as `%0A`, so that a line is a
/// line and can be searched for a name.
package struct JournalEntry: Hashable, Sendable {
  package var source: FileStamp
  /// Of what the output's bytes depend on beside the source.
  package var recipe: UInt64
  package var outcome: JournalOutcome
  /// Below the output folder.
  package var outputName: [UInt8]
  /// From the root, so that it is the same from wherever a run starts; of a download, its address.
  package var sourceName: [UInt8]
  /// Of a download: what the server knows this content by, for asking whether it is still the same. Empty otherwise.
  package var validator: [UInt8]

  package init(
    source: FileStamp, recipe: UInt64, outcome: JournalOutcome, outputName: [UInt8], sourceName: [UInt8],
    validator: [UInt8] = []
  ) {
    self.source = source
    self.recipe = recipe
    self.outcome = outcome
    self.outputName = outputName
    self.sourceName = sourceName
    self.validator = validator
  }
}

extension JournalEntry {
  /// The line with its end.
  package var line: [UInt8] {
    let fields: [[UInt8]]
    let numbers = [String(source.byteCount), String(source.modified), String(recipe, radix: 16)]
    let names = [escaped(outputName), escaped(sourceName)]
    switch outcome {
    case .written(let output):
      let stamp = [String(output.byteCount), String(output.modified)]
      fields = (["written"] + numbers + stamp + ["", ""]).map { Array($0.utf8) } + names + [escaped(validator)]
    case .partial:
      let place = ["", "", "", ""]
      fields = (["partial"] + numbers + place).map { Array($0.utf8) } + names + [escaped(validator)]
    case .failed(let error):
      let place = ["", "", error.stage.rawValue, error.code.rawValue]
      fields = (["failed"] + numbers + place).map { Array($0.utf8) } + names + [escaped(Array(error.message.utf8))]
    }
    let body = Array(fields.joined(separator: [tab]))
    var line = Array(String(checksum(body[...]), radix: 16).utf8)
    line.append(tab)
    line += body
    line.append(UInt8(ascii: "\n"))
    return line
  }

  /// Reads a line without its end; nil where it is torn, damaged or of another kind.
  package init?(line: ArraySlice<UInt8>) {
    guard let end = line.firstIndex(of: tab), let sum = UInt64(text(line[..<end]), radix: 16) else { return nil }
    let body = line[(end + 1)...]
    guard checksum(body) == sum else { return nil }
    let fields = body.split(separator: tab, omittingEmptySubsequences: false)
    guard fields.count == 11, let byteCount = Int(text(fields[1])), let modified = Int64(text(fields[2])),
      let recipe = UInt64(text(fields[3]), radix: 16)
    else { return nil }
    validator = []
    switch text(fields[0]) {
    case "partial":
      outcome = .partial
      validator = unescaped(fields[10])
    case "written":
      guard let count = Int(text(fields[4])), let modified = Int64(text(fields[5])) else { return nil }
      outcome = .written(output: FileStamp(byteCount: count, modified: modified))
      validator = unescaped(fields[10])
    case "failed":
      guard let stage = Stage(rawValue: text(fields[6])), let code = ErrorCode(rawValue: text(fields[7])) else {
        return nil
      }
      outcome = .failed(JobError(stage: stage, code: code, message: text(unescaped(fields[10])[...])))
    default: return nil
    }
    source = FileStamp(byteCount: byteCount, modified: modified)
    self.recipe = recipe
    outputName = unescaped(fields[8])
    sourceName = unescaped(fields[9])
  }
}

private let tab = UInt8(ascii: "\t")
private let percent = UInt8(ascii: "%")

/// 32 bits are enough to tell a line that was torn, or blocks of zeros after a power cut, from a whole one.
private func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  var hash = FNVHash()
  hash.add(bytes)
  return hash.value >> 32
}

private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

private func escaped(_ bytes: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  for byte in bytes {
    if byte >= 0x20 && byte != 0x7F && byte != percent {
      result.append(byte)
    } else {
      result.append(percent)
      for digit in [byte >> 4, byte & 15] { result.append(digit < 10 ? 0x30 + digit : 0x41 + digit - 10) }
    }
  }
  return result
}

private func unescaped(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  var rest = bytes
  while let byte = rest.popFirst() {
    if byte == percent, rest.count >= 2, let value = UInt8(text(rest.prefix(2)), radix: 16) {
      result.append(value)
      rest.removeFirst(2)
    } else {
      result.append(byte)
    }
  }
  return result
}
