import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ImageErrors
@testable import RunState
@testable import SystemSupport

@Suite("Versions of the journal's format (promise 8)")
struct JournalFormatTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func path(_ version: Int, _ name: String) -> FilePath {
    FilePath(Places.root.appending(path: "Tests/Journals/version-\(version)/\(name)").path)
  }

  /// The entries of a journal, read as if it were in a folder next to /srv/album/photos.
  private func entries(_ version: Int, _ name: String) throws -> [JournalEntry] {
    try entries(of: path(version, name), JournalKeys(folder: "/srv/album/out"))
  }

  private func entries(of path: FilePath, _ names: JournalKeys) throws -> [JournalEntry] {
    var entries: [JournalEntry] = []
    try Journal.forEachLine(of: path, names) { line, _ in
      if case .entry(let entry, _) = line { entries.append(entry) }
    }
    return entries
  }

  private func entries(in folder: String) throws -> [JournalEntry] {
    var entries: [JournalEntry] = []
    try Journal.forEachEntry(in: self.folder(folder)) { entries.append($0) }
    return entries
  }

  /// A record of version 1.
  private func version1(_ fields: String...) -> [UInt8] {
    JournalText.sealed(Array(fields.joined(separator: "\t").utf8))
  }

  private func written(_ output: String, of source: String, at version: AlgorithmVersion = .none) -> JournalEntry {
    JournalEntry(
      source: FileStamp(byteCount: 3, modified: 4), fingerprint: OutputFingerprint(options: 0, algorithms: version),
      outcome: .written(output: FileStamp(byteCount: 5, modified: 6)), outputName: Array(output.utf8),
      sourceName: .file(Array(source.utf8)))
  }

  @Test func `a journal of version 1 has the meaning that it had when it was written`() throws {
    let entries = try entries(1, "resize")
    try #require(entries.count == 4)
    #expect(
      entries[0]
        == JournalEntry(
          source: FileStamp(byteCount: 132_717, modified: 1_714_979_289_123_456_789), fingerprint: .none,
          outcome: .written(output: FileStamp(byteCount: 1368, modified: 1_796_022_856_464_119_339)),
          outputName: Array("rex.jpg".utf8), sourceName: .file(Array("../photos/rex.jpg".utf8))))
    let accented = Array("caf".utf8) + [0xE9] + Array(" 100%.png".utf8)
    #expect(entries[1].outputName == accented)
    #expect(entries[1].sourceName == .file(Array("../photos/sub/".utf8) + accented))
    guard case .failed(let error) = entries[3].outcome else { throw Unexpected() }
    #expect(error.stage == .decode && error.code == .truncated && error.message.hasPrefix("the file ends too early ("))

    let downloads = try self.entries(1, "fetch")
    #expect(downloads.map(\.outcome).count { $0 == .partial } == 3)
    #expect(downloads[0].sourceName == .download(Array("http://127.0.0.1:8097/rex.jpg?a=1".utf8)))
    #expect(downloads[0].validator == Array("\"v1%\"\nMon, 06 May 2024 07:08:09 GMT".utf8))
  }

  private struct Unexpected: Error {}

  @Test func `a journal of version 2 has the meaning that it had when it was written`() throws {
    let entries = try entries(2, "sizes")
    let options: [UInt64] = [0x84a0_ec21_2424_4c1a, 0x2dc2_76e8_eb96_9b5c]
    let outputs = [("rex-64.jpg", 1368), ("rex-32x32.jpg", 654)]
    #expect(
      entries
        == zip(options, outputs).map { options, output in
          JournalEntry(
            source: FileStamp(byteCount: 132_717, modified: 1_714_979_289_123_456_789),
            fingerprint: OutputFingerprint(options: options, algorithms: AlgorithmVersion(pixels: 2, encoder: 1)),
            outcome: .written(output: FileStamp(byteCount: output.1, modified: 1_796_023_769_700_161_675)),
            outputName: Array(output.0.utf8), sourceName: .file(Array("../photos/rex.jpg".utf8)))
        })
  }

  @Test(
    "both versions of the same history have the same meaning",
    arguments: ["resize", "sizes", "failures", "shard-1-of-2", "shard-2-of-2", "merged", "fetch", "compacted"])
  func sameStory(name: String) throws {
    /// Removes what a second run does not repeat: the time of an output, and what version 1 did not store.
    func story(_ entries: [JournalEntry]) -> [JournalEntry] {
      // A compacted journal has only the last entry about each output.
      let last = entries.indices.filter { index in
        !entries[(index + 1)...].contains {
          $0.outputName == entries[index].outputName && $0.sourceName == entries[index].sourceName
        }
      }
      return last.map { index in
        var entry = entries[index]
        entry.fingerprint = .none
        if case .written(let output) = entry.outcome {
          entry.outcome = .written(output: FileStamp(byteCount: output.byteCount, modified: 0))
        }
        return entry
      }
    }
    let (old, new) = (try story(entries(1, name)), try story(entries(2, name)))
    #expect(!old.isEmpty && old == new)
  }

  @Test(
    "a journal written today is byte for byte the same as the stored one", arguments: ["resize", "sizes", "merged"])
  func writing(name: String) throws {
    let journal = try Journal(in: folder.path)
    for entry in try entries(2, name) { journal.append(entry) }
    #expect(try folder.content(Journal.name) == folder.content(path(2, name)))
  }

  @Test func `a failure keeps its hint, and an unknown hint is skipped`() throws {
    func failure(_ hint: Hint?) -> JournalEntry {
      var entry = written("a", of: "../in/a.jpg")
      entry.outcome = .failed(JobError(stage: .decode, code: .corrupt, message: "bad", hint: hint))
      return entry
    }
    let line = failure(.fetchAgain).line
    let body = try #require(JournalText.unsealed(line.dropLast()))
    #expect(String(decoding: body, as: UTF8.self).hasSuffix("\tmessage=bad\thint=fetch-again"))
    #expect(JournalEntry(record: body) == failure(.fetchAgain))
    #expect(JournalEntry(record: body + Array("-tomorrow".utf8)) == failure(nil))
  }

  @Test func `a journal of version 1 is rewritten when it is opened, with relocatable paths`() throws {
    let index = folder.path.string
    let old = [("a", "in/sub/a.jpg"), ("b", "in/b.jpg"), ("a", "in/sub/a.jpg")].flatMap { name, source in
      version1("written", "3", "4", "ff", "5", "6", "", "", name, "\(index)/\(source)", "")
    }
    let bad = version1("failed", "0", "0", "ff", "", "", "decode", "corrupt", "c%0A", "/elsewhere/c", "no %25")
    let part = version1("partial", "0", "0", "0", "", "", "", "", "d", "http://x/d", "\"1\"%0A")
    try folder.add("out/\(Journal.name)", old + bad + part)
    Journal.compact(in: folder("out"))
    let expected = [
      written("b", of: "../in/b.jpg"), written("a", of: "../in/sub/a.jpg"),
      JournalEntry(
        source: FileStamp(byteCount: 0, modified: 0), fingerprint: .none,
        outcome: .failed(JobError(stage: .decode, code: .corrupt, message: "no %")), outputName: Array("c\n".utf8),
        sourceName: .file(Array("/elsewhere/c".utf8))),
      JournalEntry(
        source: FileStamp(byteCount: 0, modified: 0), fingerprint: .none, outcome: .partial,
        outputName: Array("d".utf8),
        sourceName: .download(Array("http://x/d".utf8)), validator: Array("\"1\"\n".utf8)),
    ]
    #expect(try entries(in: "out") == expected)
    let lines = expected.flatMap(\.line)
    #expect(
      try folder.content("out/\(Journal.name)") == JournalHeader.line(compactedByteCount: lines.count) + lines)
    #expect(try folder.names(in: "out") == [Journal.name])
  }

  @Test func `a journal that cannot be rewritten continues in the current version`() throws {
    let old = version1("written", "3", "4", "ff", "5", "6", "", "", "a", "\(folder.path)/in/a.jpg", "")
    // Torn as well.
    try folder.add("out/\(Journal.name)", old + old.prefix(20))
    for name in ["b", "c"] { try Journal(in: folder("out")).append(written(name, of: "../in/b.jpg")) }
    #expect(
      try entries(in: "out") == [
        written("a", of: "../in/a.jpg"), written("b", of: "../in/b.jpg"), written("c", of: "../in/b.jpg"),
      ])
  }

  @Test func `lines that an older program appended after a newer header are no records`() throws {
    let old = version1("written", "3", "4", "ff", "5", "6", "", "", "a", "/in/a.jpg", "")
    try folder.add(Journal.name, JournalHeader.line() + old + written("b", of: "b").line)
    #expect(try entries(in: ".") == [written("b", of: "b")])
  }

  @Test func `a newer version is refused before anything is misread or changed`() throws {
    let newer = Array("imgbatch-journal\t3\tsize=9\n".utf8) + written("a", of: "a").line
    try folder.add(Journal.name, newer)
    let error = JournalError(path: folder(Journal.name), reason: .newerVersion(3))
    #expect(throws: error) { try Journal(in: folder.path) }
    #expect(throws: error) { try History(of: folder.path) }
    Journal.compact(in: folder.path, above: 0)
    #expect(try folder.content(Journal.name) == newer)

    let mixed = JournalHeader.line() + newer
    try folder.add(Journal.name, mixed)
    #expect(throws: error) { try History(of: folder.path) }
    Journal.compact(in: folder.path, above: 0)
    #expect(try folder.content(Journal.name) == mixed)
    #expect(try folder.names() == [Journal.name], "nothing half written is left")
  }

  @Test func `later records and fields are skipped, and a compaction keeps them`() throws {
    let later = JournalText.sealed(Array("sealed\tshard=1\tof=2".utf8))
    let wider = JournalText.sealed(
      Array(
        "written\tshade=blue\tin=b\tin-size=3\tin-time=4\toptions=0\talgorithms=0.0\tout=b\tout-size=5\tout-time=6".utf8
      ))
    let narrow = written("a", of: "a").line
    try folder.add(Journal.name, JournalHeader.line() + narrow + later + narrow + wider)
    #expect(try entries(in: ".") == [written("a", of: "a"), written("a", of: "a"), written("b", of: "b")])
    Journal.compact(in: folder.path, above: 0)
    let kept = later + narrow + wider
    #expect(try folder.content(Journal.name) == JournalHeader.line(compactedByteCount: kept.count) + kept)
  }

  @Test func `a block of zeros after a power failure, longer than any line, is skipped`() throws {
    let (first, second) = (written("a", of: "a"), written("b", of: "b"))
    let zeros = [UInt8](repeating: 0, count: 5 << 20)
    try folder.add(Journal.name, JournalHeader.line() + first.line + zeros + [0x0A] + second.line)
    #expect(try entries(in: ".") == [first, second])
    try folder.add(Journal.name, JournalHeader.line() + first.line + zeros)
    try Journal(in: folder.path).append(second)
    #expect(try entries(in: ".") == [first, second])
  }
}
