import Foundation
import ImageCodecs
import ImageCore
import TestSupport
import Testing

@Suite("Help, version and examples")
struct HelpTests {
  @Test("The version names the libraries in use and the build")
  func version() throws {
    let answer = try Command.run("--version")
    #expect(answer.status == 0)
    #expect(answer.output.hasPrefix("imgbatch 0."))
    let lines = answer.output.split(separator: "\n")
    try #require(lines.count == 4)
    let missing = ImageFormat.installation(of: ImageFormat.allCases).map {
      " (\(ImageFormat.names("and") { !$0.isReadable }): \($0))"
    }
    let read = ImageFormat.names("and", where: \.isReadable) + (missing ?? "")
    #expect(lines[3] == "formats: reads \(read), writes \(ImageFormat.writtenNames("and"))")
    for word in ["libjpeg-turbo ", "libpng 1.", "zlib 1.", "libdeflate 1.", "Little CMS 2.", "SIMD: "] {
      #expect(lines[0].contains(word))
    }
    let libraries = try Command.shell("ldd \"$(command -v imgbatch)\"", in: ScratchFolder())
    let isStatic = !libraries.output.contains("libswiftCore")
    #expect(lines[1].contains(isStatic ? "runtime linked in" : "runtime from libraries"), "\(libraries.output)")
    #if DEBUG
      #expect(lines[1].hasPrefix("build: debug, "))
    #else
      #expect(lines[1].hasPrefix("build: release, "))
    #endif
  }

  @Test("The documents name the formats of the table", .enabled(if: WebPTrait.isOn))
  func documentedFormats() throws {
    let (read, written) = (ImageFormat.names("and"), ImageFormat.writtenNames("and"))
    func words(_ document: String) throws -> String {
      let text = try String(contentsOf: Places.root.appending(path: document), encoding: .utf8)
      return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    let readme = try words("README.md")
    #expect(readme.contains("\(read) files, by their suffix"))
    #expect(readme.contains("Reads \(read); writes \(written)"))
    let formats = try words(DocumentExamples.article("Formats"))
    #expect(formats.contains("\(read) are read, and \(written) are written"))
    #expect(formats.contains(ImageFormat.substitutes))
    #expect(try words(DocumentExamples.article("Inputs")).contains(ImageFormat.substitutes))
  }

  /// The commands in the program's help. The empty string is the program itself.
  private func commands() throws -> [String] {
    let lines = try Command.run("--help").output.split(separator: "\n", omittingEmptySubsequences: false)
    let list = lines.drop { $0 != "SUBCOMMANDS:" }.dropFirst().prefix { !$0.isEmpty }
    let names = list.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.compactMap { $0.split(separator: " ").first }
    #expect(
      Set(names).isSuperset(of: [
        "resize", "grayscale", "fetch", "gallery", "merge", "compare", "profile", "info", "formats",
      ]))
    return [""] + names.map(String.init)
  }

  private func help(_ command: String) throws -> Response {
    try Command.run(arguments: (command.isEmpty ? [] : [command]) + ["--help"], environment: ["COLUMNS": "400"])
  }

  /// The lines of a text that are commands of this program, directly or after `find`.
  private func commandLines(in text: String) throws -> [String] {
    let starts = try commands().filter { !$0.isEmpty }.map { "imgbatch \($0) " } + ["find "]
    let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    return lines.filter { line in starts.contains { line.hasPrefix($0) } }
  }

  /// Whether an example needs a server to download from.
  private func downloads(_ example: String) -> Bool {
    ["imgbatch fetch ", "--workload fetch", "--fetch "].contains { example.contains($0) }
  }

  /// Each example once. Measurements run the program dozens of times, so of these only the ones whose options are not all in
  /// another.
  private func distinct(_ examples: [String]) -> [String] {
    var found: [String] = []
    for example in examples where !found.contains(example) { found.append(example) }
    func options(_ example: String) -> Set<Substring> {
      Set(example.split(separator: " ").filter { $0.hasPrefix("--") })
    }
    for command in ["imgbatch compare ", "imgbatch profile "] {
      for example in found where example.hasPrefix(command) {
        let isContained = found.contains { other in
          other != example && other.hasPrefix(command) && options(other).isSuperset(of: options(example))
        }
        if isContained { found.removeAll { $0 == example } }
      }
    }
    return found
  }

