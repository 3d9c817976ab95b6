import Foundation
import TestSupport
import Testing

@Suite("fetch with thumbnails", .serialized)
struct FetchThumbnailTests {
  private static let images = ["dogs/rex.jpg", "dogs/bello.png", "dogs/luna.jpg", "broken/truncated.jpg"].map {
    (try? Places.sample($0)) ?? []
  }

  private func server() throws -> TestServer {
    try TestServer { request, reply in
      guard let number = Int(request.path.dropFirst()), number < FetchThumbnailTests.images.count else {
        return reply.answer(404)
      }
      reply.file(FetchThumbnailTests.images[number], for: request, tag: "\"\(number)\"")
    }
  }

  private func fetch(_ list: [String], _ scratch: ScratchFolder, _ options: [String] = []) throws -> Response {
    try Command.run(
      arguments: [
        "fetch", "-", "--out", scratch["dogs"], "--thumbs", scratch["thumbs"], "--json", "--allow-private",
      ] + options, input: Data(list.map { $0 + "\n" }.joined().utf8))
  }

  private func statuses(_ answer: Response, _ list: [String]) throws -> [String?] {
    let files = try answer.events.filter { $0["event"] as? String == "file" }
    return list.map { address in
      let event = files.first { $0["source"] as? String == address }
      return (event?["error"] as? [String: Any])?["code"] as? String ?? event?["status"] as? String
    }
  }

  @Test(
    "Each address is one input with one outcome, and thumbnails equal those of resize",
    arguments: Command.modes)
  func pipelined(mode: String) throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = (0...4).map { server.address("/\($0)") }
    let answer = try fetch(list, scratch, ["--resize", "100x80", "--mode", mode])
    #expect(answer.status == 1, "\(answer.error)")
    #expect(try statuses(answer, list) == ["written", "written", "written", "truncated", "http-status"])
    let summary = try #require(answer.events.last)
    #expect(summary["inputs"] as? Int == 5 && summary["written"] as? Int == 3 && summary["failed"] as? Int == 2)
    let event = try #require(answer.events.first { $0["source"] as? String == list[0] })
    #expect(event["output"] as? String == scratch["thumbs/000001-0.jpg"])
    #expect(event["original"] as? String == scratch["dogs/000001-0.jpg"])
    #expect((event["seconds"] as? [String: Double])?["fetch"] ?? 0 > 0)
    #expect(scratch.files(below: "dogs").count == 4 && scratch.files(below: "thumbs").count == 3)
    let line = "imgbatch resize dogs --out again --size 100x80 --quiet; diff -r -x '.imgbatch-*' again thumbs"
    let same = try Command.shell(line, in: scratch)
    #expect(same.status == 0, "\(same.output)")
    if mode == "serial" { #expect(server.maxActive == ["127.0.0.1": 1]) }
  }

