import Foundation
import TestSupport
import Testing

private let rex = (try? Places.sample("dogs/rex.jpg")) ?? []
private let bello = (try? Places.sample("dogs/bello.png")) ?? []
private let luna = (try? Places.sample("dogs/luna.jpg")) ?? []

/// Existing files stay, and later runs know them.
@Suite("fetch neither overwrites nor loses files", .serialized)
struct FetchStateTests {
  private func codes(_ answer: Response, _ list: [String]) throws -> [String?] {
    let files = try answer.events.filter { $0["event"] as? String == "file" }
    return list.map { address in
      let event = files.first { $0["source"] as? String == address }
      return (event?["error"] as? [String: Any])?["code"] as? String ?? event?["status"] as? String
    }
  }

  /// A different image for each path: the sample with the path appended.
  private static func image(_ path: String) -> [UInt8] { rex + Array(path.utf8) }

  private func server(_ missing: LockedSet = LockedSet()) throws -> TestServer {
    try TestServer { request, reply in
      if missing.contains(request.path) { return reply.answer(404) }
      let tag = String(request.path.prefix { $0 != "?" })
      reply.file(FetchStateTests.image(request.path), for: request, tag: "\"\(tag)\"")
    }
  }

  private func contents(_ scratch: ScratchFolder) -> [String: Data] {
    Dictionary(
      scratch.files(below: "out").map { ($0, scratch.bytes("out/" + $0) ?? Data()) }, uniquingKeysWith: { $1 })
  }

