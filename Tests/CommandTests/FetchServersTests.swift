import Foundation
import TestSupport
import Testing

private let rex = (try? Places.sample("dogs/rex.jpg")) ?? []

/// What servers do that is right, if seldom.
@Suite("fetch takes what servers may say", .serialized)
struct FetchServersTests {
  private func fetch(
    _ list: [String], _ scratch: ScratchFolder, _ options: [String] = [], environment: [String: String] = [:]
  ) throws -> Answer {
    try Command.run(
      arguments: ["fetch", "-", "--out", scratch["out"], "--json", "--allow-private", "--retry-delay", "0.001"]
        + options,
      input: Data(list.map { $0 + "\n" }.joined().utf8), environment: environment)
  }

  private func failures(_ answer: Answer) throws -> [String] {
    try answer.events.compactMap { event in
      (event["error"] as? [String: Any]).map { "\(event["source"] ?? ""): \($0["code"] ?? "") \($0["message"] ?? "")" }
    }
  }

  /// Sends a redirection whose page is long, or breaks off.
  private static func redirection(_ path: String, _ reply: TestServer.Reply) -> Bool {
    switch path {
    case "/page/0", "/page/65536", "/page/65537", "/page/3000000":
      reply.answer(302, ["Location: /ok"], [UInt8](repeating: 120, count: Int(path.dropFirst(6)) ?? 0))
    case "/cut":
      reply.send("HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 5000\r\n\r\nhalf a page")
      reply.close()
    case "/choices": reply.answer(300, ["Location: ok"])
    case "/dots": reply.answer(301, ["Location: ../x/../ok?y=a b#part"])
    case "/latin":
      reply.send(Array("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /caf".utf8) + [0xE9, 13, 10, 13, 10])
    case "/two": reply.answer(302, ["Location: /missing", "Location: /ok"])
    default: return false
    }
    return true
  }

