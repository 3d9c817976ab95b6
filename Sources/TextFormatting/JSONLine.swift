package import SystemPackage
internal import SystemSupport

/// One JSON object on one line, fields in the order they are added.
///
/// Written by hand because Foundation's encoder would cost more at start than a whole small batch.
package struct JSONLine {
  private var bytes: [UInt8] = [UInt8(ascii: "{")]

  package init() {}

  /// The object without a line end.
  package var text: String { String(decoding: bytes + [UInt8(ascii: "}")], as: UTF8.self) }

  package mutating func add(_ key: String, _ value: String?) {
    addKey(key)
    if let value { addString(value) } else { bytes += "null".utf8 }
  }

  package mutating func add(_ key: String, _ value: Int?) {
    addKey(key)
    bytes += (value.map(String.init) ?? "null").utf8
  }

  package mutating func add(_ key: String, _ value: Bool) {
    addKey(key)
    bytes += (value ? "true" : "false").utf8
  }

  /// Seconds with microseconds.
  package mutating func add(_ key: String, seconds: Duration) {
    addKey(key)
    bytes += decimalSeconds(seconds, places: 6).utf8
  }

  /// Null where it is no finite number, which JSON cannot say.
  package mutating func add(_ key: String, number: Double) {
    addKey(key)
    bytes += (number.isFinite ? "\(number)" : "null").utf8
  }

  /// A list of durations, seconds with microseconds.
  package mutating func add(_ key: String, allSeconds durations: [Duration]) {
    addKey(key)
    bytes += "[\(durations.map { decimalSeconds($0, places: 6) }.joined(separator: ","))]".utf8
  }

  package mutating func add(_ key: String, texts: [String]) {
    addKey(key)
    bytes.append(UInt8(ascii: "["))
    for (index, text) in texts.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      addString(text)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  package mutating func add(_ key: String, _ object: JSONLine) {
    addKey(key)
    bytes += object.bytes
    bytes.append(UInt8(ascii: "}"))
  }

  /// A path as text; when its bytes are no UTF-8, with replacement characters, and the true bytes beside it as base64 in
  /// the field `<key>PathBytes`.
  package mutating func add(_ key: String, path: FilePath) {
    if let text = String(validating: path) {
      add(key, text)
    } else {
      add(key, String(decoding: path))
      add(key + "PathBytes", base64(path.bytes))
    }
  }

  private mutating func addKey(_ key: String) {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    addString(key)
    bytes.append(UInt8(ascii: ":"))
  }

  /// RFC 8259, section 7. DEL, the C1 controls and hidden characters, which JSON allows as they are, are escaped too: a
  /// terminal that shows the line would obey them, and a reader would not see them.
  private mutating func addString(_ string: String) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": bytes += "\\\"".utf8
      case "\\": bytes += "\\\\".utf8
      case "\n": bytes += "\\n".utf8
      case "\r": bytes += "\\r".utf8
      case "\t": bytes += "\\t".utf8
      case _ where scalar.isControl || scalar.isHidden:
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
          bytes += ("\\u" + hexadecimal(UInt8(unit >> 8)) + hexadecimal(UInt8(unit & 0xFF))).utf8
        }
      default: bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