  @Test(
    "The page of --report is about downloads or thumbnails, and hides passwords and headers", arguments: [false, true])
  func report(hasThumbnails: Bool) throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let address = server.address("/0").replacingOccurrences(of: "http://", with: "http://me:geheim@")
    let answer = try Command.run(
      arguments: [
        "fetch", address, server.address("/9"), "--out", scratch["dogs"], "--allow-private", "--report",
        scratch["run.html"],
        "--header", "Authorization: geheim", "--header=X-Key:geheim", "--header-for", "a.example", "Cookie: geheim",
        "--header-over-http",
      ] + (hasThumbnails ? ["--thumbs", scratch["thumbs"]] : []))
    #expect(answer.status == 1, "\(answer.error)")
    let page = String(decoding: scratch.bytes("run.html") ?? Data(), as: UTF8.self)
    #expect(page.contains(hasThumbnails ? "<h1>1 written, 1 failed</h1>" : "<h1>1 downloaded, 1 failed</h1>"))
    #expect(
      page.contains("href=\"\(hasThumbnails ? "thumbs" : "dogs")/000001-0.jpg\"")
        && page.contains("<td>http-status</td>"))
    #expect(!page.contains("geheim") && page.contains("http://me:****@127.0.0.1:"))
    let headers =
      "--header &#39;Authorization: ****&#39; &#39;--header=X-Key: ****&#39; --header-for a.example &#39;Cookie: ****&#39;"
    #expect(page.contains(headers) && page.contains("threads, 16 connections"))
  }

  @Test("Run again, nothing is made twice; another size is made from existing originals")
  func again() throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = (0...2).map { server.address("/\($0)") }
    #expect(try statuses(fetch(list, scratch), list) == ["written", "written", "written"])
    #expect(try statuses(fetch(list, scratch), list) == ["skipped", "skipped", "skipped"])
    let asked = server.requests.count
    #expect(asked == 6)
    #expect(
      try statuses(fetch(list, scratch, ["--resume", "--resize", "64"]), list) == ["written", "written", "written"])
    try FileManager.default.removeItem(atPath: scratch["thumbs/000001-0.jpg"])
    let some = try fetch(list, scratch, ["--resume", "--resize", "64"])
    #expect(try statuses(some, list) == ["written", "skipped", "skipped"])
    #expect(server.requests.count == asked)
  }

  @Test("Without originals only thumbnails stay, and existing ones cause no request")
  func noOriginals() throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = (0...3).map { server.address("/\($0)") }
    let ends = try statuses(fetch(list, scratch, ["--no-originals"]), list)
    #expect(ends == ["written", "written", "written", "truncated"])
    // The failed thumbnail leaves its original, and no other original exists.
    #expect(scratch.files(below: "dogs") == ["000004-3.jpg"] && scratch.files(below: "thumbs").count == 3)
    let resumed = try statuses(fetch(list, scratch, ["--no-originals", "--resume"]), list)
    #expect(resumed == ["skipped", "skipped", "skipped", "truncated"])
    #expect(server.requests.count == 4)
    // Revalidation needs no original.
    let asked = try statuses(fetch(Array(list.prefix(3)), scratch, ["--no-originals"]), list)
    #expect(asked.prefix(3) == ["skipped", "skipped", "skipped"])
    let other = try statuses(fetch(list, scratch, ["--no-originals", "--resume", "--resize", "32"]), list)
    #expect(other == ["written", "written", "written", "truncated"])
    #expect(scratch.files(below: "dogs") == ["000004-3.jpg"])
  }

  @Test(
    "An original is removed only after its thumbnail is written, and stays for the next run where that failed",
    arguments: Command.modes, ["--retry-failed", "--resume"])
  func failedThumbnails(mode: String, option: String) throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let list = (0...2).map { server.address("/\($0)") }
    // A file cannot replace a folder.
    let blocked = scratch["thumbs/000002-1.png"]
    try FileManager.default.createDirectory(atPath: blocked, withIntermediateDirectories: true)
    let options = ["--no-originals", "--mode", mode]
    #expect(try statuses(fetch(list, scratch, options), list) == ["written", "write", "written"])
    #expect(scratch.files(below: "dogs") == ["000002-1.png"])
    #expect(try fetch(list, scratch, options + [option]).status == 1)
    try FileManager.default.removeItem(atPath: blocked)
    let answer = try fetch(list, scratch, options + [option])
    #expect(answer.status == 0, "\(answer.error)")
    #expect(try statuses(answer, list)[1] == "written")
    #expect(scratch.files(below: "dogs").isEmpty && scratch.files(below: "thumbs").count == 3)
    #expect(server.requests.count == 3)
  }

  @Test("Another list in the same folders overwrites no thumbnail of a removed original")
  func otherList() throws {
    let server = try TestServer { request, reply in
      let image = FetchThumbnailTests.images[request.path.hasPrefix("/rex") ? 0 : 2]
      reply.file(image, for: request, tag: "\"1\"")
    }
    defer { server.stop() }
    let scratch = try ScratchFolder()
    #expect(try fetch([server.address("/rex/photo")], scratch, ["--no-originals"]).status == 0)
    let thumbnail = scratch.bytes("thumbs/000001-photo.jpg")
    #expect(try fetch([server.address("/luna/photo")], scratch, ["--no-originals"]).status == 0)
    #expect(scratch.files(below: "thumbs") == ["000001-photo-2.jpg", "000001-photo.jpg"])
    #expect(scratch.bytes("thumbs/000001-photo.jpg") == thumbnail)
  }

  @Test("Options for thumbnails need a separate folder for them")
  func usage() throws {
    let scratch = try ScratchFolder()
    for options in [["--resize", "64"], ["--no-originals"], ["--jobs", "2"], ["--thumbs", scratch["out"]]] {
      let answer = try Command.run(arguments: ["fetch", "-", "--out", scratch["out"]] + options)
      #expect(answer.status == 64, "\(options): \(answer.error)")
    }
  }

  /// List lines with names.
  private func named(_ server: TestServer, _ names: [(Int, String)]) -> [String] {
    names.map { "{\"url\":\"\(server.address("/\($0.0)"))\",\"name\":\"\($0.1)\"}" }
  }

  private func codes(_ list: [String], _ scratch: ScratchFolder, out: String, thumbs: String?) throws -> [String] {
    let options = thumbs.map { ["--thumbs", scratch[$0]] } ?? []
    let answer = try Command.run(
      arguments: ["fetch", "-", "--out", scratch[out], "--json", "--allow-private"] + options,
      input: Data(list.map { $0 + "\n" }.joined().utf8))
    let files = try answer.events.filter { $0["event"] as? String == "file" }
    return files.map { (($0["error"] as? [String: Any])?["code"] ?? $0["status"]) as? String ?? "" }.sorted()
  }

  @Test(
    "Where one folder contains the other, names of thumbnails and downloads do not collide")
  func oneNameSpace() throws {
    let server = try server()
    defer { server.stop() }
    let (rex, luna) = (Data(FetchThumbnailTests.images[0]), Data(FetchThumbnailTests.images[2]))
    let scratch = try ScratchFolder()
    // The download first, then the thumbnail first: the later entry fails.
    let lists = [[(0, "t/a.jpg"), (2, "a.jpg")], [(2, "a.jpg"), (0, "t/a.jpg")]]
    #expect(try codes(named(server, lists[0]), scratch, out: "x", thumbs: "x/t") == ["exists", "written"])
    #expect(scratch.bytes("x/t/a.jpg") == rex && scratch.bytes("x/a.jpg") == nil)
    #expect(scratch.bytes("x/t/t/a.jpg") != nil)
    #expect(try codes(named(server, lists[1]), scratch, out: "y", thumbs: "y/t") == ["exists", "written"])
    #expect(scratch.bytes("y/a.jpg") == luna && scratch.bytes("y/t/a.jpg") != nil && scratch.bytes("y/t/a.jpg") != rex)
    // The thumbnail folder contains the download folder, and is spelled differently.
    let around = named(server, [(2, "a.jpg"), (0, "q/a.jpg"), (0, "q/b.jpg")])
    #expect(try codes(around, scratch, out: "z/q", thumbs: "z/./") == ["exists", "written", "written"])
    #expect(scratch.bytes("z/q/a.jpg") == luna && scratch.bytes("z/a.jpg") != nil)
    // A generated name changes.
    let open = named(server, [(0, "t/000002-2.jpg")]) + ["{\"url\":\"\(server.address("/2"))\"}"]
    #expect(try codes(open, scratch, out: "v", thumbs: "v/t") == ["written", "written"])
    #expect(scratch.bytes("v/t/000002-2.jpg") == rex && scratch.bytes("v/000002-2-2.jpg") == luna)
    // A file downloaded by an earlier list does not become a thumbnail of a later one.
    #expect(try codes(named(server, [(0, "t/a.jpg")]), scratch, out: "w", thumbs: nil) == ["written"])
    #expect(try codes(named(server, [(2, "a.jpg")]), scratch, out: "w", thumbs: "w/t") == ["exists"])
    #expect(scratch.bytes("w/t/a.jpg") == rex)
    // There are no collisions between separate folders.
    #expect(try codes(named(server, lists[0]), scratch, out: "u/one", thumbs: "u/two") == ["written", "written"])
  }

  @Test("A link below either folder leads nothing out of it", arguments: ["threads", "processes"])
  func links(mode: String) throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let made = "mkdir -p dogs thumbs elsewhere && ln -s ../elsewhere dogs/sub && ln -s ../elsewhere thumbs/other"
    #expect(try Command.shell(made, in: scratch).status == 0)
    let list = named(server, [(0, "sub/a.jpg"), (2, "other/b.jpg"), (1, "c.png")])
    let answer = try fetch(list, scratch, ["--mode", mode])
    #expect(answer.status == 1, "\(answer.error)")
    #expect(answer.output.components(separatedBy: "a symbolic link is on its way").count == 3, "\(answer.output)")
    #expect(scratch.files(below: "elsewhere") == [])
    #expect(scratch.bytes("dogs/other/b.jpg") != nil && scratch.bytes("thumbs/c.png") != nil)
  }
}
