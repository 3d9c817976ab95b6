import Testing

@testable import Downloading
@testable import TextFormatting

@Suite("Proxies in the environment")
struct ProxyConfigurationTests {
  init() { #expect(CurlLibrary.open() == nil) }

  private func proxy(_ address: String, _ variables: [String: String]) throws -> String? {
    try ProxyConfiguration { variables[$0] }.proxy(for: #require(HTTPURL(address)))
  }

  @Test("An empty variable counts as unset, and lowercase names take precedence")
  func variables() throws {
    #expect(try proxy("https://a/", ["https_proxy": "", "HTTPS_PROXY": "p:1"]) == "p:1")
    #expect(try proxy("https://a/", ["https_proxy": "p:2", "HTTPS_PROXY": "p:1"]) == "p:2")
    #expect(try proxy("http://a/", ["http_proxy": "", "HTTP_PROXY": "p:1", "ALL_PROXY": "p:3"]) == "p:3")
    #expect(try proxy("http://a/", ["https_proxy": "p:2"]) == nil)
    #expect(try proxy("http://a/", ["http_proxy": "p:1", "no_proxy": "", "NO_PROXY": "a"]) == nil)
    #expect(try proxy("http://a/", ["http_proxy": "p:1", "no_proxy": "b", "NO_PROXY": "a"]) == "p:1")
  }

  @Test(
    "Exceptions in all notations",
    arguments: [
      "dogs.net", "dogs.net.", ".dogs.net", "*.dogs.net", "x\tdogs.net", "x,,dogs.net", " dogs.net\n", "net",
      "DOGS.NET",
      "dogs.net:80", "*", "x *",
    ])
  func exceptions(list: String) throws {
    for host in ["dogs.net", "dogs.net.", "www.Dogs.net"] {
      #expect(try proxy("http://\(host)/a", ["http_proxy": "p:1", "no_proxy": list]) == nil)
    }
  }

  @Test(
    "Entries that are not exceptions for the host",
    arguments: ["gs.net", "dogs.net:81", "dogs.ne", "www.dogs.net.org", ",", ".", ":"])
  func none(list: String) throws {
    #expect(try proxy("http://dogs.net/a", ["http_proxy": "p:1", "no_proxy": list]) == "p:1")
  }

  @Test(
    "Addresses and address ranges",
    arguments: [
      ("10.1.2.3", "10.0.0.0/8", true), ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.0/25", true),
      ("10.1.2.200", "10.1.2.0/25", false), ("11.0.0.1", "10.0.0.0/8", false), ("10.1.2.3", "0.0.0.0/0", true),
      ("[fd00::1]", "fd00::/8", true), ("[fd00::1]", "fd00:0:0::1", true), ("[fd00::1]", "[fd00::1]:80", true),
      ("[fd00::1]", "[fd00::1]:81", false), ("[fe00::1]", "fd00::/8", false), ("10.1.2.3", "10.0.0.0/33", false),
      ("10.1.2.3", "10.0.0.0/x", false), ("dogs.net", "0.0.0.0/0", false),
    ])
  func ranges(host: String, list: String, isException: Bool) throws {
    #expect(try (proxy("http://\(host)/", ["http_proxy": "p:1", "no_proxy": list]) == nil) == isException)
  }

  @Test("Both forms of an internationalized name are equal")
  func names() throws {
    for (host, list) in [("b\u{FC}cher.net", "xn--bcher-kva.net"), ("xn--bcher-kva.net", "B\u{FC}cher.net")] {
      #expect(try proxy("http://\(host)/", ["http_proxy": "p:1", "no_proxy": list]) == nil)
    }
  }
}
