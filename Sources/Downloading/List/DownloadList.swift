internal import SystemSupport
internal import TextFormatting

/// One entry of a list: what to download, and what the list states about it.
package struct ListedAddress: Hashable, Sendable {
  /// The position in the list from 1, without empty lines and comments; or the one that the entry states.
  package var position: Int
  /// Whether the entry states its position.
  package var hasOwnPosition = false
  package var address: String
  package var name: String?
  /// 32 bytes.
  package var sha256: [UInt8]?
  /// The value of the field where it is not a valid digest.
  package var unusableDigest: String?
  /// What is wrong with the line; nil where nothing is.
  package var problem: String?

  package init(position: Int, address: String, name: String? = nil, sha256: [UInt8]? = nil, problem: String? = nil) {
    self.position = position
    self.address = address
    self.name = name
    self.sha256 = sha256
    self.problem = problem
  }
}

/// Parses a list line by line. The first line determines the format: one address per line, tab- or comma-separated values with a
/// header line, or JSON lines.
///
/// Lines that start with "#" are comments in lists of addresses, among JSON lines and before the header of a table; after it they
/// are rows. Columns and fields: `url`, and optionally `name`, `sha256` and `position`, as in the list of failures. Others are
/// ignored.
package struct DownloadList: Sendable {
  private enum Form {
    case addresses
    case json
    case columns(separator: UInt8, indices: [String: Int])
  }

  private var form: Form?
  private var position = 0

  package init() {}

  /// Whether the line that determines the format has been read.
  package var isBegun: Bool { form != nil }

  /// The entry of a line without its line end; nil for an empty line, a comment or a header.
  package mutating func entry(_ line: ArraySlice<UInt8>) -> ListedAddress? {
    var line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    if form == nil, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) || isComment(line) { return nil }
    if form == nil {
      form = DownloadList.form(line)
      if case .columns = form { return nil }
    }
    position += 1
    guard let text = String(validating: line, as: UTF8.self) else {
      return listed(String(decoding: line, as: UTF8.self), problem: "the line is not UTF-8")
    }
    switch form {
    case .json:
      guard let object = JSONObject(line) else { return listed(text, problem: "the line is not a JSON object") }
      return entry(text) { object.textOrNumber($0) }
    case .columns(let separator, let indices):
      let fields = DownloadList.fields(line, separator: separator)
      return entry(text) { indices[$0].flatMap { $0 < fields.count && !fields[$0].isEmpty ? fields[$0] : nil } }
    case .addresses, nil:
      return listed(trimmed(text))
    }
  }

  private func isComment(_ line: ArraySlice<UInt8>) -> Bool {
    if case .columns = form { return false }
    return line.first == UInt8(ascii: "#")
  }

  /// The entry of a line that cannot be parsed.
  package mutating func entry(_ line: ArraySlice<UInt8>, problem: String) -> ListedAddress {
    position += 1
    return listed(String(decoding: line, as: UTF8.self), problem: problem)
  }

  /// The separator of fields that may be quoted and so may contain line ends (RFC 4180, 2.6); nil where each line is a row.
  /// - Parameter line: the start of the next line, which may be the first.
  package func quotedFieldSeparator(_ line: ArraySlice<UInt8>) -> UInt8? {
    switch form {
    case .columns(let separator, _): separator == UInt8(ascii: "\t") ? nil : separator
    case .addresses, .json: nil
    case nil: [UInt8(ascii: "{"), UInt8(ascii: "#")].contains(line.first { $0 != 0x20 }) ? nil : UInt8(ascii: ",")
    }
  }

  private func listed(_ address: String, problem: String? = nil) -> ListedAddress {
    ListedAddress(position: position, address: address, problem: problem)
  }

  private func entry(_ line: String, _ field: (String) -> String?) -> ListedAddress {
    guard let address = field("url") else { return listed(line, problem: "the line has no url") }
    var entry = listed(trimmed(address))
    entry.name = field("name")
    if let digits = field("sha256") {
      entry.sha256 = bytes(ofHexadecimal: trimmed(digits))
      if entry.sha256?.count != 32 {
        entry.sha256 = nil
        entry.unusableDigest = digits
        entry.problem = "its sha256 is not 64 hexadecimal digits"
      }
    }
    // In other lists a column of this name may have another meaning, so other values are ignored.
    if let number = field("position").flatMap({ Int(trimmed($0)) }), (1...999_999_999_999).contains(number) {
      entry.position = number
      entry.hasOwnPosition = true
    }
    return entry
  }

  private static func form(_ line: ArraySlice<UInt8>) -> Form {
    if line.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "{") { return .json }
    for separator in [UInt8(ascii: "\t"), UInt8(ascii: ",")] {
      let names = fields(line, separator: separator).map { trimmed($0).lowercased() }
      guard names.contains("url") else { continue }
      // A single column has no separator: its fields end with the line.
      return .columns(
        separator: names.count == 1 ? UInt8(ascii: "\n") : separator,
        indices: Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first }))
    }
    return .addresses
  }

  /// The fields of a row (RFC 4180). Tab-separated values are not quoted.
  static func fields(_ line: ArraySlice<UInt8>, separator: UInt8) -> [String] {
    var fields: [[UInt8]] = [[]]
    var isQuoted = false
    let quote = UInt8(ascii: "\"")
    var rest = line
    while let byte = rest.popFirst() {
      if isQuoted {
        if byte != quote {
          fields[fields.count - 1].append(byte)
        } else if rest.first == quote {
          fields[fields.count - 1].append(quote)
          rest.removeFirst()
        } else {
          isQuoted = false
        }
      } else if byte == separator {
        fields.append([])
      } else if byte == quote, separator != UInt8(ascii: "\t"), fields[fields.count - 1].isEmpty {
        isQuoted = true
      } else {
        fields[fields.count - 1].append(byte)
      }
    }
    return fields.map { String(decoding: $0, as: UTF8.self) }
  }
}

private func trimmed(_ text: String) -> String {
  let bytes = Array(text.utf8)
  let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
  let end = bytes.lastIndex { !isSpace($0) } ?? -1
  return String(decoding: bytes[...end].drop(while: isSpace), as: UTF8.self)
}

private func bytes(ofHexadecimal digits: String) -> [UInt8]? {
  let digits = Array(digits.utf8)
  guard digits.count % 2 == 0 else { return nil }
  var bytes: [UInt8] = []
  for start in stride(from: 0, to: digits.count, by: 2) {
    guard let byte = Hexadecimal.value(digits[start..<start + 2]) else { return nil }
    bytes.append(UInt8(byte))
  }
  return bytes
}
