import Glibc

/// A path that cannot leave the folder that it starts in, as long as no component is a symbolic link.
struct RelativePath: Sendable {
  let components: [String]

  /// Nil for an absolute path, and for one with empty components, `.`, `..` or a NUL.
  init?(_ path: Substring) {
    components = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard components.allSatisfy({ !["", ".", ".."].contains($0) && !$0.utf8.contains(0) }) else { return nil }
  }
}

/// Tells a file, in the state that it is in, apart from others.
struct FileIdentity: Sendable, CustomStringConvertible {
  fileprivate let status: stat

  /// Inode, bytes, nanoseconds of the last change; all in hexadecimal.
  var description: String {
    let time = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    return [UInt64(status.st_ino), UInt64(status.st_size), UInt64(bitPattern: time)]
      .map { String($0, radix: 16) }.joined(separator: "-")
  }
}

/// The folder whose images are served.
///
/// Its calls block while the disk works, so they are made on a thread for files.
struct ImageFolder: Sendable {
  private let descriptor: CInt
  private let byteLimit: Int

  /// Nil if the folder cannot be opened. It stays open until the program ends.
  /// - Parameter byteLimit: larger files are refused before they are read.
  init?(path: String, byteLimit: Int) {
    descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    self.byteLimit = byteLimit
  }

  /// Reads a regular file.
  /// - Parameter isWanted: called with the file's identity before it is read.
  /// - Returns: all bytes, or nil if they are not wanted.
  func read(_ path: RelativePath, if isWanted: (FileIdentity) -> Bool) throws(Failure) -> [UInt8]? {
    let file = try open(path)
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .missing }
    guard isWanted(FileIdentity(status: status)) else { return nil }
    guard status.st_size <= byteLimit else { throw .tooLarge(status.st_size, limit: byteLimit) }
    return try bytes(of: file, count: status.st_size)
  }

  /// Opens one component after the other. None may be a symbolic link, so nothing outside of the folder can be reached, whatever
  /// changes in it meanwhile.
  private func open(_ path: RelativePath) throws(Failure) -> CInt {
    var parent = descriptor
    for (index, name) in path.components.enumerated() {
      let isLast = index == path.components.count - 1
      // A pipe without a writer would wait; it is opened, and refused as what it is.
      let child = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (isLast ? O_NONBLOCK : O_DIRECTORY))
      let error = errno
      if parent != descriptor { close(parent) }
      guard child >= 0 else { throw Failure.opening(error) }
      parent = child
    }
    return parent
  }

  private func bytes(of file: CInt, count: Int) throws(Failure) -> [UInt8] {
    var error: CInt = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let read = Glibc.read(file, buffer.baseAddress.map { $0 + filled }, count - filled)
        if read < 0 && errno == EINTR { continue }
        if read < 0 { error = errno }
        // A file that became shorter meanwhile is decoded as it is.
        guard read > 0 else { return }
        filled += read
      }
    }
    guard error == 0 else { throw .opening(error) }
    return bytes
  }
}
