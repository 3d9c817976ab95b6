/// The user's header lines ("Name: value"), and the rule for which requests get them.
///
/// The lines are often credentials. They are sent only to the origins (RFC 6454: scheme, host and port) in the list, not to
/// redirection targets, and only over https unless the user allows http.
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
  /// Whether the lines are also sent over http, where any intermediary can read them.
  package var overHTTP = false

  package init() {}

  /// The lines for one request of a download.
  /// - Parameters:
  ///   - address: the requested URL; after a redirection it differs from `home`.
  ///   - home: the URL in the list.
  package func lines(for address: HTTPURL, of home: HTTPURL) -> [String] {
    guard address.hasOrigin(of: home), overHTTP || address.scheme == "https" else { return [] }
    return meant(for: home)
  }

  /// Whether lines for a URL of the list are withheld because its scheme is http.
  package func areHeldBack(from home: HTTPURL) -> Bool {
    !overHTTP && home.scheme != "https" && !meant(for: home).isEmpty
  }

  private func meant(for home: HTTPURL) -> [String] {
    lines + hostLines.filter { $0.host.covers(home) }.map(\.line)
  }
}

/// The host of a header, with an optional port: "dogs.example" or "dogs.example:8443".
package struct HeaderHost: Hashable, Sendable {
  private let host: String
  /// Nil for any port.
  private let port: String?

  /// Nil where the text is not a host. `CurlLibrary` must be open.
  package init?(_ text: String) {
    // These characters could end the host or start another part of a URL.
    guard !text.isEmpty, !text.utf8.contains(where: { "/?#@\\ ".utf8.contains($0) }),
      let address = HTTPURL("https://\(text)/"), !address.host.isEmpty
    else { return nil }
    host = address.host
    // The colons of an IPv6 address are inside the brackets.
    let end = text.lastIndex(of: "]") ?? text.startIndex
    port = text[end...].contains(":") ? address.port : nil
  }

  /// `HTTPURL` has normalized both names to lowercase ASCII.
  func covers(_ address: HTTPURL) -> Bool { host == address.host && (port == nil || port == address.port) }
}
