import Foundation
import Synchronization
import TestSupport
import Testing

private let rex = (try? Places.sample("dogs/rex.jpg")) ?? []

/// Valid but unusual behavior of servers.
@Suite("fetch accepts everything that servers may send", .serialized)
struct FetchServersTests {
  private func failures(_ answer: Response) throws -> [String] {
    try answer.events.compactMap { event in
      (event["error"] as? [String: Any]).map { "\(event["source"] ?? ""): \($0["code"] ?? "") \($0["message"] ?? "")" }
    }
  }

  /// Sends a redirection whose body is long or incomplete.
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
    "A redirection is followed regardless of the length and the end of its body", arguments: ["threads", "processes"])
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
    let answer = try Command.fetch(
      paths.map { server.address($0) }, scratch, ["--retries", "0", "--max-bytes", "1M", "--mode", mode])
    let failures = try failures(answer)
    #expect(answer.status == 0, "\(failures)")
    #expect(scratch.files(below: "out").count == paths.count)
  }

  @Test("The body of an error may be longer than any image, or incomplete: only the status counts")
  func errorPages() throws {
    let server = try TestServer { request, reply in
      if request.path == "/busy" && request.earlier > 0 { return reply.answer(200, [], rex) }
      reply.send("HTTP/1.1 \(request.path == "/busy" ? 503 : 404) Said\r\nContent-Length: 99999999\r\n\r\n")
      reply.send([UInt8](repeating: 120, count: 1000))
      reply.close()
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let answer = try Command.fetch(["/busy", "/missing"].map { server.address($0) }, scratch, ["--max-bytes", "1M"])
    #expect(scratch.bytes("out/000001-busy.jpg") == Data(rex))
    let failures = try failures(answer)
    #expect(
      failures.count == 1 && failures[0].hasSuffix("http-status the server answers 404 (not found)"), "\(failures)")
    #expect(server.requests.count { $0.path == "/missing" } == 1)
  }

  @Test("Every successful status with content is accepted", arguments: ["threads", "processes"])
  func successes(mode: String) throws {
    let server = try TestServer { request, reply in
      let status = Int(request.path.dropFirst()) ?? 0
      status == 204 || status == 205
        ? _ = reply.send("HTTP/1.1 \(status) Said\r\nContent-Length: 0\r\n\r\n") : reply.answer(status, [], rex)
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = [200, 201, 202, 203, 204, 205].map { server.address("/\($0)") }
    let answer = try Command.fetch(list, scratch, ["--mode", mode])
    #expect(scratch.files(below: "out") == (0..<4).map { "00000\($0 + 1)-20\($0).jpg" })
    let failures = try failures(answer).sorted()
    #expect(
      failures
        == [204, 205].map { "\(server.address("/\($0)")): http-status the server answers \($0) (no content)" })
  }

  @Test(
    "A login in an address is sent to redirections within the origin, and nowhere else",
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
    let answer = try Command.fetch(list, scratch, ["--retries", "0", "--mode", mode])
    let failures = try failures(answer)
    #expect(scratch.files(below: "out").count == good.count, "\(failures)")
    #expect(failures.count == 2 && failures.allSatisfy { $0.contains(": redirects it is redirected to http://") })
    #expect(failures.contains { $0.contains("redirected to http://you:****@127.0.0.1:") }, "\(failures)")
    #expect(server.requests.allSatisfy { $0.host == "127.0.0.1" || $0.headers["authorization"] == nil })
  }

  @Test("Events and messages contain no password; the list of failures does, readable only by its owner")
  func passwords() throws {
    let server = try TestServer { request, reply in
      request.path == "/ok" ? reply.answer(200, [], rex) : reply.answer(302, ["Location: ftp://me:s3cret@127.0.0.1/x"])
    }
    defer { server.stop() }
    let index = server.address("").dropFirst("http://".count)
    let list = [
      "http://me:s3cret@\(index)/ok", "http://s3cret@\(index)/away", "http://me:s3cret/s3cret@\(index)/slash",
      "ftp://me:s3cret@\(index)/x", "me:s3cret@\(index)/x", "http://me:s3cret@[::1/x",
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
        #expect(answer.error.contains("http://****@\(index)/away"), "\(answer.error)")
        #expect(answer.error.contains("ftp://me:****@\(index)/x"), "\(answer.error)")
      }
      let failed = String(decoding: scratch.bytes("failed") ?? Data(), as: UTF8.self)
      for address in list.dropFirst() { #expect(failed.contains(address), "\(failed)") }
      let attributes = try FileManager.default.attributesOfItem(atPath: scratch["failed"])
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test("A gallery of addresses contains no password, and warns that its lists lack it")
  func galleryPasswords() throws {
    let scratch = try ScratchFolder()
    let list = ["http://me:s3cret@a.example/x.jpg", "http://a.example/y.jpg"]
    let answer = try Command.run(
      arguments: ["gallery", "-", "--out", scratch["page.html"]], input: Data(list.joined(separator: "\n").utf8))
    #expect(answer.status == 0, "\(answer.error)")
    let page = String(decoding: scratch.bytes("page.html") ?? Data(), as: UTF8.self)
    #expect(!page.contains("s3cret") && page.contains("data-line=\"http://a.example/x.jpg\""))
    #expect(answer.error.contains("Warning: 1 address has a user or password, which the page omits"))
  }

  @Test("Each connection has one request at a time, even if a server without HTTP/2 claims to have it")
  func claimedVersion() throws {
    let server = try TestServer { request, reply in
      let index = Int(request.path.dropFirst()) ?? 0
      let image = DrawnPNG.bytes(width: index + 1, height: 2, color: 2)
      reply.finish()
      reply.send("HTTP/2 200\r\nContent-Length: \(image.count)\r\n\r\n")
      reply.send(image)
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let count = 60
    let answer = try Command.fetch(
      (0..<count).map { server.address("/\($0)") }, scratch,
      ["--retries", "0", "--connections", "4"])
    let failures = try failures(answer)
    #expect(answer.status == 0, "\(failures)")
    for index in 0..<count {
      let expected = Data(DrawnPNG.bytes(width: index + 1, height: 2, color: 2))
      let name = "000000".dropLast("\(index + 1)".count) + "\(index + 1)-\(index).png"
      #expect(scratch.bytes("out/\(name)") == expected, "\(name)")
    }
  }

  // MARK: - Codings

  @Test(
    "An unrequested coding is decoded within the limits; a declared coding that was not applied does no harm",
    arguments: ["threads", "processes"])
  func codings(mode: String) throws {
    let bomb = GzipBytes.zeros(runs: 20_000)
    let packed = GzipBytes.stored(rex)
    let server = try TestServer { request, reply in
      switch request.path {
      case "/gzip": reply.answer(200, ["Content-Encoding: gzip"], packed)
      case "/open":
        reply.send("HTTP/1.1 200 OK\r\nContent-Encoding: x-gzip\r\nConnection: close\r\n\r\n")
        reply.send(packed)
        reply.close()
      case "/plain": reply.answer(200, ["Content-Encoding: gzip"], rex)
      case "/odd": reply.answer(200, ["Content-Encoding: binary"], rex)
      case "/bomb": reply.answer(200, ["Content-Encoding: gzip"], bomb)
      case "/cut": reply.answer(200, ["Content-Encoding: gzip"], packed.dropLast(5000))
      case "/other": reply.answer(200, ["Content-Type: image/jpeg", "Content-Encoding: br"], [1, 2, 3, 4, 5, 6, 7, 8])
      case "/chain":
        reply.answer(
          200, ["Content-Encoding: \(request.earlier > 0 ? "gzip, gzip" : "gzip")"], packed)
      default: reply.answer(404)
      }
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let good = ["/gzip", "/open", "/plain", "/odd"]
    let bad = ["/bomb", "/cut", "/other", "/chain"]
    let answer = try Command.fetch(
      (good + bad).map { server.address($0) }, scratch, ["--retries", "0", "--max-bytes", "1M", "--mode", mode])
    let failures = try failures(answer).sorted()
    #expect(
      scratch.files(below: "out") == ["000001-gzip.jpg", "000002-open.jpg", "000003-plain.jpg", "000004-odd.jpg"])
    for name in scratch.files(below: "out") { #expect(scratch.bytes("out/" + name) == Data(rex), "\(name)") }
    #expect(failures.count == 4)
    for (path, text) in zip(
      ["/bomb", "/chain", "/cut", "/other"],
      ["too-large more than", "network the server codes its answer", "truncated", "not-an-image"])
    {
      #expect(failures.contains { $0.contains("\(path): \(text)") }, "\(path): \(failures)")
    }
    #expect(
      failures.contains {
        $0.contains("; its server calls it image/jpeg and sends it br-coded, which was not asked for; leave it out, ")
      })
    #expect(server.requests.allSatisfy { $0.headers["accept-encoding"] == "identity" })
    #expect(server.requests.count { $0.path == "/plain" } == 1 && server.requests.count { $0.path == "/gzip" } == 2)
  }

  // MARK: - Times and tries

  @Test(
    "A server that starts fast and then stalls is ended by the stall timeout",
    arguments: ["threads", "processes"])
  func stalls(mode: String) throws {
    let server = try TestServer { _, reply in
      reply.send("HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n")
      reply.send([UInt8](repeating: 65, count: 5_000_000))
      reply.waitForClient()
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let answer = try Command.fetch(
      [server.address("/a")], scratch,
      ["--retries", "0", "--stall-timeout", "1", "--total-timeout", "4", "--mode", mode])
    let failures = try failures(answer)
    #expect(failures == ["\(server.address("/a")): timeout nothing came for 1 s"])
    #expect(try Command.fetch([], scratch, ["--stall-timeout", "0"]).status == 64)
  }

  @Test("A connection that breaks during the TLS handshake is retried, like any other")
  func handshakes() throws {
    let server = try TestServer(hangsUp: true) { _, reply in reply.close() }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let address = server.address("/a").replacingOccurrences(of: "http:", with: "https:")
    let failures = try failures(Command.fetch([address], scratch, ["--retries", "2"]))
    #expect(
      failures.count == 1 && failures[0].contains(": network ") && failures[0].hasSuffix(", 3 times"), "\(failures)")
    #expect(server.connectionCount == 3)
  }

  @Test("A server that refuses two of three requests for their rate serves all in the end", arguments: [429, 503])
  func refusals(status: Int) throws {
    let count = Mutex(0)
    let server = try TestServer { _, reply in
      let number = count.withLock { count in
        count += 1
        return count
      }
      number % 3 == 0 ? reply.answer(200, [], rex) : reply.answer(status, ["Retry-After: 0"])
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let answer = try Command.fetch((1...60).map { server.address("/\($0)") }, scratch)
    let failures = try failures(answer)
    #expect(answer.status == 0, "\(failures)")
    #expect(scratch.files(below: "out").count == 60)
  }

  @Test("An address that is always refused fails after its retries, while others of its host succeed")
  func refusedForEver() throws {
    let server = try TestServer { request, reply in
      request.path == "/never" ? reply.answer(429, ["Retry-After: 0"]) : reply.answer(200, [], rex)
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let answer = try Command.fetch((["/never"] + (1...30).map { "/\($0)" }).map { server.address($0) }, scratch)
    let failures = try failures(answer)
    #expect(failures.count == 1 && failures[0].contains("the server answers 429"), "\(failures)")
    #expect(server.requests.count { $0.path == "/never" } <= 60)
  }

  // MARK: - Proxies

  @Test("Each hop uses the proxy rule for its target", arguments: ["threads", "processes"])
  func proxyHops(mode: String) throws {
    let server = try TestServer(hosts: 3) { request, reply in
      let port = request.headers["host"]?.split(separator: ":").last ?? ""
      if request.path.hasSuffix("/a") { return reply.answer(302, ["Location: http://127.0.0.2:\(port)/b"]) }
      if request.path.hasSuffix("/b") { return reply.answer(302, ["Location: http://127.0.0.1:\(port)/c"]) }
      reply.answer(200, [], rex)
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let answer = try Command.fetch(
      [server.address("/a")], scratch, ["--mode", mode],
      environment: ["http_proxy": server.address("", host: 3), "no_proxy": "", "NO_PROXY": "x\t127.0.0.2."])
    #expect(answer.status == 0, "\(answer.output)")
    #expect(
      server.requests.map { "\($0.host) \($0.path)" } == [
        "127.0.0.3 \(server.address("/a"))", "127.0.0.2 /b", "127.0.0.3 \(server.address("/c"))",
      ])
  }

  @Test("An exception from the proxy does not allow private addresses")
  func exceptions() throws {
    let server = try TestServer { _, reply in reply.answer(200, [], rex) }
    defer { server.stop() }
    for list in ["127.0.0.1", "x\t127.0.0.1", "127.0.0.1.", "127.0.0.0/8", "*"] {
      let scratch = try ScratchFolder()
      let answer = try Command.run(
        arguments: ["fetch", "-", "--out", scratch["out"], "--json"], input: Data(server.address("/a").utf8),
        environment: ["http_proxy": server.address(""), "no_proxy": list])
      #expect(answer.output.contains("\"refused-address\""), "\(list): \(answer.output)")
    }
    #expect(server.requests.isEmpty)
  }
}

/// Compressed bytes as a server sends them (RFC 1951, RFC 1952).
private enum GzipBytes {
  private static let start: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

  /// Uses stored blocks, without compression.
  static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var result = start
    var rest = bytes[...]
    while !rest.isEmpty {
      let block = rest.prefix(60_000)
      rest = rest.dropFirst(block.count)
      let count = UInt16(block.count)
      result += [rest.isEmpty ? 1 : 0] + little(count) + little(~count) + block
    }
    return result + little(checksum(bytes)) + little(UInt32(bytes.count))
  }

  /// 258 zeros per run, in 13 bits with the fixed codes. The checksum is omitted.
  static func zeros(runs: Int) -> [UInt8] {
    let bits =
      [1, 1, 0] + [0, 0, 1, 1, 0, 0, 0, 0] + (0..<runs).flatMap { _ in [1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0] }
    var bytes = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
    for (index, bit) in bits.enumerated() where bit == 1 { bytes[index / 8] |= 1 << UInt8(index % 8) }
    return start + bytes
  }

  private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
  }
}