  @Test("Every command has help with examples")
  func everyHelp() throws {
    for command in try commands() {
      let answer = try help(command)
      #expect(answer.status == 0)
      #expect(answer.output.contains("EXAMPLES:"), "\(command)")
      #expect(answer.output.contains("USAGE: imgbatch"), "\(command)")
      #expect(try !commandLines(in: answer.output).isEmpty, "\(command)")
    }
  }

  @Test("Every command has a complete manual page")
  func manual() throws {
    let scratch = try ScratchFolder()
    let packaging = Places.root.appending(path: ".ci/packaging").path
    let answer = try Command.shell(
      """
      '\(packaging)/manual' '\(Command.imgbatch.path)' share && \
      '\(packaging)/manual-check' '\(Command.imgbatch.path)' share/man/man1
      """, in: scratch)
    #expect(answer.status == 0, "\(answer.error)")
  }

  @Test("Every example in the help runs")
  func helpExamples() throws {
    let scratch = try ScratchFolder()
    for (name, source) in [("dogs", Command.dogs), ("cats", Command.patterns)] {
      try FileManager.default.copyItem(atPath: source, toPath: scratch[name])
    }
    try scratch.add("dogs/bello.png", as: "scan.png")
    try Data("http://dogs.example/rex.jpg\n".utf8).write(to: scratch.url.appending(path: "dogs.txt"))
    // Saving defaults needs a quiet machine, to find the best setting.
    let examples = try commands().flatMap { try commandLines(in: help($0).output) }
      .filter { !$0.contains("--save") && !downloads($0) }
    #expect(examples.count > 12)
    for example in distinct(examples) {
      let answer = try Command.shell(example, in: scratch)
      #expect(answer.status == 0, "\(example): \(answer.error)")
    }
  }

  @Test("Every example in a document runs", arguments: ["README.md", DocumentExamples.article("Recipes")])
  func documentExamples(document: String) throws {
    let scratch = try ScratchFolder()
    try FileManager.default.copyItem(atPath: Places.samples.path, toPath: scratch["samples"])
    try FileManager.default.copyItem(atPath: Command.dogs, toPath: scratch["photos"])
    // DownloadExampleTests runs the examples that need a server.
    let scripts = try DocumentExamples(document).scripts.filter { !$0.contains("http://") }
    #expect(scripts.count >= 3)
    for script in scripts {
      let answer = try Command.shell("set -e; " + script, in: scratch)
      #expect(answer.status == 0, "\(script): \(answer.error)")
    }
    // git ignores `thumbs`, so the examples of the README leave a checkout clean.
    guard document == "README.md" else { return }
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.url.path)
    #expect(names.sorted() == ["photos", "samples", "thumbs"])
  }

  @Test("Every fetch example in the help runs")
  func downloadExamples() throws {
    let server = try TestServer { request, reply in
      let name = request.path.split(separator: "/").last.map(String.init) ?? ""
      let bytes = (try? Places.sample("dogs/" + name)) ?? []
      bytes.isEmpty ? reply.answer(404) : reply.file(bytes, for: request, tag: "\"\(name)\"")
    }
    defer { server.stop() }
    let examples = try commands().flatMap { command in
      try commandLines(in: help(command).output).filter { $0.contains("imgbatch fetch ") }
    }
    #expect(examples.count > 4)
    for example in Set(examples).sorted() {
      let scratch = try ScratchFolder()
      let list = ["rex.jpg", "luna.jpg"].map { "http://dogs.example/\($0)\n" }.joined()
      try Data(list.utf8).write(to: scratch.url.appending(path: "dogs.txt"))
      // The server is used as a proxy, which may be private; hosts in lists may not.
      let answer = try Command.shell("export http_proxy=\(server.address("")); \(example)", in: scratch)
      #expect(answer.status == 0, "\(example): \(answer.error)")
      #expect(scratch.files(below: "dogs").count == 2, "\(example)")
    }
  }
}
