#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The proxies that the environment names, as other tools read it: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`.
///
/// Read here and not by libcurl, because who connects has to know whether it is a proxy that it connects to: that one was
/// chosen by the user, and may well be private.
package struct ProxyRule: Sendable {
  private let proxies: [String: String]
  private let exceptions: [String]

  package init(_ environment: (String) -> String?) {
    let all = environment("all_proxy") ?? environment("ALL_PROXY")
    var proxies: [String: String] = [:]
    // Not HTTP_PROXY: to a program that a web server starts, that is a header of its client's.
    proxies["http"] = environment("http_proxy") ?? all
    proxies["https"] = environment("https_proxy") ?? environment("HTTPS_PROXY") ?? all
    self.proxies = proxies.filter { !$0.value.isEmpty }
    exceptions = (environment("no_proxy") ?? environment("NO_PROXY") ?? "").lowercased()
      .split { $0 == "," || $0 == " " }.map { String($0.hasPrefix(".") ? $0.dropFirst() : $0) }
  }

  /// Of this process.
  package static var ofEnvironment: ProxyRule {
    ProxyRule { name in
      // SAFETY: getenv gives null or a zero-terminated text, copied before anything could change the environment.
      unsafe getenv(name).map { unsafe String(cString: $0) }
    }
  }

  /// The proxy to ask for an address; nil for none.
  package func proxy(for address: WebAddress) -> String? {
    guard let proxy = proxies[address.scheme] else { return nil }
    for exception in exceptions {
      if exception == "*" || address.host == exception || address.host.hasSuffix("." + exception) { return nil }
    }
    return proxy
  }
}
