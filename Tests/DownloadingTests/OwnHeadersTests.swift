import Testing

@testable import Downloading

@Suite struct OwnHeadersTests {
  init() throws { try #require(CurlLibrary.open() == nil) }

  private func address(_ text: String) throws -> HTTPURL { try #require(HTTPURL(text)) }

  private func headers(overHTTP: Bool = false) throws -> OwnHeaders {
    var headers = OwnHeaders()
    headers.lines = ["All: 1"]
    headers.hostLines = [
      OwnHeaders.HostLine(try #require(HeaderHost("Dogs.Example.")), "Dogs: 2"),
      OwnHeaders.HostLine(try #require(HeaderHost("dogs.example:8443")), "Port: 3"),
    ]
    headers.overHTTP = overHTTP
    return headers
  }

  @Test(arguments: [
    ("https://dogs.example/a", "https://dogs.example/b", ["All: 1", "Dogs: 2"]),
    ("https://dogs.example/a", "https://DOGS.example:443/b", ["All: 1", "Dogs: 2"]),
    ("https://dogs.example:8443/a", "https://dogs.example:8443/a", ["All: 1", "Dogs: 2", "Port: 3"]),
    ("https://cats.example/a", "https://cats.example/a", ["All: 1"]),
    // A subdomain or a parent domain is another host.
    ("https://www.dogs.example/a", "https://www.dogs.example/a", ["All: 1"]),
    ("https://example/a", "https://example/a", ["All: 1"]),
    // Another scheme, host or port than in the list.
    ("https://dogs.example/a", "http://dogs.example/a", []),
    ("http://dogs.example/a", "https://dogs.example/a", []),
    ("https://dogs.example/a", "https://dogs.example:8443/a", []),
    ("https://cats.example/a", "https://dogs.example/a", []),
    ("https://dogs.example/a", "https://www.dogs.example/a", []),
    ("http://dogs.example/a", "http://dogs.example/a", []),
  ])
  func `lines go to the origin of the list's address, over https`(home: String, asked: String, lines: [String]) throws {
    #expect(try headers().lines(for: address(asked), of: address(home)) == lines)
  }

  @Test func `over http lines are sent if the user allows it, and still only to the origin`() throws {
    let http = try address("http://dogs.example/a")
    #expect(try headers(overHTTP: true).lines(for: http, of: http) == ["All: 1", "Dogs: 2"])
    #expect(try headers(overHTTP: true).lines(for: address("https://dogs.example/a"), of: http).isEmpty)
    #expect(try headers(overHTTP: true).lines(for: http, of: address("https://dogs.example/a")).isEmpty)
  }

  @Test func `withheld lines are reported only where there are some`() throws {
    #expect(try headers().areHeldBack(from: address("http://cats.example/")))
    #expect(try !headers().areHeldBack(from: address("https://cats.example/")))
    #expect(try !headers(overHTTP: true).areHeldBack(from: address("http://cats.example/")))
    var hostOnly = try headers()
    hostOnly.lines = []
    #expect(try !hostOnly.areHeldBack(from: address("http://cats.example/")))
    #expect(try hostOnly.areHeldBack(from: address("http://dogs.example/")))
  }

  @Test(arguments: [
    ("b\u{FC}cher.example", "https://xn--bcher-kva.example/"),
    ("XN--BCHER-KVA.example", "https://B\u{DC}CHER.example/"),
    ("127.1", "https://127.0.0.1/"), ("[::1]", "https://[0:0:0:0:0:0:0:1]/"), ("[::1]:444", "https://[::1]:444/"),
    ("dogs.example:443", "https://dogs.example/"),
  ])
  func `hosts are compared in their normalized form`(host: String, home: String) throws {
    #expect(try #require(HeaderHost(host)).covers(address(home)))
  }

  @Test(arguments: [
    "", "https://dogs.example", "dogs.example/a", "me@dogs.example", "a b", "dogs.example:x", "dogs.example?", "a#b",
    "a\\b",
    "dogs.example:99999", "*.dogs.example",
  ])
  func `an invalid host is refused`(text: String) { #expect(HeaderHost(text) == nil) }
}
