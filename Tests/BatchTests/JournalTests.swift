import Foundation
import SystemPackage
import Testing

@testable import Batch

@Suite("The journal (promise 8)")
struct JournalTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private static let written = JournalEntry(
    source: FileStamp(byteCount: 812_345, modified: -5), recipe: .max,
    outcome: .written(output: FileStamp(byteCount: 9120, modified: 1_700_000_000_123_456_789)),
    outputName: Array("sub/a.jpg".utf8), sourceName: Array("/in/sub/a.jpg".utf8))
  private static let failed = JournalEntry(
    source: FileStamp(byteCount: 0, modified: 0), recipe: 0,
    outcome: .failed(JobError(stage: .decode, code: .truncated, message: "100 % wrong\tand\nshort")),
    outputName: [0x63, 0xE9, 0x0A, 0x09, 0x25, 0x7F], sourceName: Array("%0A".utf8))

  private func entries() throws -> [JournalEntry] {
    var entries: [JournalEntry] = []
    try Journal.forEachEntry(in: folder.path) { entries.append($0) }
    return entries
  }

  @Test func `promise 8: a line comes back as it was, with names of any bytes`() throws {
    for entry in [JournalTests.written, JournalTests.failed] {
      let line = entry.line
      #expect(line.last == 0x0A && line.dropLast().allSatisfy { $0 != 0x0A && $0 != 0 })
      #expect(JournalEntry(line: line.dropLast()) == entry)
    }
    for name in awkwardNames {
      var entry = JournalTests.written
      (entry.outputName, entry.sourceName) = (name, name.reversed())
      #expect(JournalEntry(line: entry.line.dropLast()) == entry)
    }
  }

  @Test func `promise 8: neither a torn line nor a damaged one is taken for a picture that is done`() {
    let line = JournalTests.written.line.dropLast()
    for count in 0..<line.count { #expect(JournalEntry(line: line.prefix(count)) == nil) }
    for index in line.indices {
      var damaged = line
      damaged[index] ^= 1
      #expect(JournalEntry(line: damaged) == nil)
    }
    #expect(JournalEntry(line: [UInt8](repeating: 0, count: 100)[...]) == nil)
  }

  @Test func `promise 8: what is appended is there at once, and runs add to what was there`() throws {
    #expect(try entries().isEmpty)
    let first = try Journal(in: folder.path)
    first.append(JournalTests.written)
    #expect(try entries() == [JournalTests.written])
    try Journal(in: folder.path).append(JournalTests.failed)
    #expect(try entries() == [JournalTests.written, JournalTests.failed])
    #expect(first.failure == nil)
  }

  @Test func `promise 8: after a torn last line the next one stands on its own`() throws {
    let torn = JournalTests.written.line + JournalTests.failed.line.prefix(30)
    try folder.add(Journal.name, torn)
    try Journal(in: folder.path).append(JournalTests.failed)
    #expect(try entries() == [JournalTests.written, JournalTests.failed])
  }

  @Test func `a journal longer than one read is read whole`() throws {
    let lines = (0..<4000).map { index in
      var entry = JournalTests.written
      entry.outputName = Array("\(index)/\(String(repeating: "n", count: index % 90)).jpg".utf8)
      return entry
    }
    try folder.add(Journal.name, lines.flatMap(\.line))
    #expect(try entries() == lines)
  }

  @Test func `a journal that told everything many times is written anew, with what counts`() throws {
    var (first, second) = (JournalTests.written, JournalTests.failed)
    let journal = try Journal(in: folder.path)
    for round in 0..<50 {
      first.recipe = UInt64(round)
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
    second.recipe = 7
    try Journal(in: folder.path).append(second)
    #expect(try entries() == [JournalTests.failed, first, second])
  }

  @Test func `a journal that cannot take a line remembers why and goes on`() throws {
    try folder.link(Journal.name, to: "elsewhere")
    #expect(throws: Errno.tooManySymbolicLinkLevels) { try Journal(in: folder.path) }
    #expect(throws: Errno.self) { try Journal(in: "/proc/self") }
    let full = try TemporaryFolder()
    try full.addPipe(Journal.name)
    #expect(throws: Errno.self) { try Journal(in: full.path) }
  }
}
