import Downloading
import Foundation
import SystemSupport
import TestSupport
import Testing
import TextFormatting

/// The images of the test server.
private let rex = (try? Places.sample("dogs/rex.jpg")) ?? []
private let bello = (try? Places.sample("dogs/bello.png")) ?? []

@Suite("fetch trusts no server (promise 17)", .serialized)
struct FetchTests {
  /// The file events in the order of the list.
  private func outcomes(_ answer: Response, _ list: [String]) throws -> [[String: Any]?] {
    let files = try answer.events.filter { $0["event"] as? String == "file" }
    return list.map { address in files.first { $0["source"] as? String == address } }
  }

  private func code(_ event: [String: Any]?) -> String? {
    event?["status"] as? String == "failed"
      ? (event?["error"] as? [String: Any])?["code"] as? String
      : event?["status"] as? String
  }

  /// The name of the partial file of an address.
  private func hiddenName(_ address: String) -> String {
    var hash = SHA256()
    hash.update(Array(address.utf8)[...])
    let digits = hash.digest().prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return ".\(digits).imgbatch-part"
  }

  @Test("Valid images arrive complete, each under its own name and with the server's bytes")
  func honest() throws {
    let server = try TestServer { request, reply in
      reply.file(request.path.hasSuffix("png") ? bello : rex, for: request, tag: "\"1\"")
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = ["/dogs/rex.jpg", "/../x/bello.png", "/no-suffix?format=jpg"].map { server.address($0) }
    let answer = try Command.fetch(list, scratch)
    #expect(answer.status == 0, "\(answer.error)")
    #expect(scratch.files(below: "out") == ["000001-rex.jpg", "000002-bello.png", "000003-no-suffix.jpg"])
    #expect(scratch.bytes("out/000001-rex.jpg") == Data(rex) && scratch.bytes("out/000002-bello.png") == Data(bello))
    let event = try #require(try outcomes(answer, list)[0])
    #expect(event["output"] as? String == scratch["out/000001-rex.jpg"])
    #expect(event["sourceBytes"] as? Int == rex.count)
    let summary = try #require(answer.events.last)
    #expect(summary["inputs"] as? Int == 3 && summary["written"] as? Int == 3)
    let headers = try #require(server.requests.first?.headers)
    #expect(headers["accept"] == "image/jpeg,image/png,image/gif,image/bmp,image/*;q=0.5,*/*;q=0.1")
    #expect(headers["accept-encoding"] == "identity" && headers["user-agent"] == "imgbatch/0.2.0")
  }

  @Test(
    "Every misbehavior of a server has its documented result and leaves no files", arguments: ["threads", "processes"])
  func lies(mode: String) throws {
    let server = try TestServer { request, reply in FetchTests.lie(request, reply) }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let expected: [(String, String)] = [
      ("/short", "truncated"), ("/no-length", "written"), ("/cut-without-length", "truncated"),
      ("/endless", "too-large"),
      ("/large", "too-large"), ("/loop", "redirects"), ("/hop/11", "redirects"), ("/hop/10", "written"),
      ("/to-file", "redirects"), ("/to-user", "redirects"), ("/to-nowhere", "http-status"), ("/busy", "written"),
      ("/down", "written"), ("/always-down", "http-status"), ("/missing", "http-status"), ("/html", "not-an-image"),
      ("/type", "written"), ("/gzip", "not-an-image"), ("/reset", "network"), ("/nothing", "network"),
      ("/empty", "not-an-image"), ("/webp", WebPTrait.isOn ? "corrupt" : "unsupported"),
      ("/header-only", "truncated"), ("/long", "written"),
      ("/wait-long", "http-status"), ("/headers", "network"), ("/garbage", "network"), ("/304", "http-status"),
      ("/part", "truncated"), ("/chunked", "written"), ("/bomb.jpg", "limit-pixels"), ("/negative", "network"),
      ("/two-lengths", "network"),
    ]
    let list = expected.map { server.address($0.0) }
    let answer = try Command.fetch(list, scratch, ["--max-bytes", "2M", "--retries", "2", "--mode", mode])
    #expect(answer.status == 1, "\(answer.error)")
    for (line, event) in zip(expected, try outcomes(answer, list)) {
      #expect(code(event) == line.1, "\(line.0): \(event ?? [:])")
    }
    let written = expected.enumerated().filter { $0.element.1 == "written" }
    let names = written.map { index, line in
      String(format: "%06d-%@.jpg", index + 1, line.0.split(separator: "/").last.map(String.init) ?? "")
    }
    #expect(scratch.files(below: "out") == names.sorted())
    for name in names { #expect(scratch.bytes("out/" + name) == Data(rex), "\(name)") }
    let asked = Dictionary(grouping: server.requests, by: \.path).mapValues(\.count)
    #expect(asked["/short"] == 3 && asked["/busy"] == 2 && asked["/down"] == 3 && asked["/missing"] == 1)
    #expect(asked["/html"] == 1 && asked["/wait-long"] == 1 && asked["/endless"] == 1)
  }

  private static func lie(_ request: TestServer.Request, _ reply: TestServer.Reply) {
    let whole = "HTTP/1.1 200 OK\r\n"
    let position = "http://127.0.0.1:\(request.headers["host"]?.split(separator: ":").last ?? "")"
    switch request.path {
    case "/short":
      reply.send(whole + "Content-Length: \(rex.count)\r\n\r\n")
      reply.send(rex.prefix(100))
      reply.close()
    case "/no-length", "/cut-without-length":
      reply.send(whole + "Connection: close\r\n\r\n")
      reply.send(request.path == "/no-length" ? rex[...] : rex.dropLast(300))
      reply.close()
    case "/endless":
      reply.send(whole + "Transfer-Encoding: chunked\r\n\r\n")
      let chunk =
        Array("10000\r\n".utf8) + rex.prefix(100) + [UInt8](repeating: 0, count: 0x10000 - 100) + Array("\r\n".utf8)
      while reply.send(chunk) {}
    case "/large": reply.send(whole + "Content-Length: 99999999999\r\n\r\n")
    case "/loop": reply.answer(302, ["Location: /loop"])
    case let path where path.hasPrefix("/hop/"):
      let left = Int(path.dropFirst(5)) ?? 0
      if left == 0 {
        reply.answer(200, [], rex)
      } else {
        reply.answer([301, 302, 303, 307, 308][left % 5], ["Location: /hop/\(left - 1)"])
      }
    case "/to-file": reply.answer(302, ["Location: file:///etc/passwd"])
    case "/to-user": reply.answer(302, ["Location: \(position.replacingOccurrences(of: "//", with: "//me:pw@"))/ok"])
    case "/to-nowhere": reply.answer(302)
    case "/busy": request.earlier == 0 ? reply.answer(429, ["Retry-After: 0"]) : reply.answer(200, [], rex)
    case "/down": request.earlier < 2 ? reply.answer(503) : reply.answer(200, [], rex)
    case "/always-down": reply.answer(500, [], [UInt8](repeating: 65, count: 200_000))
    case "/missing": reply.answer(404, ["Content-Type: image/jpeg"], rex)
    case "/html": reply.answer(200, ["Content-Type: image/jpeg"], "<!DOCTYPE html><p>Not a dog".utf8)
    case "/type": reply.answer(200, ["Content-Type: text/html"], rex)
    case "/gzip": reply.answer(200, ["Content-Encoding: gzip"], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
    case "/reset":
      reply.send(whole + "Content-Length: \(rex.count)\r\n\r\n")
      reply.send(rex.prefix(1000))
      reply.reset()
    case "/nothing": reply.close()
    case "/empty": reply.answer(200)
    case "/webp": reply.answer(200, ["Content-Type: image/jpeg"], "RIFF\0\0\0\0WEBPVP8 ".utf8)
    case "/header-only": reply.answer(200, [], rex.prefix(30))
    case "/long":
      reply.send(whole + "Content-Length: \(rex.count)\r\n\r\n")
      reply.send(rex + rex)
      reply.close()
    case "/wait-long": reply.answer(429, ["Retry-After: 86400"])
    case "/headers":
      reply.send(whole)
      while reply.send("X-More: " + String(repeating: "x", count: 8000) + "\r\n") {}
    case "/garbage":
      reply.send("SSH-2.0-OpenSSH_9.2\r\n")
      reply.close()
    case "/304": reply.answer(304)
    case "/part": reply.answer(206, ["Content-Range: bytes 0-99/\(rex.count)"], rex.prefix(100))
    case "/chunked":
      reply.send(whole + "Transfer-Encoding: chunked\r\n\r\n\(String(rex.count, radix: 16))\r\n")
      reply.send(rex + Array("\r\n0\r\n\r\n".utf8))
    case "/bomb.jpg":
      // A header with 65,500 x 65,500 pixels.
      var bomb = rex
      if let start = bomb.indices.first(where: {
        bomb[$0...].starts(with: [0xFF, 0xC0]) || bomb[$0...].starts(with: [0xFF, 0xC2])
      }) {
        bomb.replaceSubrange(start + 5..<start + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
      }
      reply.answer(200, [], bomb)
    case "/negative":
      reply.send(whole + "Content-Length: -5\r\n\r\n")
      reply.close()
    case "/two-lengths":
      reply.send(whole + "Content-Length: 10\r\nContent-Length: \(rex.count)\r\n\r\n")
      reply.send(rex)
      reply.close()
    default: reply.answer(200, [], rex)
    }
  }

  @Test("Addresses that are not public are refused, whether given, resolved or redirected to, before a byte is sent")
  func privateAddresses() throws {
    let server = try TestServer { request, reply in reply.answer(200, [], rex) }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let port = server.port
    let list = [
      "http://127.0.0.1:\(port)/a", "http://localhost:\(port)/b", "http://[::1]:\(port)/c", "http://0.0.0.0:\(port)/d",
      "http://2130706433:\(port)/e", "http://0x7f.1:\(port)/f", "http://[::ffff:127.0.0.1]:\(port)/g",
      "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/h", "http://[fe80::1]/i",
    ]
    let answer = try Command.run(
      arguments: ["fetch", "-", "--out", scratch["out"], "--json"],
      input: Data((list + ["file:///etc/passwd", "ftp://127.0.0.1/x"]).map { $0 + "\n" }.joined().utf8))
    #expect(answer.status == 1)
    for (address, event) in zip(list, try outcomes(answer, list)) {
      #expect(code(event) == "refused-address", "\(address): \(event ?? [:])")
    }
    #expect(try answer.events.last?["failed"] as? Int == list.count + 2)
    #expect(server.requests.isEmpty)
    #expect(scratch.files(below: "out").isEmpty)
  }

  @Test(
    "A server that sends nothing, or almost nothing, is ended by a timeout",
    arguments: [
      (["--stall-timeout", "1"], "/silent"), (["--total-timeout", "0.2"], "/drip"),
    ])
  func slow(options: [String], path: String) throws {
    let server = try TestServer { request, reply in
      if request.path == "/drip" {
        reply.send("HTTP/1.1 200 OK\r\nContent-Length: \(rex.count)\r\n\r\n")
        for byte in rex {
          guard reply.send([byte]) else { return }
          usleep(10_000)
        }
      } else {
        reply.waitForClient()
      }
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = [server.address(path)]
    let answer = try Command.fetch(list, scratch, options + ["--retries", "0"])
    #expect(answer.status == 1)
    #expect(code(try outcomes(answer, list)[0]) == "timeout", "\(answer.output)")
    #expect(scratch.files(below: "out").isEmpty)
  }

  @Test("An interrupted download resumes at its end within a run; a changed file is downloaded again")
  func resumedTries() throws {
    let server = try TestServer { request, reply in
      // Interrupted after 5,000 bytes. The second file has changed by the next request.
      let tag = request.path == "/changes" && request.earlier > 0 ? "\"2\"" : "\"1\""
      let bytes = tag == "\"2\"" ? bello : rex
      if request.earlier > 0 { return reply.file(bytes, for: request, tag: tag) }
      reply.send("HTTP/1.1 200 OK\r\nETag: \(tag)\r\nContent-Length: \(bytes.count)\r\n\r\n")
      reply.send(bytes.prefix(5000))
      reply.close()
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let answer = try Command.fetch(["/same", "/changes"].map { server.address($0) }, scratch)
    #expect(answer.status == 0, "\(answer.output)")
    #expect(scratch.bytes("out/000001-same.jpg") == Data(rex))
    #expect(scratch.bytes("out/000002-changes.png") == Data(bello))
    let second = server.requests.filter { $0.earlier == 1 }
    #expect(second.count == 2)
    for request in second {
      #expect(request.headers["range"] == "bytes=5000-" && request.headers["if-range"] == "\"1\"")
    }
  }

  @Test("A part other than the requested one is never joined")
  func wrongParts() throws {
    let server = try TestServer { request, reply in
      if request.headers["range"] == nil && request.earlier > 0 { return reply.answer(200, ["ETag: \"1\""], rex) }
      if request.earlier > 0 {
        switch request.path {
        case "/offset":
          return reply.answer(206, ["ETag: \"1\"", "Content-Range: bytes 0-\(rex.count - 1)/\(rex.count)"], rex)
        case "/mixed":
          return reply.answer(
            206, ["ETag: \"1\"", "Content-Range: bytes 5000-\(rex.count - 1)/\(rex.count)"],
            bello.suffix(rex.count - 5000))
        default: return reply.answer(416)
        }
      }
      reply.send("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: \(rex.count)\r\n\r\n")
      reply.send(request.path == "/mixed" ? [UInt8](repeating: 0, count: 5000)[...] : rex.prefix(5000))
      reply.close()
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = ["/offset", "/mixed", "/none"].map { server.address($0) }
    let answer = try Command.fetch(list, scratch)
    #expect(answer.status == 0, "\(answer.output)")
    for name in ["000001-offset.jpg", "000002-mixed.jpg", "000003-none.jpg"] {
      #expect(scratch.bytes("out/" + name) == Data(rex), "\(name)")
    }
  }

  @Test(
    "Run again, it revalidates images; with --resume it makes no request for them; --retry-failed requests what failed")
  func rerun() throws {
    let scratch = try ScratchFolder()
    let version = scratch.url.appending(path: "version")
    try Data("\"1\"".utf8).write(to: version)
    let server = try TestServer { request, reply in
      let tag = (try? String(contentsOf: version, encoding: .utf8)) ?? ""
      if request.path == "/bad" && tag == "\"1\"" { return reply.answer(404) }
      reply.file(
        request.path == "/changes" && tag != "\"1\"" ? bello : rex, for: request,
        tag: request.path == "/changes" ? tag : "\"x\"")
    }
    defer { server.stop() }
    let list = ["/same", "/changes", "/bad"].map { server.address($0) }
    #expect(try Command.fetch(list, scratch).status == 1)
    let resumed = try Command.fetch(list, scratch, ["--resume"])
    #expect(try outcomes(resumed, list).map(code) == ["skipped", "skipped", "http-status"])
    #expect(server.requests.count { $0.path == "/same" } == 1)
    try Data("\"2\"".utf8).write(to: version)
    let retried = try Command.fetch(list, scratch, ["--retry-failed"])
    #expect(try outcomes(retried, list).map(code) == ["skipped", "skipped", "written"])
    let again = try Command.fetch(list, scratch)
    #expect(try outcomes(again, list).map(code) == ["skipped", "written", "skipped"])
    #expect(server.requests.last { $0.path == "/same" }?.headers["if-none-match"] == "\"x\"")
    #expect(scratch.bytes("out/000002-changes.png") == Data(bello))
    // The file was modified, so it is downloaded again.
    try Data("x".utf8).write(to: scratch.url.appending(path: "out/000001-same.jpg"))
    #expect(
      try outcomes(Command.fetch(list, scratch, ["--resume"]), list).map(code) == ["written", "skipped", "skipped"])
    #expect(scratch.bytes("out/000001-same.jpg") == Data(rex))
  }

  @Test("No host gets more concurrent requests than allowed, and all connections are used")
  func hostLimits() throws {
    let server = try TestServer(hosts: 4) { request, reply in
      usleep(2_000)
      reply.answer(200, [], rex)
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = (0..<120).map { server.address("/\($0)", host: $0 % 4 + 1) }
    let answer = try Command.fetch(list, scratch, ["--connections", "16", "--per-host", "3"])
    #expect(answer.status == 0, "\(answer.error)")
    #expect(server.maxActive.count == 4 && server.maxActive.values.allSatisfy { $0 <= 3 }, "\(server.maxActive)")
    #expect(scratch.files(below: "out").count == 120)
  }

  @Test("The user's headers are sent only to the hosts of the list")
  func ownHeaders() throws {
    let server = try TestServer(hosts: 2) { request, reply in
      request.host == "127.0.0.1"
        ? reply.answer(
          302, ["Location: http://127.0.0.2:\(request.headers["host"]?.split(separator: ":").last ?? "")/there"])
        : reply.answer(200, [], rex)
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let answer = try Command.fetch(
      [server.address("/here")], scratch,
      ["--header", "X-Key: secret", "--header-over-http", "--user-agent", "me"])
    #expect(answer.status == 0, "\(answer.output)")
    #expect(server.requests.map { $0.headers["x-key"] } == ["secret", nil])
    #expect(server.requests.map { $0.headers["user-agent"] } == ["me", "me"])
    #expect(try Command.run("fetch", "-", "--out", scratch["o"], "--header", "a: b\r\nc: d").status == 64)
  }

  @Test("Names and digests in the list apply; invalid ones fail their line")
  func listed() throws {
    let server = try TestServer { request, reply in reply.answer(200, [], rex) }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let digest = try Command.shell("sha256sum '\(Command.dogs)/rex.jpg' | cut -c1-64", in: scratch).output
      .trimmingCharacters(in: .newlines)
    let lines = [
      "url\tname\tsha256", "\(server.address("/1"))\tsub/a.jpg\t\(digest)",
      "\(server.address("/2"))\tb\t\(String(repeating: "0", count: 64))", "\(server.address("/3"))\t../c\t",
      "\(server.address("/4"))\tsub/a.jpg\t", "nonsense\td\t", "\(server.address("/5"))\tsub/a\t",
      "\(server.address("/6"))\tsub/a.png\t",
    ]
    let answer = try Command.fetch(lines, scratch)
    let list = (1...4).map { server.address("/\($0)") } + ["nonsense"] + (5...6).map { server.address("/\($0)") }
    #expect(
      try outcomes(answer, list).map(code) == ["written", "corrupt", "write", "exists", "network", "exists", "written"])
    // The suffix of a name without one depends on the content, which is unknown when the list is read.
    #expect(scratch.files(below: "out") == ["sub/a.jpg", "sub/a.png"])
  }

  @Test("A proxy from the environment is used, and may be private; the requested address may not")
  func proxy() throws {
    let server = try TestServer { request, reply in reply.answer(200, [], rex) }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = ["http://dogs.example/rex.jpg", "http://10.0.0.1/x", "http://localhost/y"]
    let answer = try Command.run(
      arguments: ["fetch", "-", "--out", scratch["out"], "--json"], input: Data(list.joined(separator: "\n").utf8),
      environment: ["http_proxy": server.address("")])
    #expect(try outcomes(answer, list).map(code) == ["written", "refused-address", "refused-address"])
    #expect(server.requests.map(\.path) == ["http://dogs.example/rex.jpg"])
  }

  @Test("After a kill within an image, the next run requests the rest of it")
  func killed() throws {
    let large = rex + [UInt8](repeating: 0, count: 200_000)
    let server = try TestServer { request, reply in
      if let start = reply.part(of: large, request, tag: "\"1\"") {
        return reply.answer(
          206, ["ETag: \"1\"", "Content-Range: bytes \(start)-\(large.count - 1)/\(large.count)"], large[start...])
      }
      reply.send("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: \(large.count)\r\n\r\n")
      reply.send(large.prefix(150_000))
      reply.waitForClient()
    }
    defer { server.stop() }
    for signal in [SIGKILL, SIGTERM] {
      let scratch = try ScratchFolder()
      try Data((server.address("/\(signal)") + "\n").utf8).write(to: scratch.url.appending(path: "list"))
      let arguments = ["fetch", scratch["list"], "--out", scratch["out"], "--allow-private", "--json"]
      let process = Command.prepared(Command.imgbatch, arguments)
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.start()
      let name = hiddenName(server.address("/\(signal)"))
      let part = scratch.url.appending(path: "out/\(name)")
      let journal = scratch.url.appending(path: "out/.imgbatch-journal")
      try process.wait(for: "the part and its line in the journal") {
        (try? Data(contentsOf: part).count) == 150_000 && (try? Data(contentsOf: journal).isEmpty) == false
      }
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(scratch.files(below: "out") == [name])
      #expect(try Command.run(arguments: arguments + ["--resume"]).status == 0)
      #expect(scratch.bytes("out/000001-\(signal).jpg") == Data(large))
      #expect(scratch.files(below: "out") == ["000001-\(signal).jpg"])
      #expect(server.requests.last?.headers["range"] == "bytes=150000-")
    }
  }

  @Test("Paths are written to a pipe as images arrive")
  func pipe() throws {
    let server = try TestServer { request, reply in reply.file(rex, for: request, tag: "\"1\"") }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    try Data((0..<5).map { server.address("/\($0)\n") }.joined().utf8).write(
      to: scratch.url.appending(path: "urls.txt"))
    let line =
      "imgbatch fetch urls.txt --out dogs --allow-private --print0 | imgbatch resize --files-from - -0 --out thumbs"
    for _ in 1...2 {
      let answer = try Command.shell(line, in: scratch)
      #expect(answer.status == 0, "\(answer.error)")
      #expect(scratch.files(below: "thumbs").count == 5)
      try FileManager.default.removeItem(atPath: scratch["thumbs"])
    }
  }

  @Test("A worker process that dies costs one try, and no run leaves a worker behind")
  func deadWorkers() throws {
    let scratch = try ScratchFolder()
    let server = try TestServer { request, reply in
      request.earlier == 0 ? reply.waitForClient() : reply.answer(200, [], rex)
    }
    defer { server.stop() }
    let process = Command.prepared(
      Command.imgbatch,
      [
        "fetch", scratch["list"], "--out", scratch["out"], "--allow-private", "--retry-delay", "0.001", "--mode",
        "processes", "--connections", "1",
      ])
    try Data(server.address("/a").utf8).write(to: scratch.url.appending(path: "list"))
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.start()
    try process.wait(for: "the first request") { !server.requests.isEmpty }
    let children = try Command.shell("pgrep -P \(process.processIdentifier)", in: scratch).output
    let worker = try #require(pid_t(children.trimmingCharacters(in: .whitespacesAndNewlines)))
    kill(worker, SIGSEGV)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(scratch.bytes("out/000001-a.jpg") == Data(rex))
    #expect(server.requests.count == 2)
    #expect(kill(worker, 0) != 0)
  }

  @Test("Wrong usage, an empty list and a missing list have their exit statuses")
  func statuses() throws {
    let scratch = try ScratchFolder()
    #expect(try Command.fetch([], scratch).status == 66)
    #expect(try Command.run("fetch", scratch["nothing"], "--out", scratch["out"]).status == 66)
    #expect(try Command.fetch(["http://a"], scratch, ["--retry-failed", "--resume"]).status == 64)
    #expect(try Command.run("fetch", "-", "--out", scratch["new"], "--retry-failed").status == 66)
    #expect(try Command.run("fetch", "-", "--out", "/proc/x").status == 73)
    #expect(try Command.run("compare", Command.dogs, "--allow-private").status == 64)
    #expect(try Command.run("compare", "--workload", "fetch").status == 64)
  }
}
