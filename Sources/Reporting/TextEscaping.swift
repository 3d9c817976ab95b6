internal import Batch
package import SystemPackage

extension FilePath {
  /// The path as a terminal may show it: control characters and bytes that are no UTF-8 are escaped (`\n`, `\x1b`).
  package var forTerminal: String { terminalText(bytes) }
}

/// Text that came from a file or a library, made harmless for a terminal: a name must not move the cursor.
package func terminalText(_ text: String) -> String { terminalText(Array(text.utf8)) }

/// Escapes control characters, bidirectional overrides (they reorder what is read) and invalid bytes; leaves the rest.
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
      if let escape = escape(scalar) { text += escape } else { text.unicodeScalars.append(scalar) }
    case .error(let length):
      for byte in bytes[position..<position + length] { text += "\\x" + hexadecimal(byte) }
      position += length
    case .emptyInput:
      return text
    }
  }
}

private func escape(_ scalar: Unicode.Scalar) -> String? {
  switch scalar.value {
  case 0x09: "\\t"
  case 0x0A: "\\n"
  case 0x0D: "\\r"
  case 0..<0x20, 0x7F: "\\x" + hexadecimal(UInt8(scalar.value))
  case 0x80...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
    "\\u{" + String(scalar.value, radix: 16) + "}"
  default: nil
  }
}

func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16)
}
