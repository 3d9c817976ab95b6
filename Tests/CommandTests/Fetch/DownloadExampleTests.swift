import Foundation
import TestSupport
import Testing

@Suite("The README's section about downloading")
struct DownloadExampleTests {
  /// A web server with the samples, like the one in the example.
  private func server() throws -> TestServer {
    try TestServer { request, reply in
      let bytes = (try? Places.sample(String(request.path.dropFirst()))) ?? []
      bytes.isEmpty ? reply.answer(404) : reply.file(bytes, for: request, tag: "\"\(bytes.count)\"")
    }
  }

  /// The commands in the section's code blocks, except the one that starts the web server.
  private func commands() throws -> [String] {
    let readme = try String(contentsOf: Places.root.appending(path: "README.md"), encoding: .utf8)
    let start = try #require(readme.range(of: "## Downloading\n"))
    let end = try #require(readme.range(of: "\n## ", range: start.upperBound..<readme.endIndex))
    let blocks = readme[start.upperBound..<end.lowerBound].components(separatedBy: "```\n")
    return blocks.enumerated().filter { $0.offset % 2 == 1 }.flatMap {
      $0.element.split(separator: "\n").map(String.init)
    }
  }

  @Test("The README's commands for list, gallery, selection, download, thumbnails and report work")
  func example() throws {
    let server = try server()
    defer { server.stop() }
    let scratch = try ScratchFolder()
    let commands = try commands()
    #expect(commands.count >= 10 && commands[0].hasPrefix("python3 -m http.server 8080 --bind 127.0.0.1 "))
    for command in commands.dropFirst() {
      let here = command.replacingOccurrences(of: "127.0.0.1:8080", with: "127.0.0.1:\(server.port)")
      let answer = try Command.shell(here, in: scratch)
      #expect(answer.status == 0, "\(command): \(answer.error)")
      if command.hasPrefix("imgbatch gallery") {
        let page = String(decoding: scratch.bytes("choose.html") ?? Data(), as: UTF8.self)
        #expect(page.components(separatedBy: "data-line=\"http://").count == 4)
      }
      if command.hasPrefix("imgbatch compare") {
        for word in ["2 downloads", "serial", "threads", "processes", "wait for answers"] {
          #expect(answer.output.contains(word), "\(word): \(answer.output)")
        }
        #expect(!answer.output.contains("per picture"))
      }
    }
    #expect(scratch.files(below: "dogs") == ["000001-rex.jpg", "000002-luna.jpg"])
    let thumbs = scratch.files(below: "thumbs")
    #expect(Set(["000001-rex.jpg", "000002-luna.jpg", "report.html"]).isSubset(of: thumbs))
    let html = String(decoding: scratch.bytes("cores.html") ?? Data(), as: UTF8.self)
    for word in ["Beside each other", "Thumbnails", "Downloads"] { #expect(html.contains(word), "\(word)") }
  }
}
