internal import Glibc
internal import ImageCodecs
package import ImageCore
package import ImageErrors
internal import RunState
package import SystemPackage
package import SystemSupport
internal import Thumbnailing

/// A source's bytes, whole and unchanged, in memory that its worker uses again.
///
/// Read, not mapped: a mapped file that someone truncates kills the process at the next touch of its pages. Five
/// system calls: open, fstat, one read that also finds the end, fstat, close.
package struct SourceFile: ~Copyable {
  private let buffer: PooledBuffer
  package let byteCount: Int
  /// When it was read.
  package let status: FileStatus

  /// Valid as long as the owner lives.
  package var bytes: UnsafeRawBufferPointer {
    // SAFETY: the buffer holds at least `byteCount` bytes, all of them read.
    unsafe UnsafeRawBufferPointer(start: buffer.base, count: byteCount)
  }

  /// Reads a regular file of at most `byteLimit` bytes.
  /// - Parameters:
  ///   - startOnly: leaves it at that many bytes where the file has more.
  ///   - beforeCheck: called when all is read and before the file is looked at again; for tests.
  package static func read(
    _ path: FilePath, byteLimit: Int, startOnly: Int = .max, pool: BufferPool, beforeCheck: () -> Void = {}
  ) throws(JobError) -> SourceFile {
    try read(open(path), byteLimit: byteLimit, startOnly: startOnly, pool: pool, beforeCheck: beforeCheck)
  }

  /// A source of whatever kind, open; what it is, reading finds out.
  static func open(_ path: FilePath) throws(JobError) -> Descriptor {
    try reading { () throws(Errno) in try Descriptor(opening: path, .sniffed) }
  }

  /// Reads an open file from its start.
  /// - Parameters:
  ///   - whole: a file of so many bytes is read whole in spite of `startOnly`.
  static func read(
    _ file: borrowing Descriptor, byteLimit: Int, whole: Int = 0, startOnly: Int = .max, pool: BufferPool,
    beforeCheck: () -> Void = {}
  ) throws(JobError) -> SourceFile {
    let before = try reading { () throws(Errno) in try FileStatus(of: file) }
    guard before.kind == .regular else { throw .notRegular(before.kind) }
    guard before.byteCount <= byteLimit else { throw .tooManyBytes(before.byteCount, limit: byteLimit) }
    // One byte more than the file should have: a read that gives exactly its size met the end in the same call.
    let wanted = before.byteCount <= whole ? before.byteCount : min(before.byteCount, startOnly)
    let memory: PooledBuffer
    do throws(OutOfMemory) { memory = try pool.take(byteCount: wanted + 1) } catch {
      throw JobError(error, stage: .read)
    }
    let count = try unsafe fill(
      UnsafeMutableRawBufferPointer(start: memory.base, count: wanted + 1), from: file, within: pool.limit)
    beforeCheck()
    let after = try reading { () throws(Errno) in try FileStatus(of: file) }
    let isComplete = wanted < before.byteCount ? count >= wanted : count == wanted
    guard isComplete, after == before else { throw .changedWhileReading }
    return SourceFile(buffer: memory, byteCount: wanted, status: after)
  }
}

/// Reads until the memory is full, but for its last byte, or the file ends; tells how much there was.
///
/// One call reads all of a local file of up to 16 MB; a larger one takes several, with a look at the clock before each. After a
/// shorter read, another call shows whether the file has ended.
private func fill(
  _ memory: UnsafeMutableRawBufferPointer, from file: borrowing Descriptor, within limit: TimeLimit
) throws(JobError) -> Int {
  let maximum = 16 << 20
  var count = 0
  while count < memory.count {
    if limit.hasPassed { throw JobError(.timeout, stage: .read) }
    let part = unsafe memory[count..<min(count + maximum, memory.count)]
    let got: Int
    do { got = try unsafe file.read(into: UnsafeMutableRawBufferPointer(rebasing: part)) } catch {
      throw .read(error)
    }
    count += got
    if got == 0 || count == memory.count - 1 { break }
  }
  return count
}

func reading<Value: ~Copyable>(_ call: () throws(Errno) -> Value) throws(JobError) -> Value {
  do { return try call() } catch { throw .read(error) }
}
