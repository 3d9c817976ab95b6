internal import CCurl

/// An address of http or https, as libcurl reads it: so nobody can be told one host here and another there.
package struct WebAddress: Hashable, Sendable {
  package let text: String
  package let scheme: String
  /// In small letters, without the dot that may end a name.
  package let host: String
  package let port: String
  package let path: String
  /// Whether a user or a password stands in it.
  package let hasUser: Bool

  /// Nil for anything else. Wants an open `CurlLibrary`.
  package init?(_ words: String) {
    // What a terminal or a log would obey is in no address; a space is, in bad lists.
    guard words.utf8.count <= 1 << 14, !words.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }),
      let parts = unsafe web_address_create(words.filter { $0 != " " } == words ? words : escapingSpaces(words))
    else { return nil }
    defer { unsafe web_address_destroy(parts) }
    text = unsafe String(cString: web_address_text(parts))
    scheme = unsafe String(cString: web_address_scheme(parts)).lowercased()
    var host = unsafe String(cString: web_address_host(parts)).lowercased()
    if host.hasSuffix(".") { host.removeLast() }
    self.host = host
    port = unsafe String(cString: web_address_port(parts))
    path = unsafe String(cString: web_address_path(parts))
    hasUser = unsafe web_address_has_user(parts)
  }

  /// Whether what is meant for one may be sent to the other (RFC 6454).
  package func hasOrigin(of other: WebAddress) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }
}

private func escapingSpaces(_ words: String) -> String {
  words.split(separator: " ", omittingEmptySubsequences: false).joined(separator: "%20")
}
