import Foundation
import TestSupport
import Testing

@Suite("Where runs keep their state")
struct StateFileTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "dogs/rex.jpg")
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch[folder]).sorted()
  }

  private func mode(_ name: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: scratch[name])[.posixPermissions] as? Int
  }

  @Test("The lock is gone after a run, however it ended, and the journal is private")
  func files() throws {
    #expect(try Command.shell("umask 0; imgbatch resize dogs -o out -q", in: scratch).status == 0)
    #expect(try names("out") == [".imgbatch-journal", ".imgbatch-output", "rex.jpg"])
    #expect(try mode("out/.imgbatch-journal") == 0o600)
    try scratch.add("broken/truncated.jpg", as: "dogs/half.jpg")
    #expect(try Command.shell("imgbatch resize dogs -o out -q --fail-fast", in: scratch).status == 1)
    #expect(try !names("out").contains(".imgbatch-lock"))
    #expect(try Command.shell("imgbatch resize dogs -o out -q --failed-to dogs/rex.jpg", in: scratch).status == 64)
    #expect(try !names("out").contains(".imgbatch-lock"))
    #expect(try Command.shell("printf '' | imgbatch resize --files-from - -o out -q", in: scratch).status == 66)
    #expect(try !names("out").contains(".imgbatch-lock"))
    let shards =
      "imgbatch resize dogs -o sh -q --shard 1/2; imgbatch resize dogs -o sh -q --shard 2/2; imgbatch merge sh -q"
    _ = try Command.shell(shards, in: scratch)
    #expect(try !names("sh").contains { $0.hasPrefix(".imgbatch-lock") })
  }

  @Test("A lock file of a killed run does not stop the next run")
  func killed() throws {
    let line = """
      mkdir out && echo 999999 > out/.imgbatch-lock && imgbatch resize dogs -o out -q && ls -A out
      """
    let answer = try Command.shell(line, in: scratch)
    #expect(answer.status == 0)
    #expect(!answer.output.contains("lock"))
  }

  @Test("With --journal nothing of the run but the marker is in the output folder, and --resume works")
  func journal() throws {
    #expect(try Command.shell("imgbatch resize dogs -o out -q --journal run.journal", in: scratch).status == 0)
    #expect(try names("out") == [".imgbatch-output", "rex.jpg"])
    #expect(try mode("run.journal") == 0o600)
    let resumed = try Command.shell("imgbatch resize dogs -o out --journal run.journal --resume", in: scratch)
    #expect(resumed.status == 0)
    #expect(resumed.error.contains("0 written, 1 skipped"))
    let other = try Command.shell("imgbatch resize dogs -o out --resume", in: scratch)
    #expect(other.error.contains("1 written"))
  }

  @Test("--journal never changes a file that is something else")
  func otherFiles() throws {
    try Data("my notes\n".utf8).write(to: scratch.url.appending(path: "notes.txt"))
    let notes = try Command.shell("imgbatch resize dogs -o out --journal notes.txt", in: scratch)
    #expect(notes.status == 73)
    #expect(notes.error.contains("notes.txt is no journal; use a different --journal."))
    #expect(scratch.bytes("notes.txt") == Data("my notes\n".utf8))
    let source = scratch.bytes("dogs/rex.jpg")
    #expect(try Command.shell("imgbatch resize dogs -o out --journal dogs/rex.jpg", in: scratch).status == 64)
    #expect(scratch.bytes("dogs/rex.jpg") == source)
    #expect(try Command.shell("imgbatch resize dogs -o out --journal j --no-journal", in: scratch).status == 64)
    #expect(try Command.shell("imgbatch resize dogs -o out --journal j --shard 1/2", in: scratch).status == 64)
  }
}
