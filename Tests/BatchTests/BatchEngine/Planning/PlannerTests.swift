import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCore
@testable import ImageErrors
@testable import RunState
@testable import SystemSupport

@Suite struct PlannerTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func plan(
    _ arguments: [String], out: String = "out", _ template: String = "{dir}/{stem}.{ext}",
    format: OutputFormat = .same, shard: Shard? = nil
  ) throws -> PlannedJobs {
    var rules = WalkRules()
    rules.output = folder(out)
    rules.shard = shard
    let list = try InputList.find(arguments.map { folder($0) }, rules: rules)
    let naming = OutputNaming(
      folder: folder(out), template: try NameTemplate(template), format: format, sizes: ["256"])
    return try Planner.jobs(for: list.inputs, naming: naming, shard: shard)
  }

  private func error(_ body: () throws -> PlannedJobs) -> PlanError? {
    do { _ = try body() } catch { return error as? PlanError }
    return nil
  }

  @Test func `jobs contain source, output and format`() throws {
    try folder.add("in/a.JPG", [1, 2, 3])
    try folder.add("in/sub/b.png", [1])
    try folder.add("in/c", pngStart)
    let jobs = try plan(["in", "none.jpg"])
    #expect(jobs.map(\.index) == [0, 1, 2, 3])
    #expect(jobs.map(\.source) == ["in/a.JPG", "in/c", "in/sub/b.png", "none.jpg"].map { folder($0) })
    #expect(jobs.map(\.output) == ["out/a.JPG", "out/c.png", "out/sub/b.png", "out/none.jpg"].map { folder($0) })
    #expect(jobs.map(\.format) == [.jpeg, .png, .png, .jpeg])
    #expect(jobs.map(\.sourceByteCount) == [3, pngStart.count, 1, 0])
    #expect(jobs.map { $0.refusal?.code } == [nil, nil, nil, .read])
  }

  @Test func `names of any bytes are unchanged in outputs`() throws {
    for name in awkwardNames { try folder.add(folder(bytes: Array("in/".utf8) + name)) }
    let outputs = try plan(["in"]).map { $0.output.bytes.dropFirst(folder("out").length + 1) }
    #expect(outputs.map(Array.init) == awkwardNames.sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test func `two inputs for one output are found before any work`() throws {
    try folder.add("in/a.jpg")
    try folder.add("in/a.png")
    try folder.add("in/b.jpg")
    #expect(
      error { try plan(["in"], format: .jpeg) }
        == .collisions([
          Collision(
            first: folder("in/a.jpg"), second: folder("in/a.png"), output: folder("out/a.jpg"), kind: .oneName)
        ]))
    #expect(try plan(["in"]).count == 3)
  }

  @Test func `every input of a collision is named`() throws {
    for position in ["x", "y", "z"] { try folder.add("\(position)/a.jpg") }
    guard case .collisions(let collisions) = error({ try plan(["x", "y", "z"]) }) else {
      Issue.record("no collisions")
      return
    }
    #expect(collisions.map(\.first) == [folder("x/a.jpg"), folder("x/a.jpg")])
    #expect(collisions.map(\.second) == [folder("y/a.jpg"), folder("z/a.jpg")])
  }

  @Test func `one name as a file and as a folder is a collision`() throws {
    try folder.add("x/a.jpg/b/c.jpg")
    try folder.add("y/a.jpg")
    #expect(
      error { try plan(["x", "y"]) }
        == .collisions([
          Collision(
            first: folder("y/a.jpg"), second: folder("x/a.jpg/b/c.jpg"), output: folder("out/a.jpg"),
            kind: .fileAndFolder)
        ]))
  }

  @Test func `inputs that fail anyway collide with nothing`() throws {
    try folder.add("x/a.jpg")
    #expect(try plan(["x", "none/a.jpg"]).map { $0.refusal == nil } == [true, false])
  }

  @Test func `an output that is an input is refused, whatever path leads to it`() throws {
    let path = try folder.add("in/a.jpg")
    // The folder itself.
    #expect(
      error { try plan(["in"], out: "in") } == .outputsAreInputs([OutputIsSource(input: path, output: path)]))
    // The same folder through a link.
    try folder.link("same", to: "in")
    #expect(
      error { try plan(["in"], out: "same") }
        == .outputsAreInputs([OutputIsSource(input: path, output: folder("same/a.jpg"))])
    )
    // A hard link, and a symbolic one.
    try folder.addFolder("hard")
    try folder.hardLink("hard/a.jpg", to: path)
    try folder.addFolder("soft")
    try folder.link("soft/a.jpg", to: "../in/a.jpg")
    for out in ["hard", "soft"] {
      #expect(
        error { try plan(["in"], out: out) }
          == .outputsAreInputs([OutputIsSource(input: path, output: folder("\(out)/a.jpg"))]))
    }
    // An input that is a link to an output.
    try folder.add("results/b.jpg")
    try folder.addFolder("links")
    try folder.link("links/b.jpg", to: "../results/b.jpg")
    #expect(
      error { try plan(["links"], out: "results") }
        == .outputsAreInputs([OutputIsSource(input: folder("links/b.jpg"), output: folder("results/b.jpg"))]))
  }

  /// A good hash gives a chi-squared above 92 for one in a hundred sets of names (63 degrees of freedom).
  @Test func `632 numbered names are distributed over 64 shards like by a good hash`() throws {
    var counts: [Int] = []
    for index in 1...64 {
      let shard = try #require(Shard(index: index, count: 64))
      counts.append((0..<632).count { shard.contains(Array(String(format: "%04d.jpg", $0).utf8)) })
    }
    #expect(counts.reduce(0, +) == 632)
    let expected = 632.0 / 64
    #expect(counts.map { (Double($0) - expected) * (Double($0) - expected) / expected }.reduce(0, +) < 92)
  }

  /// Names in which every byte occurs twice, or whose numbers are all even: the low bits of FNV-1a only depend on these parities.
  /// A good hash gives a chi-squared above 24.3 for one in a thousand sets of names (7 degrees of freedom).
  @Test(
    arguments: [
      (0..<1000).map { "\($0)/\($0).jpg" }, (0..<1000).map { "f\(2 * $0).jpg" },
      (0..<1000).map { "\($0 / 10)\($0 / 10)-\($0 % 10)\($0 % 10).jpg" },
    ] as [[String]])
  func `names with a pattern are distributed over 2, 4 and 8 shards like by a good hash`(names: [String]) throws {
    for count in [2, 4, 8] {
      let expected = Double(names.count) / Double(count)
      let counts = try (1...count).map { index in
        let shard = try #require(Shard(index: index, count: count))
        return Double(names.count { shard.contains(Array($0.utf8)) })
      }
      #expect(counts.reduce(0, +) == Double(names.count))
      #expect(counts.map { ($0 - expected) * ($0 - expected) / expected }.reduce(0, +) < 24.3, "\(counts)")
    }
  }

  /// Computed in Python by the rule in the article ManyMachines.
  @Test func `the shard rule is the published one`() throws {
    for (path, shard) in [("rex.jpg", 16), ("cats/1.jpg", 15), ("dogs/1/1.jpg", 6), ("ä.png", 12)] {
      #expect(try #require(Shard(index: shard, count: 16)).contains(Array(path.utf8)), "\(path)")
    }
  }

  @Test func `the fingerprint of a list depends on all its paths and not on their order`() {
    func fingerprint(_ paths: [String]) -> ListFingerprint {
      var fingerprint = ListFingerprint()
      for path in paths { fingerprint.add(Array(path.utf8)) }
      return fingerprint
    }
    let list = fingerprint(["a/b.jpg", "c.jpg", "d"])
    #expect(list == fingerprint(["d", "a/b.jpg", "c.jpg"]))
    #expect(list.digits.utf8.count == 32 && list.count == 3)
    var inParts = ListFingerprint()
    for (start, rest) in [("a/", "b.jpg"), ("", "c.jpg"), ("", "d")] {
      inParts.add(Array(start.utf8), Array(rest.utf8))
    }
    #expect(inParts == list)
    let others = [
      ["a/b.jpg", "c.jpg"], ["a/b.jpg", "c.jpg", "e"], ["a/b.jpg", "c.jpg", "d", "d"], ["a/c.jpg", "b.jpg", "d"],
    ]
    for other in others {
      #expect(fingerprint(other).digits != list.digits)
    }
    // A path that occurs twice does not cancel out.
    #expect(fingerprint(["d", "d"]).digits != fingerprint([]).digits)
  }

  @Test func `a shard refuses its own outputs that are inputs of any shard`() throws {
    for number in 0..<20 { try folder.add("in/\(number).jpg") }
    var refused: [FilePath] = []
    for index in 1...3 {
      let shard = Shard(index: index, count: 3)
      if case .outputsAreInputs(let overlaps)? = error({ try plan(["in"], out: "in", shard: shard) }) {
        refused += overlaps.map(\.output)
      }
    }
    #expect(Set(refused) == Set((0..<20).map { folder("in/\($0).jpg") }) && refused.count == 20)
    // Another shard's source.
    let source = try folder.add("pair/a-256.jpg")
    try folder.add("pair/a.jpg")
    let all = (1...7).compactMap { index in
      error {
        try plan(
          ["pair/a.jpg", "pair/a-256.jpg"], out: "pair", "{stem}-{size}.{ext}", shard: Shard(index: index, count: 7))
      }
    }
    #expect(all == [.outputsAreInputs([OutputIsSource(input: source, output: source)])])
    // Another shard's source without a status, through a hard link.
    for name in ["y", "z"] { try folder.add("walked/\(name).jpg") }
    try folder.addFolder("results")
    try folder.hardLink("results/y.jpg", to: folder("walked/z.jpg"))
    let linked = (1...2).compactMap { index in
      error { try plan(["walked"], out: "results", shard: Shard(index: index, count: 2)) }
    }
    #expect(
      linked == [.outputsAreInputs([OutputIsSource(input: folder("walked/z.jpg"), output: folder("results/y.jpg"))])])
  }

  @Test func `the output of one input must not be the source of another`() throws {
    try folder.add("in/a.jpg")
    let other = try folder.add("in/a-256.jpg")
    #expect(
      error { try plan(["in/a.jpg", "in/a-256.jpg"], out: "in", "{stem}-{size}.{ext}") }
        == .outputsAreInputs([OutputIsSource(input: other, output: other)]))
  }

  @Test func `outputs next to the sources are allowed under other names`() throws {
    try folder.add("in/a.jpg")
    #expect(try plan(["in"], out: "in", "{stem}-small.{ext}").map(\.output) == [folder("in/a-small.jpg")])
  }

  @Test func `an output folder inside the input may be used twice`() throws {
    try folder.add("in/a.jpg")
    try folder.add("in/sub/b.jpg")
    let first = try plan(["in"], out: "in/thumbs")
    for job in first { try folder.add(job.output) }
    let second = try plan(["in"], out: "in/thumbs")
    #expect(second.map(\.output) == first.map(\.output))
    #expect(second.map(\.source) == first.map(\.source))
  }

  @Test func `an output folder that is a file is refused`() throws {
    try folder.add("in/a.jpg")
    try folder.add("file")
    for out in ["file", "file/below"] {
      #expect(error { try plan(["in"], out: out) } == .outputFolderIsFile(folder(out)))
    }
  }

  @Test func `sizes are only measured if names contain them`() throws {
    try folder.add("in/a.jpg")
    try folder.add("in/bad.jpg")
    let list = try InputList.find([folder("in")], rules: WalkRules())
    let failure = JobError(stage: .decode, code: .notAnImage, message: "bad")
    var naming = OutputNaming(folder: folder("out"), template: try NameTemplate("{stem}-{w}x{h}.{ext}")) {
      path in
      path.lastComponent == "bad.jpg" ? .failure(failure) : .success([PixelSize(width: 256, height: 171)])
    }
    let jobs = try Planner.jobs(for: list.inputs, naming: naming)
    #expect(jobs[0].output == folder("out/a-256x171.jpg"))
    #expect(jobs.map(\.refusal) == [nil, failure])
    naming.template = .mirrored
    #expect(try Planner.jobs(for: list.inputs, naming: naming).map(\.refusal) == [nil, nil])
  }

  @Test func `a name that leaves the folder fails alone`() throws {
    try folder.add("in/..jpg")
    try folder.add("in/b.jpg")
    let jobs = try plan(["in/..jpg", "in/b.jpg"], "d/{stem}.")
    #expect(jobs.map { $0.refusal?.code } == [.write, nil])
  }

  @Test func `many names are distinguished`() throws {
    for index in 0..<300 { try folder.add("in/\(index % 20)/\(index).jpg", []) }
    let jobs = try plan(["in"])
    #expect(Set(jobs.map(\.output)).count == 300)
    guard case .collisions(let collisions) = error({ try plan(["in"], "{ext}/same") }) else {
      Issue.record("no collisions")
      return
    }
    #expect(collisions.count == 299)
    #expect(Set(collisions.map(\.first)).count == 1)
  }
}
