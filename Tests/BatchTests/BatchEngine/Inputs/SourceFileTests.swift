import BatchEngine
import Foundation
import ImageCore
import ImageErrors
import SystemPackage
import TestSupport
import Testing
import Thumbnailing

@testable import RunState
@testable import SystemSupport

@Suite struct SourceFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func read(
    _ path: FilePath, byteLimit: Int = 1 << 20, beforeCheck: () -> Void = {}
  ) throws(JobError) -> [UInt8] {
    let source = try SourceFile.read(path, byteLimit: byteLimit, pool: BufferPool(), beforeCheck: beforeCheck)
    return unsafe Array(source.bytes)
  }

  private func error(_ body: () throws(JobError) -> [UInt8]) -> JobError? {
    do { _ = try body() } catch { return error }
    return nil
  }

  @Test(arguments: [0, 1, 4095, 4096, 4097, 300_000])
  func `every byte of a file is read`(count: Int) throws {
    let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let path = try folder.add("a.jpg", content)
    #expect(try read(path) == content)
  }

  @Test func `the start of a file can be read alone`() throws {
    let path = try folder.add("a.jpg", Array(0..<200))
    let start = try SourceFile.read(path, byteLimit: 1000, startOnly: 10, pool: BufferPool())
    #expect(unsafe Array(start.bytes) == Array(0..<10))
    #expect(start.sourceByteCount == 200)
    let whole = try SourceFile.read(path, byteLimit: 1000, startOnly: 200, pool: BufferPool())
    #expect(whole.byteCount == 200)
  }

  @Test func `the buffer is reused for the next file`() throws {
    let pool = BufferPool()
    let path = try folder.add("a.jpg", [1, 2, 3])
    let first = unsafe try SourceFile.read(path, byteLimit: 100, pool: pool).bytes.baseAddress
    let second = unsafe try SourceFile.read(path, byteLimit: 100, pool: pool).bytes.baseAddress
    #expect(unsafe first == second)
  }

  @Test func `a file at the limit is read and one byte more is refused`() throws {
    let path = try folder.add("a.jpg", [UInt8](repeating: 7, count: 1000))
    #expect(try read(path, byteLimit: 1000).count == 1000)
    #expect(
      error { () throws(JobError) in try read(path, byteLimit: 999) }
        == JobError(
          stage: .read, code: .limitBytes,
          message: "the file has 1000 bytes and the limit is 999", hint: .raiseFileLimit))
  }

  @Test func `a sparse file of a terabyte is refused unread`() throws {
    let path = try folder.add("big.jpg", [])
    try #require(unsafe truncate(path.string, 1 << 40) == 0)
    #expect(error { () throws(JobError) in try read(path, byteLimit: 512 << 20) }?.code == .limitBytes)
  }

  @Test func `pipes, sockets, folders and devices are refused at once`() throws {
    try folder.addPipe("pipe.jpg")
    try folder.addSocket("socket.jpg")
    try folder.addFolder("folder.jpg")
    try folder.link("zero.jpg", to: "/dev/zero")
    for name in ["pipe.jpg", "socket.jpg", "folder.jpg", "zero.jpg"] {
      let error = error { () throws(JobError) in try read(folder(name)) }
      #expect(error?.stage == .read)
      #expect(error?.code == .notARegularFile, "\(name)")
    }
    #expect(
      error { () throws(JobError) in try read(folder("pipe.jpg")) }?.message
        == "a named pipe (FIFO), not a regular file; only regular files are read")
  }

  @Test func `a symbolic link to a file is read`() throws {
    try folder.add("a.jpg", [1, 2])
    try folder.link("link.jpg", to: "a.jpg")
    #expect(try read(folder("link.jpg")) == [1, 2])
  }

  @Test func `missing and unreadable files have plain messages`() throws {
    try folder.link("loop.jpg", to: "loop.jpg")
    let expected: [(String, String, Hint?)] = [
      ("none.jpg", "ENOENT: no such file or folder", nil),
      ("loop.jpg", "ELOOP: too many symbolic links, or a loop of them", .mendLink),
      (String(repeating: "x", count: 256), "ENAMETOOLONG: name or path too long", .startNearer),
    ]
    for (name, message, hint) in expected {
      #expect(
        error { () throws(JobError) in try read(folder(name)) }
          == JobError(stage: .read, code: .read, message: message, hint: hint))
    }
    #expect(
      JobError.read(.tooManyOpenFiles)
        == JobError(
          stage: .read, code: .read, message: "EMFILE: too many open files in this process", hint: .raiseOpenFileLimit))
  }

  @Test(.disabled(if: isSuperuser, "the superuser may read everything"))
  func `a file without permission has its own message`() throws {
    try folder.add("a.jpg")
    try folder.setMode("a.jpg", 0)
    #expect(
      error { () throws(JobError) in try read(folder("a.jpg")) }?.message
        == "EACCES: permission denied; make the file and its folders readable for this user")
  }

  @Test func `Promise 9: a file that changes while it is read is a failure`() throws {
    let changes: [(String, (String) -> Void)] = [
      ("grows", { append($0) }),
      ("shrinks", { _ = unsafe truncate($0, 10) }),
      ("is emptied", { _ = unsafe truncate($0, 0) }),
      ("is rewritten at the same size and its time set back", { rewrite($0) }),
    ]
    for (name, change) in changes {
      let path = try folder.add("a.jpg", [UInt8](repeating: 1, count: 100))
      let error = error { () throws(JobError) in try read(path) { change(path.string) } }
      #expect(
        error
          == JobError(
            stage: .read, code: .changedWhileReading,
            message: "the file changed while it was read", hint: .runAgainUnchanged), "\(name)")
    }
  }

  @Test func `a file whose name is replaced while it is read keeps its bytes`() throws {
    let path = try folder.add("a.jpg", [1, 2, 3])
    let other = try folder.add("b.jpg", [4, 5, 6])
    // The opened file only changes its link count. Its bytes are read.
    let result = Result { () throws(JobError) in try read(path) { _ = unsafe rename(other.string, path.string) } }
    switch result {
    case .success(let bytes): #expect(bytes == [1, 2, 3])
    case .failure(let error): #expect(error.code == .changedWhileReading)
    }
  }

  @Test func `names of any bytes are read`() throws {
    for name in awkwardNames {
      let path = try folder.add(folder(bytes: name), name)
      #expect(try read(path) == name)
    }
  }
}

