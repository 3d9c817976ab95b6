/// Removes credentials from the URLs in a text, so that it can be shown and stored. "****" replaces passwords, and also user
/// names without a password, which are often keys.
///
/// The function scans bytes and does not parse URLs, because some texts contain no valid URL. Everything after a host stays
/// unchanged, including the query.
package func withoutPasswords(_ text: String) -> String {
  let bytes = Array(text.utf8)
  var shown: [UInt8] = []
  var rest = bytes[...]
  var hasMark = false
  while let mark = endOfMark(in: rest) {
    hasMark = true
    shown += rest[..<mark]
    rest = rest[mark...]
    // A parser takes a slash in a password for the end of the host. The colon before it is then followed by something that is no
    // port.
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

/// End of the "://" before a host, which JSON also writes as ":\/\/".
private func endOfMark(in bytes: ArraySlice<UInt8>) -> Int? {
  for colon in bytes.indices where bytes[colon] == UInt8(ascii: ":") {
    for mark in ["://", ":\\/\\/"] where bytes[colon...].starts(with: mark.utf8) { return colon + mark.utf8.count }
  }
  return nil
}

/// Position of the "@" that ends the user information before a host (RFC 3986, 3.2.1); nil if there is none.
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
