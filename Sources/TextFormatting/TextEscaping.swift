package import SystemPackage
internal import SystemSupport

extension FilePath {
  /// The path, safe for a terminal: control characters and invalid UTF-8 are escaped (`\n`, `\x1b`).
  package var forTerminal: String { terminalText(bytes) }
}

/// Text from a file or library, safe for a terminal: a name must not move the cursor.
package func terminalText(_ text: String) -> String { terminalText(Array(text.utf8)) }

/// Escapes control characters, characters that are invisible or change the text order (`HiddenCharacters.swift`), and invalid
/// UTF-8.
package func terminalText(_ bytes: [UInt8]) -> String {
  var text = ""
  text.reserveCapacity(bytes.count)
  var decoder = Unicode.UTF8.ForwardParser()
  var rest = bytes.makeIterator()
  // Bytes consumed so far, to find those that the parser rejects.
  var position = 0
  while true {
    switch decoder.parseScalar(from: &rest) {
    case .valid(let encoded):
      position += encoded.count
      let scalar = Unicode.UTF8.decode(encoded)
      if let escape = escape(of: scalar) { text += escape } else { text.unicodeScalars.append(scalar) }
    case .error(let length):
      for byte in bytes[position..<position + length] { text += "\\x" + Hexadecimal.text([byte]) }
      position += length
    case .emptyInput:
      return text
    }
  }
}

/// The escape of a character that must not be shown as it is; nil for all others.
func escape(of scalar: Unicode.Scalar) -> String? {
  guard scalar.isControl || scalar.isHidden else { return nil }
  switch scalar.value {
  case 0x09: return "\\t"
  case 0x0A: return "\\n"
  case 0x0D: return "\\r"
  case 0..<0x80: return "\\x" + Hexadecimal.text([UInt8(scalar.value)])
  default: return "\\u{" + String(scalar.value, radix: 16) + "}"
  }
}
