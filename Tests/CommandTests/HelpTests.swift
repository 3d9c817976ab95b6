import Foundation
import TestSupport
import Testing

@Suite("Help, version and README")
struct HelpTests {
  @Test("The version tells the libraries in use and the build")
  func version() throws {
    let answer = try Command.run("--version")
    #expect(answer.status == 0)
    #expect(answer.output.hasPrefix("imgbatch 0."))
    let lines = answer.output.split(separator: "\n")
    try #require(lines.count == 3)
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

  @Test(
    "Every command has help",
    arguments: [[], ["resize"], ["grayscale"], ["compare"], ["profile"], ["fetch"], ["gallery"], ["info"]])
  func help(command: [String]) throws {
    let answer = try Command.run(arguments: command + ["--help"])
    #expect(answer.status == 0)
    #expect(answer.output.contains("EXAMPLES:"))
    #expect(answer.output.contains("USAGE: imgbatch"))
  }

  @Test("Every example of the README and of the help runs")
  func examples() throws {
    let scratch = try ScratchFolder()
    for (name, source) in [("samples", Places.samples.path), ("dogs", Command.dogs), ("cats", Command.patterns)] {
      try FileManager.default.copyItem(atPath: source, toPath: scratch[name])
    }
    try scratch.add("dogs/bello.png", as: "scan.png")
    var readme = try String(contentsOf: Places.root.appending(path: "README.md"), encoding: .utf8)
    // That section has a server and a test of its own.
    if let start = readme.range(of: "## Downloading\n"), let end = readme.range(of: "\n## Modes") {
      readme.removeSubrange(start.lowerBound..<end.lowerBound)
    }
    let texts =
      try [readme]
      + ["", "resize", "grayscale", "compare", "profile", "info"].map {
        try Command.run(arguments: $0.isEmpty ? ["--help"] : [$0, "--help"], environment: ["COLUMNS": "400"]).output
      }
    let lines = texts.flatMap { $0.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) } }
    let examples = lines.filter { line in
      // Saving wants a machine that is quiet enough to tell what is best; downloads want a server.
      !["--save", "--workload fetch", "--fetch"].contains { line.contains($0) }
        && [
          "imgbatch resize ", "imgbatch grayscale ", "imgbatch compare ", "imgbatch profile ", "imgbatch info ",
          "find ",
        ].contains { line.hasPrefix($0) }
    }
    #expect(examples.count > 12)
    for example in examples {
      let answer = try Command.shell(example, in: scratch)
      #expect(answer.status == 0, "\(example): \(answer.error)")
    }
  }
}
