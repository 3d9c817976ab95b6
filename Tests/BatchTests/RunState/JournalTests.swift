import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageErrors
@testable import RunState
@testable import SystemSupport

@Suite("The journal (promise 8)")
struct JournalTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private static let written = JournalEntry(
    source: FileStamp(byteCount: 812_345, modified: -5),
    fingerprint: OutputFingerprint(options: .max, algorithms: AlgorithmVersion(pixels: 12, encoder: 3)),
    outcome: .written(output: FileStamp(byteCount: 9120, modified: 1_700_000_000_123_456_789)),
    outputName: Array("sub/a.jpg".utf8), sourceName: .file(Array("/in/sub/a.jpg".utf8)))
  private static let failed = JournalEntry(
    source: FileStamp(byteCount: 0, modified: 0), fingerprint: .none,
    outcome: .failed(JobError(stage: .decode, code: .truncated, message: "100 % wrong\tand\nshort")),
    outputName: [0x63, 0xE9, 0x0A, 0x09, 0x25, 0x7F], sourceName: .file(Array("%0A".utf8)))

  private static let part = JournalEntry(
    source: FileStamp(byteCount: 0, modified: 0), fingerprint: .none, outcome: .partial, outputName: Array("b".utf8),
    sourceName: .download(Array("http://a/b?c=d".utf8)), validator: Array("\"1%\"\n".utf8))

  /// Parses a line; nil if it is not accepted.
  private func again(_ line: some Sequence<UInt8>) throws -> JournalEntry? {
    try folder.add(Journal.name, JournalHeader.line() + line + [0x0A])
    return try entries().first
  }

  private func entries() throws -> [JournalEntry] {
    var entries: [JournalEntry] = []
    try Journal.forEachEntry(in: folder.path) { entries.append($0) }
    return entries
  }

  @Test func `promise 8: a line is read back unchanged, with names of any bytes`() throws {
    for entry in [JournalTests.written, JournalTests.failed, JournalTests.part] {
      let line = entry.line
      #expect(line.last == 0x0A && line.dropLast().allSatisfy { $0 != 0x0A && $0 != 0 })
      #expect(try again(line.dropLast()) == entry)
    }
    for name in awkwardNames {
      var entry = JournalTests.written
      (entry.outputName, entry.sourceName) = (name, .file(name.reversed()))
      #expect(try again(entry.line.dropLast()) == entry)
    }
  }

  @Test func `promise 8: neither a torn nor a damaged line counts as a finished image`() throws {
    let line = JournalTests.written.line.dropLast()
    for count in 0..<line.count { #expect(try again(line.prefix(count)) == nil) }
    for index in line.indices {
      var damaged = line
      damaged[index] ^= 1
      #expect(try again(damaged) == nil)
    }
    #expect(try again([UInt8](repeating: 0, count: 100)) == nil)
  }

  @Test func `promise 8: appended lines are in the file at once, and runs append to existing journals`() throws {
    #expect(try entries().isEmpty)
    let first = try Journal(in: folder.path)
    first.append(JournalTests.written)
    #expect(try entries() == [JournalTests.written])
    try Journal(in: folder.path).append(JournalTests.failed)
    #expect(try entries() == [JournalTests.written, JournalTests.failed])
    #expect(first.failure == nil)
  }

  @Test func `promise 8: the line after a torn last line starts on a new line`() throws {
    let torn = JournalHeader.line() + JournalTests.written.line + JournalTests.failed.line.prefix(30)
    try folder.add(Journal.name, torn)
    try Journal(in: folder.path).append(JournalTests.failed)
    #expect(try entries() == [JournalTests.written, JournalTests.failed])
  }

  @Test func `a journal longer than one read is read completely`() throws {
    let lines = (0..<4000).map { index in
      var entry = JournalTests.written
      entry.outputName = Array("\(index)/\(String(repeating: "n", count: index % 90)).jpg".utf8)
      return entry
    }
    try folder.add(Journal.name, JournalHeader.line() + lines.flatMap(\.line))
    #expect(try entries() == lines)
  }

  @Test func `a journal with many repetitions is rewritten with the lines that count`() throws {
    var (first, second) = (JournalTests.written, JournalTests.failed)
    let journal = try Journal(in: folder.path)
    for round in 0..<50 {
      first.fingerprint.options = UInt64(round)
      journal.append(first)
      if round == 20 { journal.append(second) }
    }
    let before = try folder.content(Journal.name)
    Journal.compact(in: folder.path, above: before.count)
    #expect(try folder.content(Journal.name) == before, "small enough")
    Journal.compact(in: folder.path, above: 100)
    #expect(try entries() == [second, first])
    #expect(try folder.names() == [Journal.name])
    let after = try folder.content(Journal.name)
    Journal.compact(in: folder.path, above: 100)
    #expect(try folder.content(Journal.name) == after, "not twice as long since")
    second.fingerprint.options = 7
    try Journal(in: folder.path).append(second)
    #expect(try entries() == [JournalTests.failed, first, second])
  }

  @Test func `a line longer than the maximum is skipped, and its neighbors count`() throws {
    let journal = try Journal(in: folder.path)
    journal.append(JournalTests.written)
    var bytes = try folder.content(Journal.name)
    // Longer than several read chunks and than the longest line. Then a line one byte longer than the maximum.
    bytes += [UInt8](repeating: 0x78, count: 3 << 20) + [0x0A] + JournalTests.failed.line
    bytes += [UInt8](repeating: 0, count: (1 << 20) + 1) + [0x0A]
    try folder.add(Journal.name, bytes + [UInt8](repeating: 0x79, count: 2 << 20))
    #expect(try entries() == [JournalTests.written, JournalTests.failed])
    // The torn line at the end is no entry. The next entry starts on a new line.
    try Journal(in: folder.path).append(JournalTests.written)
    #expect(try entries() == [JournalTests.written, JournalTests.failed, JournalTests.written])
  }

  @Test func `an earlier run's output is recognized while it is unchanged, and a download is not one`() throws {
    let names = ["made.jpg", "changed.jpg", "failed.jpg", "download.jpg", "unknown.jpg", "replaced.jpg"]
    for name in names { try folder.add(name, [1, 2, 3]) }
    let journal = try Journal(in: folder.path)
    func append(_ name: String, _ source: JournalSource) throws {
      let stamp = try #require(FileStamp(of: folder(name), links: .stay))
      journal.append(
        JournalEntry(
          source: stamp, fingerprint: .none, outcome: .written(output: stamp), outputName: Array(name.utf8),
          sourceName: source))
    }
    for name in ["made.jpg", "changed.jpg", "failed.jpg", "replaced.jpg"] { try append(name, .file([0x61])) }
    for name in ["download.jpg", "replaced.jpg"] { try append(name, .download([0x62])) }
    var failed = JournalTests.failed
    failed.outputName = Array("failed.jpg".utf8)
    journal.append(failed)
    try folder.add("changed.jpg", [1, 2, 3, 4])
    var made = MadeOutputs(in: folder.path, of: nil)
    // The failed attempt left the file as it was.
    #expect(names.filter { made.isMade(folder($0)) } == ["made.jpg", "failed.jpg"])
    try folder.link("link.jpg", to: "made.jpg")
    #expect(!made.isMade(folder("link.jpg")) && !made.isMade(folder("nothing.jpg")))
  }

  @Test func `a journal that is no regular file is refused before any work`() throws {
    try folder.link(Journal.name, to: "elsewhere")
    #expect(throws: JournalError(path: folder(Journal.name), reason: .unusable(.isNoRegularFile(.symbolicLink)))) {
      try Journal(in: folder.path)
    }
    #expect(throws: JournalError.self) { try Journal(in: "/proc/self") }
    let other = try TemporaryFolder()
    try other.addPipe(Journal.name)
    #expect(throws: JournalError(path: other(Journal.name), reason: .unusable(.isNoRegularFile(.pipe)))) {
      try Journal(in: other.path)
    }
  }

  @Test func `a journal on a full disk stores the error and stops nothing`() throws {
    let journal = Journal(appendingTo: try Descriptor(opening: "/dev/full", .device))
    #expect(journal.failure == nil)
    journal.append(JournalTests.written)
    #expect(journal.failure == .noSpace)
    journal.append(JournalTests.failed)
    #expect(journal.failure == .noSpace)
  }

  @Test func `when there is space again lines continue after the torn one`() throws {
    // Like a full disk, a pipe without a reader accepts 64 KB, then as much as fits, then nothing.
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    for end in ends { try #require(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
    let reader = Descriptor(owning: ends[0])
    let journal = Journal(appendingTo: Descriptor(owning: ends[1]))
    var long = JournalTests.written
    long.outputName = [UInt8](repeating: UInt8(ascii: "n"), count: 10_000)
    for _ in 0..<10 { journal.append(long) }
    #expect(journal.failure == .resourceTemporarilyUnavailable)
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    var count = try reader.read(into: &chunk)
    var read = Array(chunk[..<count])
    journal.append(JournalTests.failed)
    #expect(journal.failure == .resourceTemporarilyUnavailable, "the first one counts")
    count = try reader.read(into: &chunk)
    read += chunk[..<count]
    try folder.add(Journal.name, read)
    let entries = try entries()
    #expect(entries.count > 3 && entries.dropLast().allSatisfy { $0 == long })
    #expect(entries.last == JournalTests.failed)
  }
}
