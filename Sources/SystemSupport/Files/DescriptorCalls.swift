internal import Glibc
package import SystemPackage

extension Descriptor {
  /// Writes all bytes.
  package func write(_ bytes: [UInt8]) throws(Errno) {
    try unsafe bytes.withUnsafeBufferPointer { bytes throws(Errno) in
      try unsafe write(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Reads once, up to the size of the array; 0 at the end of the file.
  package func read(into bytes: inout [UInt8]) throws(Errno) -> Int {
    try unsafe bytes.withUnsafeMutableBufferPointer { bytes throws(Errno) in
      try unsafe read(into: UnsafeMutableRawBufferPointer(bytes))
    }
  }

  /// Reads a range of the file; returns fewer bytes if the file ends inside it. Does not change the file offset.
  package func bytes(at offset: Int, count: Int) throws(Errno) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = unsafe bytes.withUnsafeMutableBytes { memory in
        unsafe pread(number, memory.baseAddress.unsafelyUnwrapped + done, count - done, off_t(offset + done))
      }
      if got == 0 { break }
      if got > 0 { done += got } else if errno != EINTR { throw .current }
    }
    bytes.removeSubrange(done...)
    return bytes
  }

  /// Longer than any line of this program: a path has at most 4096 bytes, and escaping makes at most three of each.
  private static let longestLine = 1 << 20

  /// Calls `body` with every line of the file, without its newline. Bytes after the last newline are not a line. Skips lines
  /// longer than `longestLine`, such as a block of zeros after a power failure.
  package func forEachWholeLine(_ body: (ArraySlice<UInt8>) -> Void) throws(Errno) {
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var rest: [UInt8] = []
    var isTooLong = false
    while true {
      let count = try read(into: &chunk)
      if count == 0 { return }
      // The rest of the previous chunk contains no newline, so the search starts after it.
      var searched = rest.count
      rest += chunk[..<count]
      var start = 0
      while let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        if !isTooLong { body(rest[start..<end]) }
        isTooLong = false
        start = end + 1
        searched = start
      }
      rest.removeSubrange(..<start)
      if rest.count > Descriptor.longestLine {
        isTooLong = true
        rest.removeAll(keepingCapacity: true)
      }
    }
  }

  /// The last byte of the file; nil if the file is empty.
  package func lastByte() throws(Errno) -> UInt8? {
    if lseek(number, 0, SEEK_END) == 0 { return nil }
    guard lseek(number, -1, SEEK_END) >= 0 else { throw .current }
    var byte: [UInt8] = [0]
    return try read(into: &byte) == 1 ? byte[0] : nil
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
