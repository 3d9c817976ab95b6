import Foundation
import TestSupport
import Testing

/// `--format auto`: JPEG where every pixel of the output is opaque, else PNG.
@Suite struct AutomaticFormatTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func add(_ name: String, _ bytes: [UInt8]) throws {
    let target = folder.url.appending(path: name)
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: target)
  }

  private func opaque(_ name: String) throws { try add(name, DrawnPNG.bytes(width: 40, height: 30, color: 6)) }

  private func translucent(_ name: String) throws {
    try add(name, DrawnPNG.bytes(width: 40, height: 30, color: 6, .half))
  }

  /// Sources of all kinds of alpha, whole and in strips of rows; the first part of the name is the format expected.
  private func addAll() throws {
    for (size, (width, height)) in [("small", (60, 50)), ("large", (90, 330))] {
      for bits in [8, 16] {
        let end = "\(size)-\(bits).png"
        try add("in/jpg-gray-\(end)", DrawnPNG.bytes(width: width, height: height, color: 0, bits: bits))
        try add("in/jpg-rgb-\(end)", DrawnPNG.bytes(width: width, height: height, color: 2, bits: bits))
        for (color, name) in [(4, "graya"), (6, "rgba")] {
          func made(_ transparency: DrawnPNG.Transparency) -> [UInt8] {
            DrawnPNG.bytes(width: width, height: height, color: color, bits: bits, transparency)
          }
          try add("in/alpha-jpg-\(name)-\(end)", made(.none))
          try add("in/alpha-jpg-\(name)-faint-\(end)", made(.faint))
          try add("in/png-\(name)-\(end)", made(.half))
        }
        try add(
          "in/alpha-jpg-trns-\(end)", DrawnPNG.bytes(width: width, height: height, color: 2, bits: bits, unused: true))
      }
    }
    try folder.add("dogs/rex.jpg", as: "in/jpg-rex.JPEG")
    try folder.add("patterns/orientation-6.jpg", as: "in/jpg-turned.jpg")
    try folder.add("patterns/cmyk.jpg", as: "in/jpg-inks.jpg")
    try folder.add("patterns/palette-trns.png", as: "in/png-palette.png")
    try folder.add("patterns/rgba-disc.png", as: "in/png-disc.png")
    try folder.add("patterns/icc-srgb.jpg", as: "in/jpg-named.png")
    try folder.add("patterns/rgba-disc.png", as: "in/png-named.jpg")
  }

  private static let looks: [[String]] = [
    ["--size", "20"], ["--size", "20x30", "--fit", "contain"],
    ["--size", "20", "--fit", "contain", "--background", "red"],
    ["--size", "20x31", "--fit", "cover", "--gravity", "entropy"], ["--size", "20", "--linear"],
    ["--size", "20", "--gray"], ["--size", "20", "--icc", "srgb", "--gray-as", "luminance"],
    ["--size", "24", "--size", "50%", "--metadata", "keep"],
  ]

  @Test(arguments: looks)
  func `each output has the bytes of the plain format, in all modes`(look: [String]) throws {
    try addAll()
    let arguments = ["resize", folder["in"]] + look
    for format in ["jpeg", "png"] {
      let answer = try Command.run(arguments: arguments + ["--format", format, "--out", folder[format]])
      #expect(answer.status == 0, "\(answer.error)")
    }
    let isPaddedClear = look.contains("contain") && !look.contains("--background")
    var names: [String]?
    for mode in Command.modes {
      let answer = try Command.run(
        arguments: arguments + [
          "--format", "auto", "--mode", mode, "--jobs", mode == "serial" ? "1" : "3", "--out", folder[mode],
        ])
      #expect(answer.status == 0, "\(answer.error)")
      let made = folder.files(below: mode)
      #expect(made.count == folder.files(below: "jpeg").count)
      #expect(names == nil || names == made)
      names = made
      for name in made {
        let isPNG = name.hasSuffix(".png")
        // With 16 bits the faint pixel is still there.
        let isFaint = name.contains("faint") && name.contains("-16")
        let isExpected = name.hasPrefix("png-") || isFaint || (name.hasPrefix("alpha-") && isPaddedClear)
        #expect(isPNG == isExpected, "\(name) \(look)")
        #expect(
          folder.bytes("\(mode)/\(name)") == folder.bytes("\(isPNG ? "png" : "jpeg")/\(name)"),
          "\(mode) \(name) \(look)")
      }
    }
  }

  @Test(arguments: Command.modes) func `a crop without the transparent part is a JPEG`(mode: String) throws {
    try add("in/edge.png", DrawnPNG.bytes(width: 100, height: 40, color: 6, .edge))
    let arguments = ["resize", folder["in"], "--format", "auto", "--size", "20", "--fit", "cover", "--mode", mode]
    #expect(try Command.run(arguments: arguments + ["--out", folder["out"]]).status == 0)
    #expect(folder.files(below: "out") == ["edge.jpg"])
    #expect(try Command.run(arguments: arguments + ["--gravity", "west", "--out", folder["west"]]).status == 0)
    #expect(folder.files(below: "west") == ["edge.png"])
  }

  @Test func `both names are reserved: no collision and no overwritten input`() throws {
    try folder.add("dogs/rex.jpg", as: "in/a.jpg")
    try opaque("in/a.png")
    let collision = try Command.run("resize", folder["in"], "--format", "auto", "--out", folder["out"])
    #expect(collision.status == 64 && collision.error.contains("--name"))
    #expect(folder.files(below: "out").isEmpty)
    // a.png would become a.jpg, which is an input from another folder.
    try opaque("src/b.png")
    try folder.add("dogs/rex.jpg", as: "out/b.jpg")
    let before = folder.bytes("out/b.jpg")
    let overlap = try Command.run(
      "resize", folder["src"], folder["out/b.jpg"], "--format", "auto", "--name", "{dir}/x{stem}.{ext}", "--out",
      folder["o2"])
    #expect(overlap.status == 64)
    let direct = try Command.run(
      "resize", folder["src/b.png"], "--files-from", "/dev/null", "--format", "auto", "--out", folder["src"])
    #expect(direct.status == 64)
    let input = try Command.run(
      "resize", folder["src"], folder["out/b.jpg"], "--format", "auto", "--name", "{srcext}/../{stem}.{ext}", "--out",
      folder["out"])
    #expect(input.status == 64)
    #expect(folder.bytes("out/b.jpg") == before)
    // As a list, line by line: only the second line fails.
    let listed = try Command.run(
      "resize", "--files-from", "-", "--format", "auto", "--name", "{stem}.{ext}", "--json", "--out", folder["listed"],
      input: Data("\(folder["in/a.jpg"])\n\(folder["in/a.png"])\n".utf8))
    #expect(listed.status == 1)
    #expect((try listed.files["a.png"]?["error"] as? [String: Any])?["code"] as? String == "exists")
    #expect(folder.files(below: "listed") == ["a.jpg"])
  }

  @Test(arguments: Command.modes)
  func `a source that changes its kind leaves one output`(mode: String) throws {
    try translucent("in/a.png")
    try opaque("in/b.png")
    let arguments = [
      "resize", folder["in"], "--format", "auto", "--size", "20", "--json", "--mode", mode, "--out", folder["out"],
    ]
    #expect(try Command.run(arguments: arguments).status == 0)
    #expect(folder.files(below: "out") == ["a.png", "b.jpg"])
    // Nothing to do, under either name.
    for option in [["--existing", "update"], ["--resume"], ["--existing", "skip"]] {
      let answer = try Command.run(arguments: arguments + option)
      #expect(try answer.events.last?["skipped"] as? Int == 2, "\(option) \(answer.output)")
      let outputs = try answer.files.values.compactMap { $0["output"] as? String }
      #expect(Set(outputs) == [folder["out/a.png"], folder["out/b.jpg"]])
    }
    for (rounds, option) in [["--existing", "update"], [], ["--resume"]].enumerated() {
      let isOpaque = rounds % 2 == 0
      try isOpaque ? opaque("in/a.png") : translucent("in/a.png")
      try isOpaque ? translucent("in/b.png") : opaque("in/b.png")
      let answer = try Command.run(arguments: arguments + option)
      #expect(answer.status == 0, "\(answer.error)")
      #expect(folder.files(below: "out") == (isOpaque ? ["a.jpg", "b.png"] : ["a.png", "b.jpg"]), "\(option)")
      #expect(try Command.run(arguments: arguments + ["--existing", "update"]).events.last?["skipped"] as? Int == 2)
    }
  }

  @Test func `an existing output of either format is one`() throws {
    try translucent("in/a.png")
    try opaque("in/b.png")
    let arguments = ["resize", folder["in"], "--format", "auto", "--json", "--out", folder["out"]]
    #expect(try Command.run(arguments: arguments).status == 0)
    try opaque("in/a.png")
    let answer = try Command.run(arguments: arguments + ["--existing", "fail"])
    #expect(try answer.events.last?["failed"] as? Int == 2)
    #expect(folder.files(below: "out") == ["a.png", "b.jpg"])
  }

  @Test func `only unchanged files of the journal are removed`() throws {
    try translucent("in/a.png")
    try translucent("in/b.png")
    try translucent("in/c.png")
    let arguments = ["resize", folder["in"], "--format", "auto", "--size", "20", "--out", folder["out"]]
    #expect(try Command.run(arguments: arguments + ["--no-journal"]).status == 0)
    for name in ["a", "b", "c"] { try opaque("in/\(name).png") }
    // They are in no journal.
    #expect(try Command.run(arguments: arguments).status == 0)
    #expect(folder.files(below: "out") == ["a.jpg", "a.png", "b.jpg", "b.png", "c.jpg", "c.png"])
    for name in ["a", "b", "c"] { try translucent("in/\(name).png") }
    // One output was edited since, and another has a further journal.
    try Data("my own".utf8).write(to: folder.url.appending(path: "out/a.jpg"))
    #expect(try Command.run(arguments: arguments + ["--no-journal"]).status == 0)
    #expect(folder.files(below: "out").count == 6)
    #expect(try Command.run(arguments: arguments).status == 0)
    #expect(folder.files(below: "out") == ["a.jpg", "a.png", "b.png", "c.png"])
    #expect(folder.bytes("out/a.jpg") == Data("my own".utf8))
  }

  @Test func `an output of a plain format is made again`() throws {
    try opaque("in/a.png")
    try translucent("in/b.png")
    let arguments = ["resize", folder["in"], "--size", "20", "--existing", "update", "--json", "--out", folder["out"]]
    #expect(try Command.run(arguments: arguments + ["--format", "jpeg"]).status == 0)
    let answer = try Command.run(arguments: arguments + ["--format", "auto"])
    #expect(try answer.files["a.png"]?["redo"] as? String == "options-changed")
    // The flattened JPEG of the translucent image is stale.
    #expect(folder.files(below: "out") == ["a.jpg", "b.png"])
    #expect(try Command.run(arguments: arguments + ["--format", "auto"]).events.last?["skipped"] as? Int == 2)
  }

  @Test(arguments: Command.modes) func `damaged images fail as in the plain formats and leave nothing`(mode: String)
    throws
  {
    let arguments = ["resize", Command.broken, "--mode", mode, "--json"]
    let plain = try Command.run(arguments: arguments + ["--format", "png", "--out", folder["png"]])
    let chosen = try Command.run(arguments: arguments + ["--format", "auto", "--out", folder["auto"]])
    #expect(chosen.status == plain.status)
    func codes(_ answer: Response) throws -> [String: String] {
      try answer.files.mapValues { ($0["error"] as? [String: Any])?["code"] as? String ?? "none" }
    }
    #expect(try codes(chosen) == codes(plain))
    #expect(folder.files(below: "auto").count == folder.files(below: "png").count)
    let again = try Command.run(arguments: arguments + ["--format", "auto", "--resume", "--out", folder["auto"]])
    #expect(try codes(again) == codes(plain))
  }

  @Test func `a dry run shows both names where the header does not decide`() throws {
    try opaque("in/a.png")
    try add("in/b.png", DrawnPNG.bytes(width: 40, height: 30, color: 2))
    try folder.add("dogs/rex.jpg", as: "in/c.jpeg")
    let arguments = ["resize", folder["in"], "--format", "auto", "--dry-run", "--out", folder["out"]]
    let text = try Command.run(arguments: arguments).output
    #expect(text.contains("\(folder["out"])/a.{jpg,png}: 40x30"))
    #expect(text.contains("\(folder["out"])/b.jpg: ") && text.contains("\(folder["out"])/c.jpeg: "))
    let files = try Command.run(arguments: arguments + ["--json"]).files
    #expect(files["a.png"]?["output"] as? String == folder["out/a.jpg"])
    #expect(files["a.png"]?["outputIfTransparent"] as? String == folder["out/a.png"])
    #expect(files["b.png"]?["outputIfTransparent"] == nil)
    let padded = try Command.run(arguments: arguments + ["--fit", "contain", "--size", "20"]).output
    #expect(padded.contains("\(folder["out"])/a.png: "))
  }

  @Test func `the summary recommends it where opaque PNGs are large`() throws {
    for index in 0..<10 {
      var bytes = DrawnPNG.bytes(width: 64, height: 64, color: 6)
      // Noise does not compress. The end of the data is the checksum, so the samples are replaced before it is computed.
      bytes = noise(seed: index)
      try add("in/\(index).png", bytes)
    }
    let arguments = ["resize", folder["in"], "--size", "64", "--out", folder["out"]]
    let hint = "--format auto writes opaque images as JPEG"
    #expect(try Command.run(arguments: arguments).error.contains("PNG thumbnails take 1"))
    #expect(try !Command.run(arguments: arguments + ["--json"]).error.contains(hint))
    #expect(try !Command.run(arguments: arguments + ["--quiet"]).error.contains(hint))
    #expect(try !Command.run(arguments: arguments + ["--format", "auto"]).error.contains(hint))
    try folder.remove("in/9.png")
    #expect(try !Command.run(arguments: arguments).error.contains(hint))
  }

  /// 64x64 pixels of RGB with full alpha.
  private func noise(seed: Int) -> [UInt8] {
    var state = UInt32(seed + 1)
    var rows: [UInt8] = []
    for _ in 0..<64 {
      rows.append(0)
      for _ in 0..<64 {
        for _ in 0..<3 {
          state = state &* 1_664_525 &+ 1_013_904_223
          rows.append(UInt8(state >> 24))
        }
        rows.append(255)
      }
    }
    return PNGParts.signature + PNGParts.header(width: 64, height: 64, colorType: 6) + PNGParts.data(rows)
      + PNGParts.end
  }

  @Test func `names and single files must leave the suffix open`() throws {
    try opaque("a.png")
    let arguments = ["resize", folder["a.png"], "--format", "auto", "--size", "20"]
    let named = try Command.run(arguments: arguments + ["--name", "{stem}.png", "--out", folder["out"]])
    #expect(named.status == 64 && named.error.contains("{ext}"))
    let file = try Command.run(arguments: arguments + ["--out", folder["b.png"]])
    #expect(file.status == 64 && file.error.contains("--format auto"))
    #expect(try Command.run(arguments: arguments + ["--out", folder["out"]]).status == 0)
    try translucent("t.png")
    for (name, start) in [("a.png", [0xFF, 0xD8]), ("t.png", [0x89, 0x50])] {
      let line = "imgbatch resize \(folder[name]) --format auto --size 20 --out - | head -c 2 | od -An -tx1"
      let answer = try Command.shell(line, in: folder)
      #expect(
        answer.output.split(separator: " ").compactMap { Int($0.trimmingCharacters(in: .newlines), radix: 16) } == start
      )
    }
  }

  @Test func `several sizes of an image may have different formats`() throws {
    try add("in/a.png", DrawnPNG.bytes(width: 300, height: 300, color: 6, .faint))
    let answer = try Command.run(
      "resize", folder["in"], "--format", "auto", "--size", "20", "--size", "100%", "--out", folder["out"])
    #expect(answer.status == 0, "\(answer.error)")
    #expect(folder.files(below: "out") == ["a-100%.png", "a-20.jpg"])
  }
}
