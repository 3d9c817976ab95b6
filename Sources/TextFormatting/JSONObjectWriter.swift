package import SystemPackage
internal import SystemSupport

/// A JSON object on one line, with the fields in the order in which they are added.
///
/// Written by hand, because starting Foundation's encoder takes longer than a small batch.
package struct JSONObjectWriter {
  private var bytes: [UInt8] = [UInt8(ascii: "{")]

  package init() {}

  /// The object, without a newline.
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

  /// Seconds, in microsecond resolution.
  package mutating func add(_ key: String, seconds: Duration) {
    addKey(key)
    bytes += decimalSeconds(seconds, places: 6).utf8
  }

  /// Infinity and NaN become null, because JSON has no notation for them.
  package mutating func add(_ key: String, number: Double) {
    addKey(key)
    bytes += (number.isFinite ? "\(number)" : "null").utf8
  }

  /// An array of seconds, in microsecond resolution.
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

  package mutating func add(_ key: String, _ object: JSONObjectWriter) {
    addKey(key)
    bytes += object.bytes
    bytes.append(UInt8(ascii: "}"))
  }

  /// A path as a string. If it is not valid UTF-8, the string has replacement characters, and the field `<key>PathBytes` contains
  /// the raw bytes in Base64.
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

  /// A string (RFC 8259, section 7). JSON allows DEL, C1 controls and hidden characters unescaped. They are escaped nevertheless:
  /// a terminal would interpret them, and a reader would not see them.
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
          bytes += ("\\u" + Hexadecimal.text([UInt8(unit >> 8), UInt8(unit & 0xFF)])).utf8
        }
      default: bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
