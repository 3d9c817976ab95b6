package import SystemPackage

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// An open file descriptor with one owner, closed when the owner ends.
package struct Descriptor: ~Copyable, Sendable {
  package let number: CInt

  /// Takes over a descriptor that is open.
  package init(owning number: CInt) { self.number = number }

  package init(opening path: FilePath, _ access: Access) throws(Errno) {
    // The mode counts for a file that is created, less the umask.
    number = try Descriptor.retrying { unsafe path.withPlatformString { unsafe open($0, access.flags, 0o666) } }
  }

  /// - Parameters:
  ///   - path: zero-terminated; relative to the folder unless absolute.
  ///   - folder: an open folder's descriptor.
  init(opening path: UnsafePointer<CChar>, in folder: CInt, _ access: Access) throws(Errno) {
    number = try Descriptor.retrying { unsafe openat(folder, path, access.flags, 0) }
  }

  deinit { _ = Self.closeCall(number) }

  /// What a descriptor is opened for. None is inherited by a worker process or becomes a controlling terminal.
  package enum Access: Sendable {
    /// A file that may turn out to be a pipe or a device: opening must not wait.
    case sniffed
    /// A list, for which waiting is right: it may be a pipe.
    case list
    case folder
    case folderNotLink
    /// A file that must not be there yet, not even as a link.
    case created
    /// A file of ours that lines are added to at the end, and that may be read.
    case appended
    /// A file of ours that is read and written from its start.
    case shared
    /// Whatever file, pipe or device the user named for a list to be written to.
    case listed
    /// A file of our own, emptied where it is there.
    case replaced

    fileprivate var flags: CInt {
      switch self {
      case .sniffed: O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
      case .list: O_RDONLY | O_CLOEXEC | O_NOCTTY
      case .folder: O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_DIRECTORY
      case .folderNotLink: O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW
      case .appended: O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
      case .shared: O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
      case .listed: O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY
      case .created: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY
      case .replaced: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY
      }
    }
  }

  /// Reads once into the memory given; 0 at the end of the file.
  package func read(into memory: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    while true {
      let got = unsafe Self.readCall(number, memory.baseAddress, memory.count)
      if got >= 0 { return got }
      if errno != EINTR { throw .current }
    }
  }

  /// Goes back to the start of the file.
  func rewind() throws(JobError) {
    if lseek(number, 0, SEEK_SET) < 0 { throw .read(.current) }
  }

  /// Writes all of the bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
    var rest = unsafe bytes
    while unsafe !rest.isEmpty {
      let count = unsafe Self.writeCall(number, rest.baseAddress, rest.count)
      if count > 0 {
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      } else if count == 0 {
        throw Errno(rawValue: EIO)
      } else if errno != EINTR {
        throw .current
      }
    }
  }

  /// Closes, and tells what only closing finds out: network file systems and quotas report late.
  package consuming func close() throws(Errno) {
    let number = number
    discard self
    // EINTR leaves the descriptor closed on Linux, so the call is never made twice.
    if Self.closeCall(number) != 0 && errno != EINTR { throw .current }
  }

  /// Gives the open descriptor up to a new owner.
  package consuming func release() -> CInt {
    let number = number
    discard self
    return number
  }

  private static func retrying(_ call: () -> CInt) throws(Errno) -> CInt {
    while true {
      let result = call()
      if result >= 0 { return result }
      if errno != EINTR { throw .current }
    }
  }

  // The C functions under names that do not clash with the methods above.
  private static func closeCall(_ number: CInt) -> CInt {
    #if canImport(Darwin)
      Darwin.close(number)
    #else
      Glibc.close(number)
    #endif
  }

  private static func readCall(_ number: CInt, _ memory: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    #if canImport(Darwin)
      unsafe Darwin.read(number, memory, count)
    #else
      unsafe Glibc.read(number, memory, count)
    #endif
  }

  private static func writeCall(_ number: CInt, _ memory: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Darwin)
      unsafe Darwin.write(number, memory, count)
    #else
      unsafe Glibc.write(number, memory, count)
    #endif
  }
}
