internal import Glibc
package import SystemPackage

/// A folder that is open for reading its entries and for calls relative to it.
@safe package struct OpenFolder: ~Copyable {
  private typealias Stream = OpaquePointer

  // SAFETY: from fdopendir, closed once, in deinit, and used by its one owner only.
  private let stream: Stream
  package let identity: FileIdentity

  private init(stream: Stream, identity: FileIdentity) {
    unsafe self.stream = unsafe stream
    self.identity = identity
  }

  deinit { _ = unsafe closedir(stream) }

  package var number: CInt { unsafe dirfd(stream) }

  /// Opens a folder. The path may be longer than PATH_MAX.
  /// - Parameters:
  ///   - path: the bytes of the path, without a zero at the end.
  ///   - links: whether the path's last component may be a symbolic link.
  package static func open(_ path: [UInt8], links: SymlinkPolicy) throws(Errno) -> OpenFolder {
    try reading(openInPieces(path[...], links == .follow ? .folder : .folderNotLink))
  }

  /// Opens the entries of a folder that is open for lookups.
  package static func open(_ folder: HeldFolder) throws(Errno) -> OpenFolder {
    try reading(try Descriptor(opening: ".", in: folder, .folder))
  }

  private static func reading(_ descriptor: consuming Descriptor) throws(Errno) -> OpenFolder {
    let identity = try FileStatus(of: descriptor).identity
    let number = descriptor.release()
    guard let stream = unsafe fdopendir(number) else {
      let error = Errno.current
      _ = Descriptor(owning: number)
      throw error
    }
    return unsafe OpenFolder(stream: stream, identity: identity)
  }

  /// Opens a path in pieces, because the kernel takes at most `PATH_MAX` bytes per call.
  /// - Parameter folder: where a relative path starts.
  private static func openInPieces(
    _ path: ArraySlice<UInt8>, in folder: CInt = AT_FDCWD, _ access: Descriptor.OpenMode
  ) throws(Errno) -> Descriptor {
    // The limit includes the zero at the end.
    if path.count < Int(PATH_MAX) { return try Descriptor(opening: path, in: folder, access) }
    // A component as long as a piece is too long for any file system.
    guard let cut = path.prefix(Int(PATH_MAX)).lastIndex(of: UInt8(ascii: "/")), cut > path.startIndex else {
      throw Errno(rawValue: ENAMETOOLONG)
    }
    let piece = try Descriptor(opening: path[..<cut], in: folder, .folder)
    return try openInPieces(path[(cut + 1)...], in: piece.number, access)
  }
}

extension OpenFolder {
  /// Another descriptor of the folder, for calls relative to it when the entries are no longer read.
  package func descriptor() throws(Errno) -> Descriptor {
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
    if copy < 0 { throw .current }
    return Descriptor(owning: copy)
  }

  /// Whether the folder contains nothing but `.` and `..`, which come in any position. Reads at most three entries.
  package func isEmpty() throws(Errno) -> Bool {
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        if errno == 0 { return true }
        throw .current
      }
      // SAFETY: a name has at least one character and the zero after it.
      let (first, second, third) = unsafe (entry.pointee.d_name.0, entry.pointee.d_name.1, entry.pointee.d_name.2)
      let dot = CChar(bitPattern: UInt8(ascii: "."))
      let isDots = first == dot && (second == 0 || second == dot && third == 0)
      if !isDots { return false }
    }
  }

  /// Calls `body` with the name of each entry and the zero after it. Returns the error that stopped it early, or nil.
  func forEachEntry(_ body: (Span<CChar>, FileKind?) -> Void) -> Errno? {
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else { return errno == 0 ? nil : .current }
      guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
      // SAFETY: the name is zero-terminated and inside the record, which is valid until the next readdir of this stream.
      let start = unsafe (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
      let name = unsafe UnsafeBufferPointer(start: start, count: strlen(start) + 1)
      unsafe body(name.span, FileKind(entryType: Int32(entry.pointee.d_type)))
    }
  }
}

extension FileKind {
  fileprivate init?(entryType: Int32) {
    switch entryType {
    case Int32(DT_REG): self = .regular
    case Int32(DT_DIR): self = .folder
    case Int32(DT_LNK): self = .symbolicLink
    case Int32(DT_FIFO): self = .pipe
    case Int32(DT_SOCK): self = .socket
    case Int32(DT_CHR), Int32(DT_BLK): self = .device
    default: return nil
    }
  }
}
