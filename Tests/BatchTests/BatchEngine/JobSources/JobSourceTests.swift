import BatchEngine
import Dispatch
import Foundation
import ImageErrors
import Parallelism
import RunState
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import ImageCore

@Suite struct SortedJobsTests {
  @Test func `the largest source comes first and ties keep their order`() {
    let sizes = [5, 9, 5, 0, 9]
    let source = SortedJobs(
      sizes.enumerated().map {
        Job(index: $0.offset, source: "a", output: "b", format: .jpeg, sourceByteCount: $0.element)
      })
    #expect(source.count == 5)
    var order: [Int] = []
    while let job = source.next() { order.append(job.index) }
    #expect(order == [1, 4, 0, 2, 3])
    #expect(source.next() == nil)
  }

  @Test func `each job is claimed once`() {
    let source = SortedJobs(
      (0..<1000).map { Job(index: $0, source: "a", output: "b", format: .png, sourceByteCount: $0 % 7) })
    #expect(claimed(from: source, by: 8).sorted() == Array(0..<1000))
  }
}

@Suite struct ListedJobsTests {
  let folder: TemporaryFolder
  let pipe: (read: CInt, write: CInt)
  let stop = CancellationFlag()

  init() throws {
    folder = try TemporaryFolder()
    var ends: [CInt] = [0, 0]
    // Close-on-exec from the start: otherwise a process that another test starts meanwhile would keep the stream open.
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    try #require(unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0)
    pipe = (ends[0], ends[1])
  }

  private func say(_ names: String..., end: String = "\n") {
    let text = Array(names.map { folder.path.string + "/" + $0 + end }.joined().utf8)
    #expect(unsafe text.withUnsafeBytes { unsafe write(pipe.write, $0.baseAddress, $0.count) } == text.count)
  }

  private func stream(
    after planned: [Job] = [], out: String = "out", separator: Delimiter = .newline, format: OutputFormat = .same
  ) throws -> ListedJobs {
    ListedJobs(
      after: planned, from: pipe.read, separator: separator,
      naming: OutputNaming(folder: folder(out), template: try NameTemplate("{stem}.{ext}"), format: format),
      stop: stop)
  }

  @Test func `a job is available as soon as its line is`() throws {
    try folder.add("a.jpg", [1, 2])
    let jobs = try stream()
    #expect(jobs.count == nil)
    say("a.jpg")
    let first = try #require(jobs.next())
    #expect(first.source == folder("a.jpg"))
    #expect(first.output == folder("out/a.jpg"))
    #expect(first.sourceByteCount == 2)
    #expect(first.index == 0)
    say("sub/none.png")
    let second = try #require(jobs.next())
    #expect(second.index == 1)
    #expect(second.format == .png)
    #expect(second.refusal?.message == "ENOENT: no such file or folder")
    close(pipe.write)
    #expect(jobs.next() == nil)
    #expect(jobs.next() == nil)
    #expect(jobs.failure == nil)
  }

  @Test func `a last line without a newline counts`() throws {
    try folder.add("a.jpg")
    let jobs = try stream(separator: .zeroByte)
    say("a.jpg", end: "")
    close(pipe.write)
    #expect(jobs.next()?.source == folder("a.jpg"))
    #expect(jobs.next() == nil)
  }

  @Test func `planned jobs come first and the list continues their numbers`() throws {
    try folder.add("x/a.jpg")
    try folder.add("y/a.jpg")
    try folder.add("b.jpg")
    let planned = Job(
      index: 0, source: folder("x/a.jpg"), output: folder("out/a.jpg"), format: .jpeg, sourceByteCount: 10)
    let jobs = try stream(after: [planned])
    say("y/a.jpg", "b.jpg")
    close(pipe.write)
    #expect(jobs.next()?.source == folder("x/a.jpg"))
    let taken = try #require(jobs.next())
    #expect(taken.index == 1)
    #expect(
      taken.refusal
        == JobError(
          stage: .write, code: .exists,
          message: "it would get the same output name as \(folder("x/a.jpg"))", hint: .chooseName))
    #expect(jobs.next()?.index == 2)
    #expect(jobs.next() == nil)
  }

  @Test func `an output that is one of the sources so far is refused`() throws {
    try folder.add("out/a.jpg")
    try folder.add("out/b.jpg")
    try folder.add("c.png")
    let jobs = try stream()
    say("out/a.jpg", "c.png")
    close(pipe.write)
    let first = try #require(jobs.next())
    #expect(first.refusal?.code == .exists)
    #expect(first.refusal?.message.contains("would overwrite one of the inputs") == true)
    #expect(jobs.next()?.refusal == nil)
  }

  @Test func `a stop ends the wait`() throws {
    let jobs = try stream()
    stop.cancel()
    #expect(jobs.next() == nil)
    close(pipe.write)
  }

  @Test func `an unreadable list reports its error`() throws {
    let number = unsafe open(folder.path.string, O_RDONLY)
    let jobs = ListedJobs(
      from: number, separator: .newline, naming: OutputNaming(folder: folder("out")), stop: stop)
    #expect(jobs.next() == nil)
    #expect(jobs.failure == "EISDIR: a folder has that name")
    close(pipe.write)
    close(pipe.read)
  }

  @Test func `each line is claimed once, and which line gets a name does not depend on the workers`() throws {
    for index in 0..<50 { for position in ["x", "y"] { try folder.add("\(position)/\(index).jpg", []) } }
    var lines = ""
    for index in 0..<50 { for position in ["x", "y"] { lines += "\(folder.path)/\(position)/\(index).jpg\n" } }
    let list = try folder.add("list", Array(lines.utf8))
    close(pipe.write)
    close(pipe.read)
    let jobs = ListedJobs(
      from: unsafe open(list.string, O_RDONLY), separator: .newline,
      naming: OutputNaming(folder: folder("out"), template: try NameTemplate("{stem}.{ext}")), stop: stop)
    let refused = Claims()
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      while let job = jobs.next() { refused.add(job.refusal == nil ? job.index : -job.index) }
    }
    #expect(refused.all.map(abs).sorted() == Array(0..<100))
    #expect(refused.all.filter { $0 < 0 }.map(abs).sorted() == Array(stride(from: 1, to: 100, by: 2)))
  }
}

/// The indices of the jobs that this number of threads claims.
private func claimed(from source: some JobSource, by threads: Int) -> [Int] {
  let claims = Claims()
  DispatchQueue.concurrentPerform(iterations: threads) { _ in
    while let job = source.next() { claims.add(job.index) }
  }
  return claims.all
}

private final class Claims: Sendable {
  private let numbers = Mutex<[Int]>([])

  func add(_ number: Int) { numbers.withLock { $0.append(number) } }
  var all: [Int] { numbers.withLock { $0 } }
}
