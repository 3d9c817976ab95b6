/// Finds the tags of XML text (XML 1.0, 2.4 to 3.1) and the ranges of their names and attributes. Comments, processing
/// instructions, CDATA and text are skipped. A document type is rejected, because its entities can stand for anything; XMP has
/// none.
struct XMLScanner {
  let bytes: [UInt8]
  private var offset = 0

  struct Malformed: Error {}

  struct Attribute {
    /// Includes the space before it.
    let range: Range<Int>
    let name: Range<Int>
    /// Without its quotes.
    let value: Range<Int>
  }

  struct Tag {
    enum Kind { case start, end, empty }

    let kind: Kind
    let range: Range<Int>
    let name: Range<Int>
    var attributes: [Attribute] = []
  }

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Nil after the last tag.
  mutating func next() throws(Malformed) -> Tag? {
    while true {
      guard let start = bytes[offset...].firstIndex(of: UInt8(ascii: "<")) else { return nil }
      offset = start + 1
      switch try byte() {
      case UInt8(ascii: "?"): try pass("?", to: "?>")
      case UInt8(ascii: "!") where has("!--"): try pass("!--", to: "-->")
      case UInt8(ascii: "!"): try pass("![CDATA[", to: "]]>")
      case UInt8(ascii: "/"):
        offset += 1
        let name = try name()
        passSpace()
        guard try byte() == UInt8(ascii: ">") else { throw Malformed() }
        offset += 1
        return Tag(kind: .end, range: start..<offset, name: name)
      default: return try startTag(start)
      }
    }
  }

  private mutating func startTag(_ start: Int) throws(Malformed) -> Tag {
    let name = try name()
    var attributes: [Attribute] = []
    while true {
      let before = offset
      passSpace()
      switch try byte() {
      case UInt8(ascii: ">"):
        offset += 1
        return Tag(kind: .start, range: start..<offset, name: name, attributes: attributes)
      case UInt8(ascii: "/"):
        guard has("/>") else { throw Malformed() }
        offset += 2
        return Tag(kind: .empty, range: start..<offset, name: name, attributes: attributes)
      default:
        if offset == before { throw Malformed() }
        attributes.append(try attribute(before))
      }
    }
  }

  private mutating func attribute(_ start: Int) throws(Malformed) -> Attribute {
    let name = try name()
    passSpace()
    guard try byte() == UInt8(ascii: "=") else { throw Malformed() }
    offset += 1
    passSpace()
    let quote = try byte()
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw Malformed() }
    offset += 1
    guard let end = bytes[offset...].firstIndex(of: quote) else { throw Malformed() }
    let value = offset..<end
    offset = end + 1
    return Attribute(range: start..<offset, name: name, value: value)
  }

  /// Accepts all bytes except space and tag punctuation. This is not a validator.
  private mutating func name() throws(Malformed) -> Range<Int> {
    let start = offset
    while offset < bytes.count, !XMLScanner.endsName(bytes[offset]) { offset += 1 }
    guard offset > start else { throw Malformed() }
    return start..<offset
  }

  private static func endsName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x20, UInt8(ascii: ">"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: "\""),
      UInt8(ascii: "'"):
      true
    default: false
    }
  }

  private mutating func passSpace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  private func byte() throws(Malformed) -> UInt8 {
    guard offset < bytes.count else { throw Malformed() }
    return bytes[offset]
  }

  private func has(_ text: String) -> Bool { bytes[offset...].startsWithText(text) }

  /// Skips a construct that starts and ends with these texts.
  private mutating func pass(_ start: String, to end: String) throws(Malformed) {
    guard has(start) else { throw Malformed() }
    offset += start.utf8.count
    while offset < bytes.count {
      if has(end) {
        offset += end.utf8.count
        return
      }
      offset += 1
    }
    throw Malformed()
  }
}

extension XMLScanner {
  /// The text that an attribute's value represents: references to characters are replaced (XML 1.0, 4.1 and 4.6).
  static func text(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard value.contains(UInt8(ascii: "&")) else { return value }
    var result: [UInt8] = []
    var rest = value
    while let start = rest.firstIndex(of: UInt8(ascii: "&")) {
      result += rest[..<start]
      rest = rest[start...]
      guard let end = rest.prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
        result.append(rest.removeFirst())
        continue
      }
      result += character(String(decoding: rest[(start + 1)..<end], as: UTF8.self)).map { Array(String($0).utf8) } ?? []
      rest = rest[(end + 1)...]
    }
    return (result + rest)[...]
  }

  private static func character(_ name: String) -> Character? {
    let named: [String: Character] = ["lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'"]
    if let known = named[name] { return known }
    let number =
      name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
    return number.flatMap(Unicode.Scalar.init).map(Character.init)
  }
}
