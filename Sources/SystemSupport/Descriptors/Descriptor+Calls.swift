internal import CPlatform
internal import Glibc
package import SystemPackage

extension Descriptor {
  /// Writes all bytes.
  package func write(_ bytes: [UInt8]) throws(Errno) {
    try unsafe write(bytes.span.bytes)
  }

  /// Creates a pipe (pipe(2)) that started programs do not inherit.
  package static func makePipe() throws(Errno) -> (reading: CInt, writing: CInt) {
    var ends: [CInt] = [-1, -1]
    // SAFETY: the call writes the two elements.
    let error = unsafe system_private_pipe(&ends)
    if error != 0 { throw Errno(rawValue: error) }
    return (ends[0], ends[1])
  }

  /// Creates a file in memory (memfd_create(2)) with this content, to be read from its start.
  package static func inMemory(_ bytes: [UInt8]) throws(Errno) -> Descriptor {
    var number: CInt = -1
    // SAFETY: the call writes the one integer.
    let error = unsafe system_memory_file(&number)
    if error != 0 { throw Errno(rawValue: error) }
    let file = Descriptor(owning: number)
    try file.write(bytes)
    lseek(number, 0, SEEK_SET)
    return file
  }

  /// Writes some of the bytes to a descriptor that is owned elsewhere.
  /// - Returns: the number of bytes written.
  package static func writeOnce(_ number: CInt, _ bytes: ArraySlice<UInt8>) throws(Errno) -> Int {
    while true {
      let count = unsafe writeCall(number, bytes.span.bytes)
      if count >= 0 { return count }
      if errno != EINTR { throw .current }
    }
  }

  /// Blocks until the file's data is on disk (fdatasync).
  package func synchronizeData() throws(Errno) {
    guard fdatasync(number) == 0 else { throw .current }
  }

  /// Blocks until data and metadata are on disk (fsync); for a folder, its entries.
  package func synchronize() throws(Errno) { guard fsync(number) == 0 else { throw .current } }

  /// Truncates the file. Pipes and devices stay as they are.
  package func empty() throws(Errno) {
    guard ftruncate(number, 0) == 0 || errno == EINVAL else { throw .current }
    lseek(number, 0, SEEK_SET)
  }

  /// Makes the file readable and writable for its owner only.
  package func keepPrivate() throws(Errno) { guard fchmod(number, 0o600) == 0 else { throw .current } }

  /// Locks the file until it is closed. Throws `wouldBlock` if another process holds the lock.
  /// - Parameter shared: take a shared lock, which is compatible with other shared locks.
  package func lock(shared: Bool) throws(Errno) {
    while flock(number, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
      if errno != EINTR { throw .current }
    }
  }
}
