internal import Glibc
internal import ImageCodecs
package import ImageCore
package import ImageErrors
internal import SystemPackage
package import SystemSupport

/// The bytes of a source, complete and unchanged: in a buffer that its worker reuses, or in memory of the caller.
///
/// The file is read and not mapped, because access to a mapped file that another process truncates raises SIGBUS. Five system
/// calls: open, fstat, one read that also detects the end, fstat, close.
@safe package struct SourceFile: ~Copyable {
  /// Nil for bytes in memory of the caller.
  private let buffer: PooledBuffer?
  private let base: UnsafeRawPointer?
  package let byteCount: Int
  /// Status when the file was read; nil for bytes that come from no file.
  package let status: FileStatus?

  /// Valid as long as the owner lives.
  package var bytes: UnsafeRawBufferPointer {
    // SAFETY: the buffer holds at least `byteCount` bytes, all of them read; or the caller keeps them.
    unsafe UnsafeRawBufferPointer(start: base, count: byteCount)
  }

  /// Size of the whole source.
  package var sourceByteCount: Int { status?.byteCount ?? byteCount }

  private init(_ buffer: consuming PooledBuffer, byteCount: Int, status: FileStatus) {
    unsafe base = UnsafeRawPointer(buffer.base)
    self.buffer = consume buffer
    self.byteCount = byteCount
    self.status = status
  }

  /// - Parameter bytes: must stay valid as long as the result lives.
  init(bytes: UnsafeRawBufferPointer, byteLimit: Int) throws(JobError) {
    guard bytes.count <= byteLimit else { throw .tooManyBytes(bytes.count, limit: byteLimit) }
    buffer = nil
    unsafe base = bytes.baseAddress
    byteCount = bytes.count
    status = nil
  }

  /// Reads an open regular file of at most `byteLimit` bytes from its start.
  /// - Parameters:
  ///   - whole: files up to this size are read completely in spite of `startOnly`.
  ///   - startOnly: maximum number of bytes to read from the start of a larger file.
  ///   - time: checked before each part of a large file.
  ///   - beforeCheck: called after the last read and before the file's status is checked again; for tests.
  package static func read(
    _ file: borrowing Descriptor, byteLimit: Int, whole: Int = 0, startOnly: Int = .max, pool: BufferPool,
    within time: TimeLimit = TimeLimit(), beforeCheck: () -> Void = {}
  ) throws(JobError) -> SourceFile {
    let before = try reading { () throws(Errno) in try FileStatus(of: file) }
    guard before.kind == .regular else { throw .notRegular(before.kind) }
    guard before.byteCount <= byteLimit else { throw .tooManyBytes(before.byteCount, limit: byteLimit) }
    // One byte more than the file's size: a read that returns exactly the size has also detected the end.
    let wanted = before.byteCount <= whole ? before.byteCount : min(before.byteCount, startOnly)
    let memory: PooledBuffer
    do throws(OutOfMemory) { memory = try pool.take(byteCount: wanted + 1) } catch {
      throw JobError(error, stage: .read)
    }
    let count = try unsafe fill(
      UnsafeMutableRawBufferPointer(start: memory.base, count: wanted + 1), from: file, within: time)
    beforeCheck()
    let after = try reading { () throws(Errno) in try FileStatus(of: file) }
    let isComplete = wanted < before.byteCount ? count >= wanted : count == wanted
    guard isComplete, after == before else { throw .changedWhileReading }
    return SourceFile(memory, byteCount: wanted, status: after)
  }
}

/// Reads until the file ends or at most the last byte of the memory is free. Returns the number of bytes.
///
/// One call reads a local file of up to 16 MB. A larger file takes several, and the time limit is checked before each. After a
/// short read another call shows whether the file has ended.
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
