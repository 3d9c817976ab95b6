/// Extracts fields from an event that `Events` wrote. Not a general JSON parser: only for lines of this program.
///
/// Quotes inside strings are escaped, so a key with its quotes and colon occurs only as a key.
package struct EventFields {
  private let line: String

  package init(_ line: String) { self.line = line }

  package func integer(_ key: String) -> Int? { value(key).flatMap { Int($0.prefix { $0 != "," && $0 != "}" }) } }

  package func number(_ key: String) -> Double? { value(key).flatMap { Double($0.prefix { $0 != "," && $0 != "}" }) } }

  package func text(_ key: String) -> String? {
    guard var rest = value(key)?.unicodeScalars, rest.popFirst() == "\"" else { return nil }
    var text = String.UnicodeScalarView()
    while let scalar = rest.popFirst(), scalar != "\"" {
      guard scalar == "\\" else {
        text.append(scalar)
        continue
      }
      switch rest.popFirst() {
      case "n": text.append("\n")
      case "r": text.append("\r")
      case "t": text.append("\t")
      case "u":
        var units = [EventFields.unit(&rest)]
        // A character above U+FFFF is two units, a surrogate pair (RFC 8259, section 7).
        if UTF16.isLeadSurrogate(units[0]), rest.starts(with: "\\u".unicodeScalars) {
          rest.removeFirst(2)
          units.append(EventFields.unit(&rest))
        }
        text += String(decoding: units, as: UTF16.self).unicodeScalars
      case let other?: text.append(other)
      case nil: break
      }
    }
    return String(text)
  }

  /// Consumes the four digits of an escape.
  private static func unit(_ rest: inout Substring.UnicodeScalarView) -> UInt16 {
    let digits = String(String.UnicodeScalarView(rest.prefix(4)))
    rest.removeFirst(min(4, rest.count))
    return UInt16(digits, radix: 16) ?? 0xFFFD
  }

  /// The rest of the line after the key.
  private func value(_ key: String) -> Substring? {
    let mark = Array("\"\(key)\":".utf8)
    let bytes = line.utf8
    var position = bytes.startIndex
    while let quote = bytes[position...].firstIndex(of: UInt8(ascii: "\"")) {
      if bytes[quote...].starts(with: mark) { return line[bytes.index(quote, offsetBy: mark.count)...] }
      position = bytes.index(after: quote)
    }
    return nil
  }
}
