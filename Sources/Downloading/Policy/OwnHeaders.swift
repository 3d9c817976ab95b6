/// The header lines of the user, as "Name: value", and which requests get them.
///
/// They are often keys, so they are for the origins (RFC 6454: scheme, host and port) that the list names and for nothing
/// that those lead to, and are sent over https alone unless the user says otherwise.
package struct OwnHeaders: Sendable {
  /// A line for one host.
  package struct HostLine: Sendable {
    let host: HeaderHost
    let line: String

    package init(_ host: HeaderHost, _ line: String) {
      self.host = host
      self.line = line
    }
  }

  /// Lines for every host of the list.
  package var lines: [String] = []
  package var hostLines: [HostLine] = []
  /// Whether they are sent over http, too, where anyone on the way can read them.
  package var overHTTP = false

  package init() {}

  /// The lines for one request of a download.
  /// - Parameters:
  ///   - address: which is asked: elsewhere than `home` after a redirection.
  ///   - home: as the list has it.
  package func lines(for address: HTTPURL, of home: HTTPURL) -> [String] {
    guard address.hasOrigin(of: home), overHTTP || address.scheme == "https" else { return [] }
    return meant(for: home)
  }

  /// Whether lines that are meant for an address of the list are not sent there, since it is one of http.
  package func areHeldBack(from home: HTTPURL) -> Bool {
    !overHTTP && home.scheme != "https" && !meant(for: home).isEmpty
  }

  private func meant(for home: HTTPURL) -> [String] {
    lines + hostLines.filter { $0.host.covers(home) }.map(\.line)
  }
}

/// A host that a header is for, with a port where that counts: "dogs.example" or "dogs.example:8443".
package struct HeaderHost: Hashable, Sendable {
  private let host: String
  /// Nil for any.
  private let port: String?

  /// Nil where a text is no such host. Wants an open `CurlLibrary`.
  package init?(_ text: String) {
    // All that could end or begin another part of an address.
    guard !text.isEmpty, !text.utf8.contains(where: { "/?#@\\ ".utf8.contains($0) }),
      let address = HTTPURL("https://\(text)/"), !address.host.isEmpty
    else { return nil }
    host = address.host
    // The colons of an address of IPv6 stand within brackets.
    let end = text.lastIndex(of: "]") ?? text.startIndex
    port = text[end...].contains(":") ? address.port : nil
  }

  /// Names are compared as HTTPURL has them: in small letters and ASCII.
  func covers(_ address: HTTPURL) -> Bool { host == address.host && (port == nil || port == address.port) }
}