/// Invalid UTF-8, control characters, characters that other programs interpret, and the longest possible name.
let awkwardNames: [[UInt8]] = [
  Array("caf".utf8) + [0xE9] + Array(".jpg".utf8),
  Array("new\nline.jpg".utf8),
  Array("\u{1B}[31mred.jpg".utf8),
  Array("-rf.jpg".utf8),
  Array("100%d %s.jpg".utf8),
  Array("a:b@c.jpg".utf8),
  Array(" ".utf8) + Array(".jpg".utf8),
  [UInt8](repeating: UInt8(ascii: "n"), count: 251) + Array(".jpg".utf8),
]

private func append(_ path: String) {
  let file = FileHandle(forWritingAtPath: path)
  _ = try? file?.seekToEnd()
  try? file?.write(contentsOf: Data([9]))
  try? file?.close()
}

/// Writes new bytes of the same size and restores the modification time. Only the inode's change time shows it.
private func rewrite(_ path: String) {
  var status = stat()
  guard unsafe stat(path, &status) == 0, let file = FileHandle(forWritingAtPath: path) else { return }
  try? file.write(contentsOf: Data([9, 9, 9]))
  try? file.close()
  let time = status.st_mtim
  let times = [time, time]
  _ = unsafe utimensat(AT_FDCWD, path, times, 0)
}