  @Test(
    "The list of failures, fetched into the same folder, completes it with the names and digests of the whole list",
    arguments: Command.modes)
  func failedList(mode: String) throws {
    let missing = LockedSet(["/2/photo.jpg", "/4/photo.jpg"])
    let server = try server(missing)
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = (1...5).map { server.address("/\($0)/photo.jpg") }
    let options = ["--mode", mode, "--failed-to", scratch["failed"]]
    #expect(try Command.fetch(list, scratch, options).status == 1)
    let before = contents(scratch)
    #expect(before.keys.sorted() == ["000001-photo.jpg", "000003-photo.jpg", "000005-photo.jpg"])
    let failed = String(decoding: scratch.bytes("failed") ?? Data(), as: UTF8.self)
    #expect(failed == [1, 3].map { "{\"url\":\"\(list[$0])\",\"position\":\($0 + 1)}\n" }.joined())
    missing.remove("/2/photo.jpg")
    // The list of failures of a list of failures also keeps the positions.
    #expect(try Command.fetch(failed.split(separator: "\n").map(String.init), scratch, options).status == 1)
    #expect(
      scratch.bytes("failed") == Data("{\"url\":\"\(list[3])\",\"position\":4}\n".utf8))
    missing.remove("/4/photo.jpg")
    #expect(
      try Command.fetch([String(decoding: scratch.bytes("failed") ?? Data(), as: UTF8.self)], scratch, options).status
        == 0)
    #expect(
      contents(scratch)
        == Dictionary(
          (1...5).map {
            ("00000\($0)-photo.jpg", Data(FetchStateTests.image("/\($0)/photo.jpg")))
          }, uniquingKeysWith: { $1 }))
  }

  @Test("The list of failures contains names, digests and malformed fields")
  func failedNames() throws {
    let missing = LockedSet(["/3"])
    let server = try server(missing)
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let digest = String(repeating: "0", count: 64)
    let list = [
      "url,name,sha256", "\(server.address("/1")),dogs/1.jpg,",
      "\(server.address("/2")),dogs/2.jpg,\(digest)", "\(server.address("/3")),\"dogs/a, \"\"b\"\".jpg\",",
      "\(server.address("/4")),,12",
    ]
    #expect(try Command.fetch(list, scratch, ["--failed-to", scratch["failed"]]).status == 1)
    let lines = [
      "{\"url\":\"\(server.address("/2"))\",\"position\":2,\"name\":\"dogs/2.jpg\",\"sha256\":\"\(digest)\"}",
      "{\"url\":\"\(server.address("/3"))\",\"position\":3,\"name\":\"dogs/a, \\\"b\\\".jpg\"}",
      "{\"url\":\"\(server.address("/4"))\",\"position\":4,\"sha256\":\"12\"}",
    ]
    #expect(scratch.bytes("failed") == Data(lines.map { $0 + "\n" }.joined().utf8))
    missing.remove("/3")
    let answer = try Command.fetch(lines, scratch)
    #expect(try codes(answer, (2...4).map { server.address("/\($0)") }) == ["corrupt", "written", "network"])
    #expect(scratch.files(below: "out") == ["dogs/1.jpg", "dogs/a, \"b\".jpg"])
  }

  @Test("Another list in the same folder overwrites no image of another address")
  func otherList() throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = (1...4).map { server.address("/\($0)/photo.jpg") }
    #expect(try Command.fetch(Array(list[..<2]), scratch).status == 0)
    let before = contents(scratch)
    for options in [["--resume"], [], ["--no-journal"]] {
      #expect(try Command.fetch(Array(list[2...]), scratch, options).status == 0)
      let after = contents(scratch)
      #expect(before.allSatisfy { after[$0.key] == $0.value })
      #expect(after.count == 4)
      #expect(after["000001-photo-2.jpg"] == Data(FetchStateTests.image("/3/photo.jpg")))
      #expect(after["000002-photo-2.jpg"] == Data(FetchStateTests.image("/4/photo.jpg")))
    }
    // Requested once, then only revalidated.
    #expect(server.requests.count { $0.path == "/3/photo.jpg" && $0.headers["if-none-match"] == nil } == 1)
  }

  @Test("Files not made by fetch stay: a generated name changes, a name from the list fails")
  func ownFiles() throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    try FileManager.default.createDirectory(atPath: scratch["out/000002-b.jpg"], withIntermediateDirectories: true)
    for name in ["000001-a.jpg", "000001-a-2.jpg", "own.jpg"] {
      try Data("mine".utf8).write(to: scratch.url.appending(path: "out/" + name))
    }
    try FileManager.default.createSymbolicLink(atPath: scratch["out/linked.jpg"], withDestinationPath: "nowhere")
    let list = ["/a.jpg", "/b.jpg"].map { server.address($0) }
    let answer = try Command.fetch(list, scratch)
    #expect(answer.status == 0, "\(answer.error)")
    #expect(scratch.bytes("out/000001-a-3.jpg") == Data(FetchStateTests.image("/a.jpg")))
    #expect(scratch.bytes("out/000002-b-2.jpg") == Data(FetchStateTests.image("/b.jpg")))
    #expect(try codes(Command.fetch(list, scratch, ["--resume"]), list) == ["skipped", "skipped"])
    #expect(server.requests.count == 2)
    let named = ["url\tname", "\(list[0])\town.jpg", "\(list[1])\tlinked.jpg"]
    let refused = try Command.fetch(named, scratch)
    #expect(refused.status == 1)
    #expect(try codes(refused, list) == ["exists", "exists"])
    #expect(refused.output.contains("did not come from this address"))
    for name in ["000001-a.jpg", "000001-a-2.jpg", "own.jpg"] {
      #expect(scratch.bytes("out/" + name) == Data("mine".utf8))
    }
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch["out/linked.jpg"]) == "nowhere")
    #expect(!scratch.files(below: "out").contains { $0.hasSuffix("part") })
  }

  @Test("Without a journal, an existing file with the same bytes is kept as the image")
  func sameBytes() throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = ["/a.jpg", "/b.jpg"].map { server.address($0) }
    #expect(try Command.fetch(list, scratch, ["--no-journal"]).status == 0)
    #expect(try codes(Command.fetch(list, scratch, ["--no-journal"]), list) == ["skipped", "skipped"])
    #expect(scratch.files(below: "out") == ["000001-a.jpg", "000002-b.jpg"])
    // The journal contains it from now on.
    #expect(try codes(Command.fetch(list, scratch), list) == ["skipped", "skipped"])
    let asked = server.requests.count
    #expect(try codes(Command.fetch(list, scratch, ["--resume"]), list) == ["skipped", "skipped"])
    #expect(server.requests.count == asked)
  }

  @Test("Images are identified by address, at any position in a list and for any number of entries")
  func editedList() throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = (1...3).map { server.address("/\($0)/photo.jpg") }
    #expect(try Command.fetch(Array(list[1...]), scratch).status == 0)
    let answer = try Command.fetch(list, scratch, ["--resume"])
    #expect(try codes(answer, list) == ["written", "skipped", "skipped"])
    #expect(server.requests.count == 3)
    #expect(scratch.bytes("out/000001-photo.jpg") == Data(FetchStateTests.image("/2/photo.jpg")))
    #expect(scratch.bytes("out/000001-photo-2.jpg") == Data(FetchStateTests.image("/1/photo.jpg")))
    let twice = [list[2], list[0], list[2]]
    #expect(try Command.fetch(twice, scratch, ["--resume"]).status == 0)
    #expect(scratch.bytes("out/000003-photo.jpg") == Data(FetchStateTests.image("/3/photo.jpg")))
    #expect(scratch.files(below: "out").count == 4 && server.requests.count == 4)
    #expect(try Command.fetch(twice, scratch, ["--resume"]).status == 0)
    #expect(server.requests.count == 4)
  }

  @Test("The journal contains no password and no query of an address")
  func secrets() throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let address = "http://me:hush@127.0.0.1:\(server.port)/a.jpg?signature=hush"
    for _ in 1...2 {
      #expect(try Command.fetch([address], scratch, ["--resume"]).status == 0)
      let journal = String(decoding: scratch.bytes("out/.imgbatch-journal") ?? Data(), as: UTF8.self)
      #expect(!journal.contains("hush") && journal.contains("http://127.0.0.1/a.jpg"), "\(journal)")
    }
    #expect(server.requests.count == 1)
  }

  @Test("A run with the server down loses no records", arguments: [["--resume"], [], ["--retry-failed"]])
  func serverDown(options: [String]) throws {
    let missing = LockedSet()
    let server = try server(missing)
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = [
      "url\tname", "\(server.address("/1"))\ta.jpg", "\(server.address("/2"))\t", "\(server.address("/3"))\tc",
    ]
    let addresses = (1...3).map { server.address("/\($0)") }
    #expect(try Command.fetch(list, scratch).status == 0)
    let before = contents(scratch)
    missing.insert("/1", "/2", "/3")
    #expect(try codes(Command.fetch(list, scratch), addresses) == ["http-status", "http-status", "http-status"])
    #expect(contents(scratch) == before)
    missing.remove("/1", "/2", "/3")
    let asked = server.requests.count
    #expect(try codes(Command.fetch(list, scratch, options), addresses) == ["skipped", "skipped", "skipped"])
    let requests = server.requests.dropFirst(asked)
    #expect(requests.count == (options == ["--resume"] ? 0 : 3))
    #expect(requests.allSatisfy { $0.headers["if-none-match"] != nil })
    // After revalidation nothing is left to retry.
    if options != ["--resume"] {
      #expect(try Command.fetch(list, scratch, ["--retry-failed"]).status == 0)
      #expect(server.requests.count == asked + 3)
    }
  }

  @Test(
    "A date allows joining parts only if it was at least a minute old", arguments: ["threads", "processes"])
  func dates(mode: String) throws {
    let dates = [
      "/equal": "Mon, 06 May 2024 07:08:09 GMT", "/second": "Mon, 06 May 2024 07:08:08 GMT",
      "/minute": "Mon, 06 May 2024 07:07:09 GMT", "/later": "Mon, 06 May 2024 08:00:00 GMT",
      "/no-date": "Mon, 06 May 2024 07:07:09 GMT",
    ]
    let server = try TestServer { request, reply in
      let headers =
        ["Last-Modified: \(dates[request.path] ?? "")"]
        + (request.path == "/no-date" ? [] : ["Date: Mon, 06 May 2024 07:08:09 GMT"])
      if request.earlier > 0 {
        // The server compares only the date, although the image has changed to another of the same size.
        guard request.headers["if-range"] != nil else { return reply.answer(200, headers, luna) }
        return reply.answer(
          206, headers + ["Content-Range: bytes 5000-\(rex.count - 1)/\(rex.count)"], rex.dropFirst(5000))
      }
      let lines = ["HTTP/1.1 200 OK"] + headers + ["Content-Length: \(rex.count)", "", ""]
      reply.send(lines.joined(separator: "\r\n"))
      reply.send(rex.prefix(5000))
      reply.close()
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let paths = dates.keys.sorted()
    #expect(try Command.fetch(paths.map { server.address($0) }, scratch, ["--mode", mode]).status == 0)
    for (index, path) in paths.enumerated() {
      let bytes = scratch.bytes("out/00000\(index + 1)-\(path.dropFirst()).jpg")
      #expect(bytes == Data(path == "/minute" ? rex : luna), "\(path)")
    }
  }

  @Test(
    "Parts are joined only where the server has one content, and the result is one image",
    arguments: ["/tag", "/total", "/lie"], ["threads", "processes"])
  func joined(path: String, mode: String) throws {
    // Two files of equal size whose images differ from the first row on.
    let other = FetchStateTests.halfImage
    let server = try TestServer { request, reply in
      switch request.earlier {
      case 0:
        reply.send("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: \(rex.count)\r\n\r\n")
        reply.send(rex.prefix(rex.count / 2))
        reply.close()
      case 1:
        let start = rex.count / 2
        let bytes = path == "/total" ? other + [0] : other
        reply.answer(
          206,
          [
            "ETag: \(path == "/tag" ? "\"2\"" : "\"1\"")",
            "Content-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)",
          ],
          bytes[start...])
      default: reply.answer(200, ["ETag: \"2\""], other)
      }
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let answer = try Command.fetch([server.address(path)], scratch, ["--mode", mode])
    #expect(answer.status == 0, "\(answer.output)")
    #expect(scratch.bytes("out/000001\(path.replacing("/", with: "-")).jpg") == Data(other))
    #expect(server.requests.map { $0.headers["range"] != nil } == [false, true, false])
  }

  /// Another image with the same number of bytes.
  private static let halfImage: [UInt8] = {
    // Padded with comments (ITU-T T.81, B.2.4.5).
    var comments: [UInt8] = []
    var left = rex.count - luna.count
    while left > 0 {
      let count = left > 65_537 ? min(65_000, left - 4) : left
      comments +=
        [0xFF, 0xFE, UInt8((count - 2) >> 8), UInt8((count - 2) & 255)] + [UInt8](repeating: 0, count: count - 4)
      left -= count
    }
    var image = luna
    image.insert(contentsOf: comments, at: 2)
    return image
  }()

  @Test(
    "A response without a length that was cut is not taken as whole because of its preview's end marker or text in a chunk"
  )
  func cutPreviews() throws {
    var preview: [UInt8] = Array("Exif\0\0".utf8)
    preview += rex.prefix(20_000)
    preview += [0xFF, 0xD9]
    let length = preview.count + 2
    var jpeg = rex
    jpeg.insert(contentsOf: [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + preview, at: 2)
    let text: [UInt8] = Array("tEXtComment\0IEND".utf8)
    var png = bello
    png.insert(contentsOf: [0, 0, 0, UInt8(text.count - 4)] + text + crc(text), at: 33)
    let bodies: [String: [UInt8]] = [
      "/whole.jpg": jpeg, "/cut.jpg": Array(jpeg[..<40_000]), "/whole.png": png,
      "/cut.png": Array(png[..<3000]), "/last.png": Array(png.dropLast()), "/last.jpg": Array(jpeg.dropLast()),
    ]
    let server = try TestServer { request, reply in
      reply.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
      reply.send(bodies[request.path] ?? [])
      reply.close()
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let paths = bodies.keys.sorted()
    let answer = try Command.fetch(paths.map { server.address($0) }, scratch, ["--retries", "0"])
    #expect(
      try codes(answer, paths.map { server.address($0) })
        == paths.map { $0.hasPrefix("/whole") ? "written" : "truncated" }, "\(paths)")
    #expect(scratch.files(below: "out").map { $0.suffix(9) } == ["whole.jpg", "whole.png"])
  }

  /// The CRC-32 of PNG (PNG specification, annex D).
  private func crc(_ bytes: [UInt8]) -> [UInt8] {
    var value = UInt32.max
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    return (0..<4).map { UInt8(truncatingIfNeeded: ~value >> (24 - 8 * $0)) }
  }
}

/// The paths that a server does not have at the moment.
final class LockedSet: @unchecked Sendable {
  private let lock = NSLock()
  private var paths: Set<String>

  init(_ paths: Set<String> = []) { self.paths = paths }

  func contains(_ path: String) -> Bool { lock.withLock { paths.contains(path) } }
  func insert(_ some: String...) { lock.withLock { paths.formUnion(some) } }
  func remove(_ some: String...) { lock.withLock { paths.subtract(some) } }
}
