internal import SystemSupport

/// A parsed JSON object.
package struct JSONObject: Sendable {
  fileprivate enum Value: Sendable {
    case text(String)
    /// In the notation of the source.
    case number(String)
    case object(JSONObject)
    case array([Value])
    case boolean(Bool)
    case null
  }

  fileprivate let values: [String: Value]

  /// Nil unless the text is exactly one object.
  package init?(_ text: ArraySlice<UInt8>) {
    var parser = JSONParser(rest: text)
    parser.skipSpace()
    guard case .object(let object)? = parser.value(depth: 0) else { return nil }
    parser.skipSpace()
    guard parser.rest.isEmpty else { return nil }
    self = object
  }

  package init?(_ text: String) { self.init(Array(text.utf8)[...]) }

  fileprivate init(values: [String: Value]) { self.values = values }

  package func text(_ key: String) -> String? {
    if case .text(let text)? = values[key] { text } else { nil }
  }

  package func integer(_ key: String) -> Int? {
    if case .number(let digits)? = values[key] { Int(digits) } else { nil }
  }

  package func number(_ key: String) -> Double? {
    if case .number(let digits)? = values[key] { Double(digits) } else { nil }
  }

  package func object(_ key: String) -> JSONObject? {
    if case .object(let object)? = values[key] { object } else { nil }
  }

  package func isTrue(_ key: String) -> Bool {
    if case .boolean(true)? = values[key] { true } else { false }
  }

  /// The objects in an array; empty if there is no array.
  package func objects(_ key: String) -> [JSONObject] {
    guard case .array(let elements)? = values[key] else { return [] }
    return elements.compactMap { if case .object(let object) = $0 { object } else { nil } }
  }

  /// A string, or a number in the notation of the source.
  package func textOrNumber(_ key: String) -> String? {
    switch values[key] {
    case .text(let text)?, .number(let text)?: text
    default: nil
    }
  }
}

/// A strict parser (RFC 8259). Written by hand, because loading Foundation's decoder costs more at every start than reading a list.
private struct JSONParser {
  var rest: ArraySlice<UInt8>

  /// Deeper nesting is rejected, so that a line cannot exhaust the stack.
  private static let maxDepth = 32

  mutating func value(depth: Int) -> JSONObject.Value? {
    guard depth <= JSONParser.maxDepth, let first = rest.first else { return nil }
    switch first {
    case UInt8(ascii: "\""): return string().map { .text($0) }
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number().map { .number($0) }
    case UInt8(ascii: "{"): return object(depth: depth).map { .object($0) }
    case UInt8(ascii: "["): return array(depth: depth).map { .array($0) }
    default:
      for (word, value) in [("true", JSONObject.Value.boolean(true)), ("false", .boolean(false)), ("null", .null)]
      where rest.starts(with: word.utf8) {
        rest.removeFirst(word.utf8.count)
        return value
      }
      return nil
    }
  }

  mutating func skipSpace() { rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A } }

  /// Consumes a structural character and the white space around it.
  private mutating func take(_ sign: Unicode.Scalar) -> Bool {
    skipSpace()
    guard rest.first == UInt8(ascii: sign) else { return false }
    rest.removeFirst()
    skipSpace()
    return true
  }

  private mutating func object(depth: Int) -> JSONObject? {
    var values: [String: JSONObject.Value] = [:]
    guard take("{") else { return nil }
    if take("}") { return JSONObject(values: values) }
    repeat {
      guard let key = string(), take(":"), let value = value(depth: depth + 1) else { return nil }
      values[key] = value
    } while take(",")
    return take("}") ? JSONObject(values: values) : nil
  }

  private mutating func array(depth: Int) -> [JSONObject.Value]? {
    var values: [JSONObject.Value] = []
    guard take("[") else { return nil }
    if take("]") { return values }
    repeat {
      guard let value = value(depth: depth + 1) else { return nil }
      values.append(value)
    } while take(",")
    return take("]") ? values : nil
  }

  private mutating func number() -> String? {
    let start = rest
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let isZero = rest.first == UInt8(ascii: "0")
    let integerDigits = takeDigits()
    guard integerDigits > 0, !isZero || integerDigits == 1 else { return nil }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      guard takeDigits() > 0 else { return nil }
    }
    if let sign = rest.first, sign | 0x20 == UInt8(ascii: "e") {
      rest.removeFirst()
      if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest.removeFirst() }
      guard takeDigits() > 0 else { return nil }
    }
    return String(decoding: start[..<rest.startIndex], as: UTF8.self)
  }

  private mutating func takeDigits() -> Int {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    rest = rest[digits.endIndex...]
    return digits.count
  }

  private mutating func string() -> String? {
    guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(validating: bytes, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = escape() else { return nil }
        bytes += escaped
      case 0..<0x20: return nil
      default: bytes.append(byte)
      }
    }
    return nil
  }

  /// The bytes that an escape represents (section 7). The backslash is consumed.
  private mutating func escape() -> [UInt8]? {
    switch rest.popFirst() {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "u"):
      guard var value = unit() else { return nil }
      // A character above U+FFFF is two units, a surrogate pair.
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
    guard rest.count >= 4, let value = Hexadecimal.value(rest.prefix(4)) else { return nil }
    rest.removeFirst(4)
    return UInt32(value)
  }
}
