internal import SystemSupport

/// A URL as people read it: percent-encoded characters are decoded (RFC 3986, 2.1). Sequences that are not UTF-8, or that contain
/// characters which must not be shown, stay encoded.
package func percentDecoded(_ text: String) -> String {
  var shown = ""
  let utf8 = Array(text.utf8)
  var rest = utf8[...]
  while let byte = rest.first {
    guard byte == UInt8(ascii: "%") else {
      let plain = rest.prefix { $0 != UInt8(ascii: "%") }
      shown += String(decoding: plain, as: UTF8.self)
      rest = rest.dropFirst(plain.count)
      continue
    }
    var bytes: [UInt8] = []
    let start = rest.startIndex
    while let next = encodedByte(rest) {
      bytes.append(next)
      rest = rest.dropFirst(3)
    }
    if bytes.isEmpty { rest = rest.dropFirst() }
    shown += bytes.isEmpty ? "%" : readable(bytes, encoded: Array(utf8[start..<rest.startIndex]))
  }
  return terminalText(shown)
}

/// - Parameter encoded: the same bytes, each as three characters.
private func readable(_ bytes: [UInt8], encoded: [UInt8]) -> String {
  var text = ""
  var parser = Unicode.UTF8.ForwardParser()
  var rest = bytes.makeIterator()
  var position = 0
  while true {
    let end: Int
    switch parser.parseScalar(from: &rest) {
    case .valid(let character):
      end = position + character.count
      let scalar = Unicode.UTF8.decode(character)
      if !scalar.isControl && !scalar.isHidden {
        text.unicodeScalars.append(scalar)
        position = end
        continue
      }
    case .error(let length): end = position + length
    case .emptyInput: return text
    }
    text += String(decoding: encoded[position * 3..<end * 3], as: UTF8.self)
    position = end
  }
}

private func encodedByte(_ bytes: ArraySlice<UInt8>) -> UInt8? {
  guard bytes.count >= 3, bytes.first == UInt8(ascii: "%") else { return nil }
  let digits = bytes.dropFirst().prefix(2)
  // `UInt8(_:radix:)` also takes a sign.
  guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
  return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
}
