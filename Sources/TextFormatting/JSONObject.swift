/// The fields of one JSON object (RFC 8259) whose values are strings or numbers. Other values are skipped.
///
/// Written by hand, because loading Foundation's decoder costs more at every start than reading a list.
package struct JSONObject {
  /// Numbers keep the notation of the line.
  package private(set) var texts: [String: String] = [:]
  private var rest: ArraySlice<UInt8>

  /// Nil unless the line is exactly one object.
  package init?(_ line: ArraySlice<UInt8>) {
    rest = line
    guard take("{") else { return nil }
    if !take("}") {
      repeat {
        guard let key = text(), take(":") else { return nil }
        if rest.first == UInt8(ascii: "\"") {
          guard let value = text() else { return nil }
          texts[key] = value
        } else {
          let value = rest
          guard skipValue(depth: 0) else { return nil }
          guard let first = value.first, "-0123456789".utf8.contains(first) else { continue }
          texts[key] = String(decoding: value[..<rest.startIndex], as: UTF8.self)
        }
      } while take(",")
      guard take("}") else { return nil }
    }
    skipSpace()
    guard rest.isEmpty else { return nil }
  }

  private mutating func skipSpace() {
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
  }

  private mutating func take(_ sign: Unicode.Scalar) -> Bool {
    skipSpace()
    guard rest.first == UInt8(ascii: sign) else { return false }
    rest.removeFirst()
    skipSpace()
    return true
  }

  /// A string, including its quotes.
  private mutating func text() -> String? {
    skipSpace()
    guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(validating: bytes, as: UTF8.self)
      case UInt8(ascii: "\\"): guard let escaped = escape() else { return nil }; bytes += escaped
      default: bytes.append(byte)
      }
    }
    return nil
  }

  private mutating func escape() -> [UInt8]? {
    switch rest.popFirst() {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "u"):
      guard var value = unit() else { return nil }
      if (0xD800...0xDBFF).contains(value), rest.starts(with: "\\u".utf8) {
        rest.removeFirst(2)
        guard let low = unit(), (0xDC00...0xDFFF).contains(low) else { return nil }
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      return Unicode.Scalar(value).flatMap { UTF8.encode($0) }.map(Array.init)
    case let byte? where [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/")].contains(byte): return [byte]
    default: return nil
    }
  }

  private mutating func unit() -> UInt32? {
    guard rest.count >= 4 else { return nil }
    defer { rest.removeFirst(4) }
    return UInt32(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16)
  }

  /// Skips a value of any type. Deep nesting is rejected, so that a line cannot exhaust the stack.
  private mutating func skipValue(depth: Int) -> Bool {
    skipSpace()
    guard depth < 32, let first = rest.first else { return false }
    switch first {
    case UInt8(ascii: "\""): return text() != nil
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      rest.removeFirst()
      let (isObject, end): (Bool, Unicode.Scalar) = first == UInt8(ascii: "{") ? (true, "}") : (false, "]")
      if take(end) { return true }
      repeat {
        if isObject { guard text() != nil, take(":") else { return false } }
        guard skipValue(depth: depth + 1) else { return false }
      } while take(",")
      return take(end)
    default:
      let word = rest.prefix { !",]} \t\r\n".utf8.contains($0) }
      rest = rest.dropFirst(word.count)
      return !word.isEmpty
    }
  }
}
