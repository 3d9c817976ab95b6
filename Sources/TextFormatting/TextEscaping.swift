package import SystemPackage
internal import SystemSupport

extension FilePath {
  /// The path as a terminal may show it: control characters and bytes that are no UTF-8 are escaped (`\n`, `\x1b`).
  package var forTerminal: String { terminalText(bytes) }
}

/// Text that came from a file or a library, made harmless for a terminal: a name must not move the cursor.
package func terminalText(_ text: String) -> String { terminalText(Array(text.utf8)) }

/// Escapes control characters, characters that are not seen or reorder what is seen (`HiddenCharacters.swift`), and invalid
/// bytes; leaves the rest.
package func terminalText(_ bytes: [UInt8]) -> String {
  var text = ""
  text.reserveCapacity(bytes.count)
  var decoder = Unicode.UTF8.ForwardParser()
  var rest = bytes.makeIterator()
  // Bytes taken so far, to name those that the parser refuses.
  var position = 0
  while true {
    switch decoder.parseScalar(from: &rest) {
    case .valid(let encoded):
      position += encoded.count
      let scalar = Unicode.UTF8.decode(encoded)
      if let escape = escape(of: scalar) { text += escape } else { text.unicodeScalars.append(scalar) }
    case .error(let length):
      for byte in bytes[position..<position + length] { text += "\\x" + hexadecimal(byte) }
      position += length
    case .emptyInput:
      return text
    }
  }
}

/// How a character is shown that cannot be shown as it is; nil for all others.
func escape(of scalar: Unicode.Scalar) -> String? {
  guard scalar.isControl || scalar.isHidden else { return nil }
  switch scalar.value {
  case 0x09: return "\\t"
  case 0x0A: return "\\n"
  case 0x0D: return "\\r"
  case 0..<0x80: return "\\x" + hexadecimal(UInt8(scalar.value))
  default: return "\\u{" + String(scalar.value, radix: 16) + "}"
  }
}

func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16)
}
