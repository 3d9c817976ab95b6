internal import CCurl
internal import ImageErrors
internal import SystemSupport
internal import TextFormatting

/// An http or https URL, parsed by libcurl. With one parser for checks and requests, both see the same host.
package struct HTTPURL: Hashable, Sendable {
  /// The user and password of a URL. They are stored separately, so that no displayed or stored text contains them.
  package struct Login: Hashable, Sendable {
    let user: String
    let password: String
  }

  /// The URL without a login.
  package let text: String
  package let scheme: String
  /// In lowercase, without a trailing dot, and in ASCII only (RFC 3490, 3.1).
  package let host: String
  package let port: String
  package let path: String
  package private(set) var login: Login?

  /// Longer texts are rejected.
  private static let maxByteCount = 1 << 14

  /// Nil for anything but a valid URL. `CurlLibrary` must be open.
  /// - Parameter base: the URL that a relative reference is resolved against, as in a redirection.
  package init?(_ reference: String, from base: HTTPURL? = nil) {
    // Control characters, which a terminal or a log would interpret, are not valid in a URL. A space is not valid either, but
    // occurs in real lists, and is escaped.
    guard reference.utf8.count <= HTTPURL.maxByteCount, !reference.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
    else {
      return nil
    }
    let reference = reference.utf8.contains(0x20) ? escapingSpaces(reference) : reference
    guard let parts = Parts(reference, from: base?.text, host: nil) else { return nil }
    if parts.host.utf8.allSatisfy({ $0 < 0x80 }) {
      self.init(parts)
    } else {
      guard let host = HostName.ascii(parts.host), let parts = Parts(reference, from: base?.text, host: host) else {
        return nil
      }
      self.init(parts)
    }
  }

  /// Nil where resolving or escaping made the text too long. So each URL that was accepted is accepted again when a worker
  /// process or a journal reader parses it.
  private init?(_ parts: Parts) {
    guard parts.text.utf8.count <= HTTPURL.maxByteCount else { return nil }
    text = parts.text
    scheme = parts.scheme.lowercased()
    let host = parts.host.lowercased()
    self.host = host.hasSuffix(".") ? String(host.dropLast()) : host
    port = parts.port
    path = parts.path
    login = parts.login
  }

  /// Whether both URLs have the same origin (RFC 6454), so that credentials for one may be sent to the other.
  package func hasOrigin(of other: HTTPURL) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  /// The same URL with another login.
  func with(_ login: Login?) -> HTTPURL {
    var address = self
    address.login = login
    return address
  }

  /// The reason why a text is not a URL that can be requested.
  static func fault(of text: String) -> JobError {
    if let parts = Parts(escapingSpaces(text), from: nil, host: nil), HostName.ascii(parts.host) == nil {
      return .fetch(
        .network,
        "its host name has characters that are not converted here", hint: .writeNameInASCII)
    }
    return .fetch(.network, "not an address of http or https")
  }
}

/// The parts of a URL, as parsed by libcurl.
private struct Parts {
  let text: String
  let scheme: String
  let host: String
  let port: String
  let path: String
  let login: HTTPURL.Login?

  /// - Parameters:
  ///   - base: the URL that a relative reference is resolved against.
  ///   - host: a replacement for the host in the text.
  init?(_ reference: String, from base: String?, host: String?) {
    let parts = unsafe reference.withCString { reference in
      unsafe withCStrings([base, host].map { $0.map { Array($0.utf8) } }) {
        unsafe web_address_create(reference, $0[0], $0[1])
      }
    }
    // SAFETY: the parts own zero-terminated strings, which are copied here before the parts are destroyed.
    guard let parts = unsafe parts else { return nil }
    defer { unsafe web_address_destroy(parts) }
    (text, scheme, self.host, port, path) = unsafe (
      String(cString: web_address_text(parts)), String(cString: web_address_scheme(parts)),
      String(cString: web_address_host(parts)), String(cString: web_address_port(parts)),
      String(cString: web_address_path(parts))
    )
    let user = unsafe web_address_user(parts).map { unsafe String(cString: $0) }
    let password = unsafe web_address_password(parts).map { unsafe String(cString: $0) }
    login = user == nil && password == nil ? nil : HTTPURL.Login(user: user ?? "", password: password ?? "")
  }
}

private func escapingSpaces(_ text: String) -> String {
  text.split(separator: " ", omittingEmptySubsequences: false).joined(separator: "%20")
}
