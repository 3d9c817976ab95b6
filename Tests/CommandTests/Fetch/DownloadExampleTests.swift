import Foundation
import TestSupport
import Testing

@Suite("The examples of downloads in the articles")
struct DownloadExampleTests {
  /// A web server with the images of the example.
  private func server() throws -> TestServer {
    try TestServer { request, reply in
      let bytes = (try? Places.sample("dogs" + request.path)) ?? []
      bytes.isEmpty ? reply.answer(404) : reply.file(bytes, for: request, tag: "\"\(bytes.count)\"")
    }
  }

  /// The commands of a script, except those that start and stop a web server.
  private func commands(_ script: String) -> String {
    let lines = script.split(separator: "\n")
    return lines.filter { !$0.hasPrefix("python3 -m http.server 8080 ") && !$0.hasPrefix("kill ") }
      .joined(separator: "\n")
  }

  @Test("The commands for list, gallery, selection, downloads, thumbnails and measuring work")
  func examples() throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    try FileManager.default.copyItem(atPath: Command.dogs, toPath: scratch["photos"])
    let recipes = try DocumentExamples(DocumentExamples.article("Recipes")).scripts.filter { $0.contains("http://") }
    let measuring = try DocumentExamples(DocumentExamples.article("Downloading")).scripts
    #expect(recipes.count == 1 && measuring.count == 1)
    for script in recipes + measuring {
      let here = commands(script).replacingOccurrences(of: "127.0.0.1:8080", with: "127.0.0.1:\(server.port)")
      let answer = try Command.shell("set -e; " + here, in: scratch)
      #expect(answer.status == 0, "\(script): \(answer.error)")
    }
    let page = String(decoding: scratch.bytes("choose.html") ?? Data(), as: UTF8.self)
    #expect(page.components(separatedBy: "data-line=\"http://").count == 4)
    let names = ["000001-rex.jpg", "000002-luna.jpg"]
    #expect(scratch.files(below: "originals") == names)
    #expect(Set(names + ["report.html"]).isSubset(of: scratch.files(below: "small")))
    #expect(Set(names).isSubset(of: scratch.files(below: "small2")))
    #expect(Set(names.map { "originals3/" + $0 }).isSubset(of: scratch.files(below: "small3")))
    #expect(
      scratch.bytes("cores.html").map { String(decoding: $0, as: UTF8.self).contains("Side by side") } == true)
  }
}
