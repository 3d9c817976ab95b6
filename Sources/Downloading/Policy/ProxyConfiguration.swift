internal import Glibc
internal import SystemSupport
internal import TextFormatting

/// The proxies in the environment: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`, with their usual meaning. An empty
/// variable counts as unset.
///
/// libcurl is kept from reading them, because the code that opens the socket must know whether the peer is a proxy: the user
/// chose the proxy, which may have a private address. Each request selects its proxy, so that a redirection uses the rule for its
/// target.
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
    // Not HTTP_PROXY: in a CGI program, that variable contains a header of the client (CVE-2016-5385).
    proxies = ["http": value(["http_proxy"]) ?? all, "https": value(["https_proxy", "HTTPS_PROXY"]) ?? all]
      .compactMapValues { $0 }
    exceptions = (value(["no_proxy", "NO_PROXY"]) ?? "").unicodeScalars
      .split { $0 == "," || $0.properties.isWhitespace }.compactMap { ProxyException(String($0)) }
  }

  /// The configuration in this process's environment.
  package static var ofEnvironment: ProxyConfiguration {
    ProxyConfiguration { Environment[$0] }
  }

  /// The proxy for a URL; nil for none.
  package func proxy(for address: HTTPURL) -> String? {
    guard let proxy = proxies[address.scheme], !exceptions.contains(where: { $0.covers(address) }) else { return nil }
    return proxy
  }
}

/// One entry of `no_proxy`: "*", a domain with its subdomains, an address or an address range, with an optional port.
private struct ProxyException {
  let name: String
  let port: String?

  /// Nil for an empty entry.
  init?(_ text: String) {
    var text = text.lowercased()[...]
    let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
    // An IPv6 address contains colons, so its port follows brackets.
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