  @Test(
    "A redirection counts, however long its page is and however that ends", arguments: ["threads", "processes"])
  func redirections(mode: String) throws {
    let server = try TestServer { request, reply in
      if FetchServersTests.redirection(request.path, reply) { return }
      ["/ok", "/ok?y=a%20b", "/caf%E9"].contains(request.path) ? reply.answer(200, [], rex) : reply.answer(404)
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let paths = [
      "/page/0", "/page/65536", "/page/65537", "/page/3000000", "/cut", "/choices", "/dots", "/latin", "/two",
    ]
    let answer = try fetch(
      paths.map { server.address($0) }, scratch, ["--retries", "0", "--max-bytes", "1M", "--mode", mode])
    let failures = try failures(answer)
    #expect(answer.status == 0, "\(failures)")
    #expect(scratch.files(below: "out").count == paths.count)
  }

  @Test("The page of an error may be longer than any picture, or break off: the error is what counts")
  func errorPages() throws {
    let server = try TestServer { request, reply in
      if request.path == "/busy" && request.earlier > 0 { return reply.answer(200, [], rex) }
      reply.send("HTTP/1.1 \(request.path == "/busy" ? 503 : 404) Said\r\nContent-Length: 99999999\r\n\r\n")
      reply.send([UInt8](repeating: 120, count: 1000))
      reply.close()
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let answer = try fetch(["/busy", "/missing"].map { server.address($0) }, scratch, ["--max-bytes", "1M"])
    #expect(scratch.bytes("out/000001-busy.jpg") == Data(rex))
    let failures = try failures(answer)
    #expect(
      failures.count == 1 && failures[0].hasSuffix("http-status the server answers 404 (not found)"), "\(failures)")
    #expect(server.requests.count { $0.path == "/missing" } == 1)
  }

  @Test("Every success that has a content is one", arguments: ["threads", "processes"])
  func successes(mode: String) throws {
    let server = try TestServer { request, reply in
      let status = Int(request.path.dropFirst()) ?? 0
      status == 204 || status == 205
        ? _ = reply.send("HTTP/1.1 \(status) Said\r\nContent-Length: 0\r\n\r\n") : reply.answer(status, [], rex)
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = [200, 201, 202, 203, 204, 205].map { server.address("/\($0)") }
    let answer = try fetch(list, scratch, ["--mode", mode])
    #expect(scratch.files(below: "out") == (0..<4).map { "00000\($0 + 1)-20\($0).jpg" })
    let failures = try failures(answer).sorted()
    #expect(
      failures
        == [204, 205].map { "\(server.address("/\($0)")): http-status the server answers \($0) (no content)" })
  }

  @Test(
    "A login in an address goes where a redirection of the same origin leads, and nowhere else",
    arguments: ["threads", "processes"])
  func login(mode: String) throws {
    let server = try TestServer(hosts: 2) { request, reply in
      let port = request.headers["host"]?.split(separator: ":").last ?? ""
      let isAllowed = request.headers["authorization"] == "Basic " + Data("me:p@ss".utf8).base64EncodedString()
      if request.host == "127.0.0.2" {
        if request.path == "/back" { return reply.answer(302, ["Location: http://127.0.0.1:\(port)/ok"]) }
        return request.headers["authorization"] == nil ? reply.answer(200, [], rex) : reply.answer(403)
      }
      guard isAllowed else { return reply.answer(401, ["WWW-Authenticate: Basic realm=\"x\""]) }
      switch request.path {
      case "/relative": reply.answer(302, ["Location: ok"])
      case "/absolute": reply.answer(302, ["Location: http://127.0.0.1:\(port)/ok"])
      case "/same": reply.answer(302, ["Location: http://me:p%40ss@127.0.0.1:\(port)/ok"])
      case "/away": reply.answer(302, ["Location: http://127.0.0.2:\(port)/ok"])
      case "/round": reply.answer(302, ["Location: http://127.0.0.2:\(port)/back"])
      case "/other": reply.answer(302, ["Location: http://you:p%40ss@127.0.0.1:\(port)/ok"])
      case "/lend": reply.answer(302, ["Location: http://me:p%40ss@127.0.0.2:\(port)/ok"])
      default: reply.answer(200, [], rex)
      }
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let others = ["/other", "/lend"]
    let good = ["/ok", "/relative", "/absolute", "/same", "/away", "/round"]
    let list = (good + others).map {
      server.address($0).replacingOccurrences(of: "http://", with: "http://me:p%40ss@")
    }
    let answer = try fetch(list, scratch, ["--retries", "0", "--mode", mode])
    let failures = try failures(answer)
    #expect(scratch.files(below: "out").count == good.count, "\(failures)")
    #expect(failures.count == 2 && failures.allSatisfy { $0.contains(": redirects it is redirected to http://") })
    #expect(failures.contains { $0.contains("redirected to http://you:****@127.0.0.1:") }, "\(failures)")
    #expect(server.requests.allSatisfy { $0.host == "127.0.0.1" || $0.headers["authorization"] == nil })
  }

  @Test("No password is in an event or a message; the list of what failed has it, for its owner alone")
  func passwords() throws {
    let server = try TestServer { request, reply in
      request.path == "/ok" ? reply.answer(200, [], rex) : reply.answer(302, ["Location: ftp://me:s3cret@127.0.0.1/x"])
    }
    defer { server.stop() }
    let place = server.address("").dropFirst("http://".count)
    let list = [
      "http://me:s3cret@\(place)/ok", "http://s3cret@\(place)/away", "http://me:s3cret/s3cret@\(place)/slash",
      "ftp://me:s3cret@\(place)/x", "me:s3cret@\(place)/x", "http://me:s3cret@[::1/x",
    ]
    for (options, status) in [(["--json"], Int32(1)), (["--verbose"], 1), (["--quiet", "--mode", "processes"], 1)] {
      let scratch = try ScratchFolder()
      try Data("old".utf8).write(to: scratch.url.appending(path: "failed"))
      let answer = try Command.run(
        arguments: ["fetch", "-", "--out", scratch["out"], "--allow-private", "--failed-to", scratch["failed"]]
          + options, input: Data(list.joined(separator: "\n").utf8))
      #expect(answer.status == status)
      for text in [answer.output, answer.error] { #expect(!text.contains("s3cret"), "\(text)") }
      if options != ["--json"] {
        #expect(answer.error.contains("http://****@\(place)/away"), "\(answer.error)")
        #expect(answer.error.contains("ftp://me:****@\(place)/x"), "\(answer.error)")
      }
      let failed = String(decoding: scratch.bytes("failed") ?? Data(), as: UTF8.self)
      for address in list.dropFirst() { #expect(failed.contains(address), "\(failed)") }
      let attributes = try FileManager.default.attributesOfItem(atPath: scratch["failed"])
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test("A gallery of addresses has no password, and says what its lists lack")
  func galleryPasswords() throws {
    let scratch = try ScratchFolder()
    let list = ["http://me:s3cret@a.example/x.jpg", "http://a.example/y.jpg"]
    let answer = try Command.run(
      arguments: ["gallery", "-", "--out", scratch["page.html"]], input: Data(list.joined(separator: "\n").utf8))
    #expect(answer.status == 0, "\(answer.error)")
    let page = String(decoding: scratch.bytes("page.html") ?? Data(), as: UTF8.self)
    #expect(!page.contains("s3cret") && page.contains("data-line=\"http://a.example/x.jpg\""))
    #expect(answer.error.contains("Warning: 1 address has a user or a password, which the page leaves out"))
  }
}
