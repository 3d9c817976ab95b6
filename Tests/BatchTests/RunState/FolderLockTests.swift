import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCore
@testable import RunState
@testable import SystemSupport

private final class Holders: Sendable {
  let count = Atomic<Int>(0)
}

@Suite("Locks and leftovers of killed runs (promises 1 and 13)")
struct FolderLockTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func refusal(_ folder: FilePath) -> FolderLock.LockConflict? {
    do throws(FolderLock.LockConflict) { _ = try FolderLock(in: folder) } catch { return error }
    return nil
  }

  @Test func `promise 13: only one run at a time has the folder, and the other gets the owner's process ID`() throws {
    var lock: FolderLock? = try FolderLock(in: folder.path)
    #expect(refusal(folder.path) == .held(by: getpid()))
    #expect(lock != nil)
    lock = nil
    #expect(try folder.names() == [])
    #expect(refusal(folder.path) == nil)
    #expect(try folder.names() == [])
  }

  @Test func `the file stays as long as another run shares the lock`() throws {
    let first = try FolderLock(in: folder.path, .shared)
    let second = try FolderLock(in: folder.path, .shared)
    first.release()
    #expect(try folder.names() == [FolderLock.name])
    #expect(refusal(folder.path) == .held(by: getpid()))
    second.release()
    #expect(try folder.names() == [])
    #expect(refusal(folder.path) == nil)
  }

  @Test func `many runs that take and release the lock never hold it together`() async throws {
    let (folder, held) = (folder.path, Holders())
    let most = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var most = 0
          for _ in 0..<200 {
            guard let lock = try? FolderLock(in: folder) else { continue }
            most = max(most, held.count.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue)
            held.count.wrappingSubtract(1, ordering: .sequentiallyConsistent)
            lock.release()
          }
          return most
        }
      }
      return await group.reduce(0) { max($0, $1) }
    }
    #expect(most == 1)
  }

  @Test func `a lock file that cannot be created or is a link is no lock`() throws {
    #expect(refusal(folder("nowhere")) == .unusable(.system(.noSuchFileOrDirectory)))
    try folder.link(FolderLock.name, to: "elsewhere")
    #expect(refusal(folder.path) == .unusable(.isNoRegularFile(.symbolicLink)))
  }

  @Test func `promise 1: temporaries of dead processes are removed, others stay`() throws {
    let dead = try deadProcess()
    let names = [
      ".imgbatch-\(dead)-0.tmp", ".imgbatch-\(getpid())-1.tmp", ".imgbatch-1-2.tmp", ".imgbatch-\(dead)-x.tmp",
      ".imgbatch-\(dead).tmp", "imgbatch-\(dead)-3.tmp", ".imgbatch-journal", "a.jpg",
    ]
    for name in names { try folder.add(name) }
    try folder.addFolder(".imgbatch-\(dead)-9.tmp")
    // No file is older than the run.
    #expect(!StaleTemporaries.sweep(folder.path, before: 0))
    #expect(try folder.names().count == 9)
    #expect(StaleTemporaries.sweep(folder.path, before: StaleTemporaries.now + 1_000_000_000), "process 1 is there")
    #expect(try folder.names() == Array(names[2...] + [".imgbatch-\(dead)-9.tmp"]).sorted())
    #expect(!StaleTemporaries.sweep(folder("nowhere"), before: .max))
    // No output takes longer than an hour to be written.
    #expect(!StaleTemporaries.sweep(folder.path, before: StaleTemporaries.now + 3700 * 1_000_000_000))
    #expect(try !folder.names().contains(names[2]))
  }

  @Test func `promise 1: a run that ends removes its own temporaries, and no others`() throws {
    let number = RunNumber.current << 32
    let others = [
      "a.jpg", ".imgbatch-\(getpid())-0.tmp", ".imgbatch-\(getpid())-\((RunNumber.current ^ 1) << 32 | 5).tmp",
      ".imgbatch-1-\(number | 3).txt",
    ]
    for name in others + [".imgbatch-1-\(number | 7).tmp", ".imgbatch-2-\(number | 7).tmp"] { try folder.add(name) }
    let own = try TemporaryFile(in: folder.path)
    defer { withExtendedLifetime(own) {} }
    #expect(try folder.names().count == others.count + 3)
    StaleTemporaries.dropOwn(PlacedFolder(base: BaseFolder(folder.path), relative: ""))
    #expect(try folder.names() == others.sorted())
  }

  @Test func `a zombie counts as dead`() throws {
    var child: pid_t = 0
    let name = unsafe strdup("true")
    defer { unsafe free(name) }
    let status = unsafe posix_spawn(&child, "/bin/true", nil, nil, [name, nil], nil)
    #expect(status == 0)
    var information = unsafe siginfo_t()
    // Waits for the exit without reaping the process, which stays a zombie.
    #expect(unsafe waitid(P_PID, id_t(child), &information, WEXITED | WNOWAIT) == 0)
    #expect(!isAlive(child))
    #expect(waitpid(child, nil, 0) == child)
    #expect(isAlive(getpid()))
  }

  private func deadProcess() throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/true")
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }

  private func job(_ source: String, relativeStart: Int? = nil) -> Job {
    Job(
      index: 0, source: FilePath(source), relativeStart: relativeStart, output: "", format: .jpeg, sourceByteCount: 0)
  }

  @Test func `the list of failures names each source so that its output stays the same`() throws {
    let list = try FailedList(CheckedPath(inOwnFolder: folder("list")), separator: .newline)
    for (source, start) in [
      ("a.jpg", 0), ("dogs/b.jpg", 5), ("dogs/sub/c.jpg", 5), ("dogs/d.jpg", 0), ("/data/e.jpg", 1), ("../f/g.jpg", 3),
      ("/data/h.jpg", 6), ("x/./i/j.jpg", 4),
    ] { list.add(job(source, relativeStart: start).listEntry) }
    #expect(try list.write() == 0)
    let lines = try String(decoding: folder.content("list"), as: UTF8.self).split(separator: "\n")
    #expect(
      lines == [
        "../f/g.jpg", "/data/./h.jpg", "/data/e.jpg", "a.jpg", "dogs/./b.jpg", "dogs/./sub/c.jpg", "dogs/d.jpg",
        "x/./i/j.jpg",
      ])
  }

  @Test func `the list of failures is sorted, ends its names and counts those that do not fit`() throws {
    try folder.add("list", [UInt8](repeating: 1, count: 500))
    let list = try FailedList(CheckedPath(inOwnFolder: folder("list")), separator: .newline)
    for name in ["b", "a\n", "c"] { list.add(Array(name.utf8)) }
    #expect(try list.write() == 1)
    #expect(try folder.content("list") == Array("b\nc\n".utf8))
    let zeros = try FailedList(CheckedPath(inOwnFolder: folder("zeros")), separator: .zeroByte)
    for name in ["b", "a\n"] { zeros.add(Array(name.utf8)) }
    #expect(try zeros.write() == 0)
    #expect(try folder.content("zeros") == Array("a\n\0b\0".utf8))
  }
}
