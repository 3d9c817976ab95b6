internal import Glibc
package import SystemPackage

extension Descriptor {
  /// Reads once from a descriptor that is owned elsewhere, into the array from an index on; 0 at the end of the file.
  /// - Parameter retryOnInterrupt: whether a signal repeats the call. Otherwise it throws `interrupted`.
  package static func read(
    _ number: CInt, into bytes: inout [UInt8], from start: Int = 0, retryOnInterrupt: Bool = true
  ) throws(Errno) -> Int {
    while true {
      // SAFETY: read writes to the memory of these elements only.
      let count = unsafe bytes.withUnsafeMutableBytes { memory in
        unsafe readCall(number, UnsafeMutableRawBufferPointer(rebasing: memory[start...]))
      }
      if count >= 0 { return count }
      if errno != EINTR || !retryOnInterrupt { throw .current }
    }
  }

  /// Reads once, into the array from an index on; 0 at the end of the file.
  package func read(into bytes: inout [UInt8], from start: Int = 0) throws(Errno) -> Int {
    try Descriptor.read(number, into: &bytes, from: start)
  }

  /// Reads until the array is full or the file ends.
  /// - Returns: the number of bytes read.
  package func fill(_ bytes: inout [UInt8]) throws(Errno) -> Int {
    var done = 0
    while done < bytes.count {
      let count = try read(into: &bytes, from: done)
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// The bytes from the file offset to the end of the file, but at most `limit`.
  package func readAll(limit: Int) throws(Errno) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: min(limit, 1 << 16))
    var done = 0
    while done < limit {
      if done == bytes.count { bytes += repeatElement(0, count: min(done, limit - done)) }
      let count = try read(into: &bytes, from: done)
      if count == 0 { break }
      done += count
    }
    bytes.removeSubrange(done...)
    return bytes
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
}
