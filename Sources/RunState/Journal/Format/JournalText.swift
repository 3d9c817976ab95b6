internal import SystemSupport

/// Escapes names of arbitrary bytes for a line of text: control characters and `%` become `%XX`, all other bytes stay. So a
/// record fits on one line and can be searched for a name.
package enum JournalText {
  static func escaped(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for byte in bytes {
      if byte >= 0x20 && byte != 0x7F && byte != percent {
        result.append(byte)
      } else {
        result += ("%" + Hexadecimal.text([byte]).uppercased()).utf8
      }
    }
    return result
  }

  static func unescaped(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var rest = bytes
    while let byte = rest.popFirst() {
      if byte == percent, rest.count >= 2, let value = Hexadecimal.value(rest.prefix(2)) {
        result.append(UInt8(value))
        rest.removeFirst(2)
      } else {
        result.append(byte)
      }
    }
    return result
  }

  static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  /// A line with its checksum at the start and a newline at the end.
  static func sealed(_ body: [UInt8]) -> [UInt8] {
    Array(String(checksum(body[...]), radix: 16).utf8) + [tab] + body + [UInt8(ascii: "\n")]
  }

  /// The argument of `sealed`, parsed from a line without its newline; nil if the line is torn, damaged or of another kind.
  static func unsealed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let end = line.firstIndex(of: tab), let sum = Hexadecimal.value(line[..<end]) else { return nil }
    let body = line[(end + 1)...]
    return checksum(body) == sum ? body : nil
  }

  /// 32 bits are enough to detect a torn line, or blocks of zeros after a power failure.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    var hash = FNVHash()
    hash.add(bytes)
    return hash.value >> 32
  }

  static let tab = UInt8(ascii: "\t")
  private static let percent = UInt8(ascii: "%")
}
