internal import Glibc
package import SystemPackage

// What is asked of an open file beside reading and writing.
extension Descriptor {
  /// Writes all of the bytes.
  package func write(_ bytes: [UInt8]) throws(Errno) {
    try unsafe bytes.withUnsafeBufferPointer { bytes throws(Errno) in
      try unsafe write(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Reads once, at most as many bytes as the array has; 0 at the end of the file.
  package func read(into bytes: inout [UInt8]) throws(Errno) -> Int {
    try unsafe bytes.withUnsafeMutableBufferPointer { bytes throws(Errno) in
      try unsafe read(into: UnsafeMutableRawBufferPointer(bytes))
    }
  }

  /// The bytes of a part of the file; fewer where it ends before that. The place where `read` goes on stays.
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

  /// Longer than any line of ours: a path has 4096 bytes at most, and none becomes more than three.
  private static let longestLine = 1 << 20

  /// Calls `body` with every line to the end of the file, without its end; what stands behind the last one is no line. A
  /// longer one than any of ours, such as a block of zeros after a power cut, is passed over.
  package func forEachWholeLine(_ body: (ArraySlice<UInt8>) -> Void) throws(Errno) {
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var rest: [UInt8] = []
    var isTooLong = false
    while true {
      let count = try read(into: &chunk)
      if count == 0 { return }
      // What is left of the chunk before has no end of a line: it is not looked at again.
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

  /// The file's last byte, nil where it is empty.
  package func lastByte() throws(Errno) -> UInt8? {
    if lseek(number, 0, SEEK_END) == 0 { return nil }
    guard lseek(number, -1, SEEK_END) >= 0 else { throw .current }
    var byte: [UInt8] = [0]
    return try read(into: &byte) == 1 ? byte[0] : nil
  }

  /// Returns when the disk has the file's bytes.
  package func synchronizeData() throws(Errno) {
    guard fdatasync(number) == 0 else { throw .current }
  }

  /// Returns when the disk has all of it; of a folder, its names.
  package func synchronize() throws(Errno) { guard fsync(number) == 0 else { throw .current } }

  /// Makes the file empty; pipes and devices stay as they are.
  package func empty() throws(Errno) {
    guard ftruncate(number, 0) == 0 || errno == EINVAL else { throw .current }
    lseek(number, 0, SEEK_SET)
  }

  /// Lets nobody but its owner read or write the file.
  package func keepPrivate() throws(Errno) { guard fchmod(number, 0o600) == 0 else { throw .current } }

  /// Takes the file's lock, for as long as it is open, or throws `wouldBlock` where another process has it.
  /// - Parameter shared: whether others may have it too who share it.
  package func lock(shared: Bool) throws(Errno) {
    while flock(number, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
      if errno != EINTR { throw .current }
    }
  }
}
