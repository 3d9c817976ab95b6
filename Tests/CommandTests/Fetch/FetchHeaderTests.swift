import Foundation
import TestSupport
import Testing

private let rex = (try? Places.sample("dogs/rex.jpg")) ?? []

/// Headers are often credentials: they are sent only to the origins in the list.
@Suite("fetch sends headers only to their origins", .serialized)
struct FetchHeaderTests {
  private func fetch(_ list: [String], _ options: [String], _ scratch: ScratchFolder) throws -> Response {
    try Command.run(
      arguments: ["fetch", "-", "--out", scratch["out"], "--json", "--allow-private", "--retries", "0", "--no-journal"]
        + options, input: Data(list.map { $0 + "\n" }.joined().utf8))
  }

  /// The paths that were requested with a header.
  private func paths(_ server: TestServer, with name: String) -> [String] {
    server.requests.filter { $0.headers[name] != nil }.map { $0.path }.sorted()
  }

  @Test(
    "Over http no headers are sent unless the user allows it, and one warning is reported",
    arguments: ["threads", "processes"])
  func overHTTP(mode: String) throws {
    let server = try TestServer { _, reply in reply.answer(200, [], rex) }
    defer { server.stop() }
    let list = [server.address("/a"), server.address("/b")]
    let headers = ["--header", "X-Key: secret", "--header-for", "127.0.0.1", "X-Other: secret", "--mode", mode]
    let scratch = try ScratchFolder()
    let held = try fetch(list, headers, scratch)
    #expect(held.status == 0, "\(held.error)")
    #expect(server.requests.count == 2)
    #expect(paths(server, with: "x-key").isEmpty && paths(server, with: "x-other").isEmpty)
    let warnings = try held.events.filter { $0["event"] as? String == "warning" && $0["code"] as? String == "headers" }
    #expect(warnings.count == 1)
    #expect((warnings.first?["message"] as? String)?.contains("--header-over-http") == true)
    let sent = try fetch(list, headers + ["--header-over-http"], scratch)
    #expect(sent.status == 0)
    #expect(paths(server, with: "x-key") == ["/a", "/b"] && paths(server, with: "x-other") == ["/a", "/b"])
    #expect(try !sent.events.contains { $0["code"] as? String == "headers" })
  }

  @Test(
    "A redirection to another host or port gets no headers, one within the origin does",
    arguments: ["threads", "processes"])
  func redirections(mode: String) throws {
    let other = try TestServer { _, reply in reply.answer(200, [], rex) }
    defer { other.stop() }
    let server = try TestServer(hosts: 2) { request, reply in
      let port = request.headers["host"]?.split(separator: ":").last ?? ""
      switch request.path {
      case "/host": reply.answer(302, ["Location: http://127.0.0.2:\(port)/over-host"])
      case "/port": reply.answer(302, ["Location: \(other.address("/over-port"))"])
      case "/within": reply.answer(302, ["Location: /here"])
      case "/back": reply.answer(302, ["Location: http://127.0.0.2:\(port)/turn"])
      case "/turn": reply.answer(302, ["Location: http://127.0.0.1:\(port)/home"])
      default: reply.answer(200, [], rex)
      }
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let answer = try fetch(
      ["/host", "/port", "/within", "/back"].map { server.address($0) },
      ["--header", "Cookie: a=b", "--header-for", "127.0.0.2", "X-Two: b", "--header-over-http", "--mode", mode],
      scratch)
    #expect(answer.status == 0, "\(answer.error)")
    #expect(paths(server, with: "cookie") == ["/back", "/here", "/home", "/host", "/port", "/within"])
    #expect(other.requests.map(\.path) == ["/over-port"] && paths(other, with: "cookie").isEmpty)
    // No address in the list has that host; redirections to it do not count.
    #expect(paths(server, with: "x-two").isEmpty)
  }

  @Test("The user's own Accept replaces that of the program", arguments: ["threads", "processes"])
  func accept(mode: String) throws {
    let server = try TestServer { _, reply in reply.answer(200, [], rex) }
    defer { server.stop() }
    for header in ["Accept: image/webp", "accept:image/webp"] {
      let options = ["--header", header, "--header-over-http", "--mode", mode]
      #expect(try fetch([server.address("/a")], options, ScratchFolder()).status == 0)
    }
    #expect(server.requests.map { $0.headers["accept"] } == ["image/webp", "image/webp"])
  }

  @Test("--header-for sends only to its host, and only to its port if it has one")
  func oneHost() throws {
    let server = try TestServer(hosts: 2) { _, reply in reply.answer(200, [], rex) }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let options = [
      "--header-for", "127.0.0.1", "X-One: 1", "--header-for=127.0.0.2:\(server.port) X-Two: 2", "--header-for",
      "127.0.0.2:1", "X-Three: 3", "--header-over-http",
    ]
    let answer = try fetch([server.address("/1"), server.address("/2", host: 2)], options, scratch)
    #expect(answer.status == 0, "\(answer.error)")
    #expect(paths(server, with: "x-one") == ["/1"] && paths(server, with: "x-two") == ["/2"])
    #expect(paths(server, with: "x-three").isEmpty)
  }

  @Test(
    "Invalid headers, invalid hosts and proxy headers are refused before any request",
    arguments: [
      (["--header", "no colon"], "'Name: value'"), (["--header", "A: b\nC: d"], "'Name: value'"),
      (["--header-for", "dogs.example", "no colon"], "'Name: value'"),
      (["--header-for", "https://dogs.example", "A: b"], "is for a host"),
      (["--header-for", "me@dogs.example", "A: b"], "is for a host"),
      (["--header-for", "dogs.example/x", "A: b"], "is for a host"),
      (["--header", "Proxy-Authorization: Basic eA=="], "https_proxy"),
      (["--header-for", "a", "proxy-authorization: x"], "https_proxy"),
      (["--header-over-http"], "needs --header or --header-for"), (["--header-for", "dogs.example"], "header-for"),
    ])
  func refusals(options: [String], text: String) throws {
    let answer = try fetch(["http://127.0.0.1:1/a"], options, ScratchFolder())
    #expect(answer.status == 64 && answer.error.contains(text), "\(answer.error)")
    #expect(answer.output.isEmpty)
  }
}
