package import Glibc
package import SystemPackage

/// O_PATH (open(2)): the same number on all architectures. The C library's header hides it from Swift.
private let namesOnly: CInt = 0o10000000

/// An open file descriptor with one owner, closed on deinit.
package struct Descriptor: ~Copyable, Sendable {
  package let number: CInt

  /// Takes ownership of an open descriptor.
  package init(owning number: CInt) { self.number = number }

  package init(opening path: FilePath, _ access: OpenMode) throws(Errno) {
    // The mode applies if the file is created, before the umask.
    // SAFETY: here and below, paths are zero-terminated and valid during the calls.
    number = try Descriptor.retrying { unsafe path.withPlatformString { unsafe open($0, access.flags, 0o666) } }
  }

  /// - Parameters:
  ///   - path: relative to the folder unless absolute.
  ///   - folder: descriptor of an open folder.
  init(opening path: ArraySlice<UInt8>, in folder: CInt, _ access: OpenMode) throws(Errno) {
    let text = zeroTerminated(path)
    number = try Descriptor.retrying { unsafe openat(folder, text, access.flags, 0) }
  }

  /// - Parameter mode: permissions of a created file, before the umask applies.
  package init(opening name: FilePath, in folder: HeldFolder, _ access: OpenMode, mode: mode_t = 0o666) throws(Errno) {
    number = try Descriptor.retrying {
      unsafe name.withPlatformString { unsafe openat(folder.number, $0, access.flags, mode) }
    }
  }

  deinit { _ = Self.closeCall(number) }

  /// What a descriptor is opened for. Worker processes inherit none of them, and none becomes a controlling terminal.
  package enum OpenMode: Sendable {
    /// A file that may be a pipe or a device: opening must not block.
    case sniffed
    case sniffedNotLink
    /// A list. It may be a pipe, for which blocking is right.
    case list
    case folder
    case folderNotLink
    /// A folder used only to look up names.
    case held
    case heldNotLink
    /// A file that must not exist, not even as a symbolic link.
    case created
    /// A file that may exist, for `init(openingOwn:)` only: for appending, for reading and writing, or for writing.
    case appended
    case shared
    case written
    /// A device to write to, or the name of an open descriptor.
    case device

    fileprivate var flags: CInt {
      switch self {
      case .sniffed: O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
      case .sniffedNotLink: O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY
      case .list: O_RDONLY | O_CLOEXEC | O_NOCTTY
      case .folder: O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_DIRECTORY
      case .folderNotLink: O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW
      case .appended: O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
      case .shared: O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
      case .written: O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
      case .held: namesOnly | O_DIRECTORY | O_CLOEXEC
      case .heldNotLink: namesOnly | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
      case .created: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY
      case .device: O_WRONLY | O_CLOEXEC | O_NOCTTY
      }
    }
  }

  /// Reads once, up to the size of the memory; 0 at the end of the file.
  package func read(into memory: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    while true {
      let got = unsafe Self.readCall(number, memory)
      if got >= 0 { return got }
      if errno != EINTR { throw .current }
    }
  }

  /// Asks the system to read the first bytes of a file into its cache, many parts at the same time, and does not wait for them.
  package func readAhead(byteCount: Int) {
    // The system reads no more than its own window at each call, and that is 128 KB by default.
    let window = 128 << 10
    for offset in stride(from: 0, to: byteCount, by: window) {
      // Advice: where it is not taken, reading is as slow as before.
      _ = posix_fadvise(number, off_t(offset), off_t(min(window, byteCount - offset)), POSIX_FADV_WILLNEED)
    }
  }

  /// Sets the file offset to the start.
  package func rewind() throws(Errno) {
    if lseek(number, 0, SEEK_SET) < 0 { throw .current }
  }

  /// Writes all bytes.
  package func write(_ bytes: RawSpan) throws(Errno) {
    var rest = bytes
    while !rest.isEmpty {
      let count = Self.writeCall(number, rest)
      if count > 0 {
        rest = rest.extracting(droppingFirst: count)
      } else if count == 0 {
        throw Errno(rawValue: EIO)
      } else if errno != EINTR {
        throw .current
      }
    }
  }

  /// Closes the descriptor and reports errors that only close(2) detects: network file systems and quotas report late.
  package consuming func close() throws(Errno) {
    let number = number
    discard self
    // On Linux close(2) closes the descriptor even if it fails with EINTR, so it must not be repeated.
    if Self.closeCall(number) != 0 && errno != EINTR { throw .current }
  }

  /// Transfers the open descriptor to a new owner.
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

  // SAFETY: read and write access as many bytes as given.
  // Names for the C functions that do not clash with the methods above.
  private static func closeCall(_ number: CInt) -> CInt {
    Glibc.close(number)
  }

  /// Reads once into some memory.
  static func readCall(_ number: CInt, _ memory: UnsafeMutableRawBufferPointer) -> Int {
    unsafe Glibc.read(number, memory.baseAddress, memory.count)
  }

  static func writeCall(_ number: CInt, _ bytes: RawSpan) -> Int {
    unsafe bytes.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
  }
}
