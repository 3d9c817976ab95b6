/// A text that has web addresses in it, as it may be shown and kept: without passwords, and without users that stand
/// alone, which often are keys. "****" stands for them.
///
/// It reads bytes and no grammar, because texts that are no addresses come here too. What follows a host is left as it is,
/// queries among it.
package func withoutPasswords(_ text: String) -> String {
  let bytes = Array(text.utf8)
  var shown: [UInt8] = []
  var rest = bytes[...]
  var hasMark = false
  while let mark = endOfMark(in: rest) {
    hasMark = true
    shown += rest[..<mark]
    rest = rest[mark...]
    // A password with a slash in it ends the host for a reader: then its colon is followed by what is no port.
    guard let at = endOfLogin(rest) ?? endOfLoginBehindBadPort(rest) else { continue }
    shown += hidden(rest[..<at])
    rest = rest[at...]
  }
  if !hasMark, let at = endOfLogin(rest) {
    shown += hidden(rest[..<at])
    rest = rest[at...]
  }
  return rest.count == bytes.count ? text : String(decoding: shown + rest, as: UTF8.self)
}

/// Where an address's host may start: behind "://", which JSON also writes as ":\/\/".
private func endOfMark(in bytes: ArraySlice<UInt8>) -> Int? {
  for colon in bytes.indices where bytes[colon] == UInt8(ascii: ":") {
    for mark in ["://", ":\\/\\/"] where bytes[colon...].starts(with: mark.utf8) { return colon + mark.utf8.count }
  }
  return nil
}

/// Where a login before a host ends, at its "@"; nil where there is none.
private func endOfLogin(_ bytes: ArraySlice<UInt8>) -> Int? {
  bytes.prefix { !endsWord($0) && !#"/?#\"#.utf8.contains($0) }.lastIndex(of: UInt8(ascii: "@"))
}

private func endOfLoginBehindBadPort(_ bytes: ArraySlice<UInt8>) -> Int? {
  let host = bytes.prefix { !endsWord($0) && !#"/?#\"#.utf8.contains($0) }
  guard host.first != UInt8(ascii: "["), let colon = host.firstIndex(of: UInt8(ascii: ":")),
    host[(colon + 1)...].contains(where: { !(0x30...0x39).contains($0) })
  else { return nil }
  return bytes.prefix { !endsWord($0) }.lastIndex(of: UInt8(ascii: "@"))
}

private func endsWord(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == 0x7F }

private func hidden(_ login: ArraySlice<UInt8>) -> [UInt8] {
  guard let colon = login.firstIndex(of: UInt8(ascii: ":")) else { return Array("****".utf8) }
  return login[..<colon] + Array(":****".utf8)
}
