internal import CCurl
internal import ImageErrors
internal import TextFormatting

/// An address of http or https, as libcurl reads it: so nobody can be told one host here and another there.
package struct HTTPURL: Hashable, Sendable {
  /// A user and a password that stand in an address. They are kept apart, so that no text has them that is shown or kept.
  package struct Login: Hashable, Sendable {
    let user: String
    let password: String
  }

  /// Without a login.
  package let text: String
  package let scheme: String
  /// In small letters, without the dot that may end a name, and in ASCII alone (RFC 3490, 3.1).
  package let host: String
  package let port: String
  package let path: String
  package private(set) var login: Login?

  /// Addresses are long in lies only.
  private static let maxByteCount = 1 << 14

  /// Nil for anything else. Wants an open `CurlLibrary`.
  /// - Parameter base: what a relative address starts from, as that of a redirection.
  package init?(_ reference: String, from base: HTTPURL? = nil) {
    // What a terminal or a log would obey is in no address; a space is, in bad lists.
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

  /// Nil where the text became too long by what it started from, or by escapes: whatever is an address is one again when it
  /// is read by a worker process or from a journal.
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

  /// Whether what is meant for one may be sent to the other (RFC 6454).
  package func hasOrigin(of other: HTTPURL) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  /// The same address with another login.
  func with(_ login: Login?) -> HTTPURL {
    var address = self
    address.login = login
    return address
  }

  /// Why a text is no address that can be asked for.
  static func fault(of text: String) -> JobError {
    if let parts = Parts(escapingSpaces(text), from: nil, host: nil), HostName.ascii(parts.host) == nil {
      return .fetch(
        .network,
        "its host name has characters that are not converted here; write the name in its ASCII form (xn--...)")
    }
    return .fetch(.network, "not an address of http or https")
  }
}

/// What libcurl reads in a text.
private struct Parts {
  let text: String
  let scheme: String
  let host: String
  let port: String
  let path: String
  let login: HTTPURL.Login?

  /// - Parameters:
  ///   - base: what a relative text starts from.
  ///   - host: in place of the text's own.
  init?(_ reference: String, from base: String?, host: String?) {
    let parts = unsafe reference.withCString { reference in
      unsafe withOptionalCString(base) { base in
        unsafe withOptionalCString(host) { unsafe web_address_create(reference, base, $0) }
      }
    }
    guard let parts = unsafe parts else { return nil }
    defer { unsafe web_address_destroy(parts) }
    text = unsafe String(cString: web_address_text(parts))
    scheme = unsafe String(cString: web_address_scheme(parts))
    self.host = unsafe String(cString: web_address_host(parts))
    port = unsafe String(cString: web_address_port(parts))
    path = unsafe String(cString: web_address_path(parts))
    let user = unsafe web_address_user(parts).map { unsafe String(cString: $0) }
    let password = unsafe web_address_password(parts).map { unsafe String(cString: $0) }
    login = user == nil && password == nil ? nil : HTTPURL.Login(user: user ?? "", password: password ?? "")
  }
}

/// Lends a text, or null where there is none.
func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
  guard let text else { return body(nil) }
  return unsafe text.withCString { unsafe body($0) }
}

private func escapingSpaces(_ text: String) -> String {
  text.split(separator: " ", omittingEmptySubsequences: false).joined(separator: "%20")
}
