import Dispatch
import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import ImageErrors
@testable import RunState
@testable import SystemSupport

@Suite struct OutputFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func write(_ bytes: [UInt8], _ path: FilePath, _ existing: ExistingOutput = .overwrite) throws(JobError) {
    try unsafe bytes.withUnsafeBufferPointer { bytes throws(JobError) in
      try unsafe OutputFile.write(UnsafeRawBufferPointer(bytes).bytes, to: PlacedFile(path), existing: existing)
    }
  }

  private func error(_ path: FilePath, _ existing: ExistingOutput = .overwrite) -> JobError? {
    do { try write([1], path, existing) } catch { return error }
    return nil
  }

  @Test func `the bytes are written and nothing else is left`() throws {
    let bytes = [UInt8](repeating: 5, count: 200_000)
    try write(bytes, folder("a.jpg"))
    #expect(try folder.content("a.jpg") == bytes)
    #expect(try folder.names() == ["a.jpg"])
  }

  @Test func `the mode follows the umask`() throws {
    try write([1], folder("a.jpg"))
    let reference = try #require(FileManager.default.createFile(atPath: folder("b").string, contents: nil) ? "b" : nil)
    #expect(try mode("a.jpg") == mode(reference) | 0o600)
  }

  private func mode(_ name: String) throws -> Int {
    var status = stat()
    try #require(unsafe stat(folder(name).string, &status) == 0)
    return Int(status.st_mode) & 0o777
  }

  @Test func `missing folders are created, even by many threads at once`() throws {
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 200) { index in
      do throws(JobError) {
        try write([UInt8(index)], folder("a/b/c/\(index % 7)/\(index).jpg"))
      } catch { failures.add(error) }
    }
    #expect(failures.all.isEmpty)
    #expect(try (0..<7).flatMap { try folder.names(in: "a/b/c/\($0)") }.count == 200)
    #expect(try folder.content("a/b/c/3/199.jpg") == [199])
  }

  @Test func `an old output is replaced, and its reader keeps the old content`() throws {
    let path = try folder.add("a.jpg", [1, 1, 1])
    let reader = try FileDescriptor.open(path, .readOnly)
    try write([2, 2], path)
    var old = [UInt8](repeating: 0, count: 8)
    let count = try unsafe old.withUnsafeMutableBytes { try unsafe reader.read(into: $0) }
    try reader.close()
    #expect(old.prefix(count) == [1, 1, 1])
    #expect(try folder.content("a.jpg") == [2, 2])
  }

  @Test func `a symbolic link at the name is replaced, and its target is unchanged`() throws {
    try folder.add("precious.jpg", [7])
    try folder.link("a.jpg", to: "precious.jpg")
    try write([1], folder("a.jpg"))
    #expect(try folder.content("precious.jpg") == [7])
    #expect(try folder.content("a.jpg") == [1])
  }

  @Test func `an existing output is kept if the rule says so`() throws {
    let path = try folder.add("a.jpg", [1])
    #expect(try !OutputFile.mustBeSkipped(PlacedFile(path), existing: .overwrite))
    #expect(try OutputFile.mustBeSkipped(PlacedFile(path), existing: .skip))
    #expect(throws: exists) { try OutputFile.mustBeSkipped(PlacedFile(path), existing: .fail) }
    #expect(error(path, .fail) == exists)
    #expect(try folder.content("a.jpg") == [1])
    #expect(try folder.names() == ["a.jpg"])
    for rule in ExistingOutput.allCases {
      #expect(try !OutputFile.mustBeSkipped(PlacedFile(folder("new.jpg")), existing: rule))
    }
  }

  @Test func `a dangling link counts as existing`() throws {
    try folder.link("a.jpg", to: "nothing")
    #expect(try OutputFile.mustBeSkipped(PlacedFile(folder("a.jpg")), existing: .skip))
    #expect(error(folder("a.jpg"), .fail) == exists)
  }

  private let exists = JobError(
    stage: .write, code: .exists, message: "the output is there already", hint: .allowExisting)

  @Test func `of many that write one new name exclusively one succeeds`() throws {
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 50) { index in
      do throws(JobError) {
        try write([UInt8](repeating: UInt8(index), count: 1000), folder("a.jpg"), .fail)
      } catch { failures.add(error) }
    }
    #expect(failures.all == Array(repeating: exists, count: 49))
    #expect(try Set(folder.content("a.jpg")).count == 1)
    #expect(try folder.names() == ["a.jpg"])
  }

  @Test func `a failure names the cause, has a hint and leaves nothing behind`() throws {
    try folder.addFolder("folder.jpg")
    try folder.add("file")
    let name = String(repeating: "n", count: 256)
    let expected: [(String, String, Hint)] = [
      ("folder.jpg", "EISDIR: a folder has that name", .chooseFolderOrName),
      ("file/a.jpg", "ENOTDIR: a part of the path is not a folder", .chooseFolderOrName),
      ("file/b/c.jpg", "ENOTDIR: a part of the path is not a folder", .chooseFolderOrName),
      (name, "ENAMETOOLONG: name or path too long", .shortenName),
      ("\(name)/a.jpg", "ENAMETOOLONG: name or path too long", .shortenName),
    ]
    for (path, message, hint) in expected {
      #expect(error(folder(path)) == JobError(stage: .write, code: .write, message: message, hint: hint))
    }
    #expect(try folder.names() == ["file", "folder.jpg"])
    #expect(try folder.names(in: "folder.jpg") == [])
  }

  @Test func `a path beyond the system's limit is a failure`() {
    let long = (0..<50).reduce(folder.path) { path, _ in path.appending(String(repeating: "d", count: 100)) }
    #expect(error(long)?.message.hasPrefix("ENAMETOOLONG: ") == true)
  }

  @Test func `causes that a test cannot provoke have messages too`() {
    let expected: [(Errno, String, Hint?)] = [
      (.noSpace, "ENOSPC: no space left on device", .freeSpace),
      (.permissionDenied, "EACCES: permission denied", .makeWritable),
      (.readOnlyFileSystem, "EROFS: read-only file system", .chooseFolder),
      (Errno(rawValue: EDQUOT), "EDQUOT: disk quota exceeded", .freeSpace),
      (.tooManyOpenFiles, "EMFILE: too many open files in this process", .raiseOpenFileLimit),
      (.fileTooLarge, "EFBIG: file size limit exceeded", .raiseFileSizeLimit),
      (.ioError, "EIO: input/output error", nil),
    ]
    for (error, message, hint) in expected {
      #expect(JobError.write(error) == JobError(stage: .write, code: .write, message: message, hint: hint))
    }
    #expect(JobError.write(Errno(rawValue: 9999)).message.hasPrefix("errno 9999: "))
  }

  @Test(.disabled(if: isSuperuser, "the superuser may write everywhere"))
  func `a folder without permission has its own message`() throws {
    try folder.addFolder("locked")
    try folder.setMode("locked", 0o500)
    for path in ["locked/a.jpg", "locked/b/c.jpg"] {
      #expect(error(folder(path)) == .write(.permissionDenied))
    }
  }

  @Test func `a file in a pseudo file system fails cleanly`() {
    #expect(error("/proc/self/imgbatch.jpg")?.code == .write)
  }

  @Test func `a temporary of a dead process with the same ID is skipped`() throws {
    for number in [7, 8] { try folder.add(".imgbatch-\(getpid())-\(number).tmp", [UInt8(number)]) }
    var numbers = [9, 8, 7]
    let file = try TemporaryFile(in: folder.path) { numbers.removeLast() }
    #expect(numbers.isEmpty && file.path == folder(".imgbatch-\(getpid())-9.tmp"))
    #expect(try folder.content(".imgbatch-\(getpid())-7.tmp") == [7])
    #expect(try folder.content(".imgbatch-\(getpid())-8.tmp") == [8])
    #expect(try folder.content(".imgbatch-\(getpid())-9.tmp") == [])
    try file.commit(as: "9")
    #expect(try folder.names() == [".imgbatch-\(getpid())-7.tmp", ".imgbatch-\(getpid())-8.tmp", "9"])
  }

  @Test func `a temporary file that is not committed is removed`() throws {
    for isClosed in [false, true] {
      let file = try TemporaryFile(in: folder.path)
      try file.write([1, 2])
      if isClosed { try file.close() }
      #expect(try folder.names().count == 1)
      withExtendedLifetime(file) {}
    }
    #expect(try folder.names().isEmpty)
  }

  @Test func `each temporary file of a process has a different number`() throws {
    let files = try (0..<20).map { _ in try TemporaryFile(in: folder.path) }
    #expect(Set(files.map(\.path)).count == 20)
    #expect(try folder.names().count == 20)
    withExtendedLifetime(files) {}
  }

  @Test func `names of any bytes are written`() throws {
    for name in awkwardNames {
      try write(name, folder(bytes: name))
      #expect(try folder.content(folder(bytes: name)) == name)
    }
    #expect(try folder.names().filter { $0.hasPrefix(".") }.isEmpty)
  }
}

/// Errors from several threads.
private final class Failures: Sendable {
  private let errors = Mutex<[JobError]>([])

  func add(_ error: JobError) { errors.withLock { $0.append(error) } }
  var all: [JobError] { errors.withLock { $0 } }
}
