internal import Glibc
internal import TextFormatting

/// The proxies that the environment names, as other tools read it: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`.
/// A variable without a value counts as one that is not there.
///
/// Read here and not by libcurl, which is kept from it, because who connects has to know whether it is a proxy that it
/// connects to: that one was chosen by the user, and may well be private. Asked anew for each request, so that a
/// redirection goes by the rule for where it leads.
package struct ProxyConfiguration: Sendable {
  private let proxies: [String: String]
  private let exceptions: [ProxyException]

  package init(_ environment: (String) -> String?) {
    func value(_ names: [String]) -> String? {
      for name in names {
        if let value = environment(name), !value.isEmpty { return value }
      }
      return nil
    }
    let all = value(["all_proxy", "ALL_PROXY"])
    // Not HTTP_PROXY: to a program that a web server starts, that is a header of its client's.
    proxies = ["http": value(["http_proxy"]) ?? all, "https": value(["https_proxy", "HTTPS_PROXY"]) ?? all]
      .compactMapValues { $0 }
    exceptions = (value(["no_proxy", "NO_PROXY"]) ?? "").unicodeScalars
      .split { $0 == "," || $0.properties.isWhitespace }.compactMap { ProxyException(String($0)) }
  }

  /// Of this process.
  package static var ofEnvironment: ProxyConfiguration {
    ProxyConfiguration { name in
      // SAFETY: getenv gives null or a zero-terminated text, copied before anything could change the environment.
      unsafe getenv(name).map { unsafe String(cString: $0) }
    }
  }

  /// The proxy to ask for an address; nil for none.
  package func proxy(for address: HTTPURL) -> String? {
    guard let proxy = proxies[address.scheme], !exceptions.contains(where: { $0.covers(address) }) else { return nil }
    return proxy
  }
}

/// One entry of `no_proxy`: "*", a name that stands for those below it, an address or a range of them; with a port, if that
/// counts.
private struct ProxyException {
  let name: String
  let port: String?

  /// Nil where nothing is in it.
  init?(_ text: String) {
    var text = text.lowercased()[...]
    let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
    // An address of IPv6 has colons itself, so a port stands behind brackets there.
    if let colon = text.lastIndex(of: ":"), colons == 1 || text[..<colon].hasSuffix("]") {
      port = String(text[text.index(after: colon)...])
      text = text[..<colon]
    } else {
      port = nil
    }
    if text.hasPrefix("*.") { text.removeFirst() }
    if text.hasPrefix(".") { text.removeFirst() }
    if text.hasSuffix(".") { text.removeLast() }
    if text.isEmpty { return nil }
    name = HostName.ascii(String(text)) ?? String(text)
  }

  func covers(_ address: HTTPURL) -> Bool {
    if let port, port != address.port { return false }
    return name == "*" || address.host == name || address.host.hasSuffix("." + name)
      || AddressPolicy.isWithin(address.host, name)
  }
}
