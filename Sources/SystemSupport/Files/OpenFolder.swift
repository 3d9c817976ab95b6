internal import Glibc
package import SystemPackage

/// A folder that is open for reading its entries and for reaching them by their names alone.
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

  /// Opens a folder however long its path is.
  /// - Parameters:
  ///   - path: its bytes, without a zero at the end.
  ///   - links: whether the path's last component may be a symbolic link.
  package static func open(_ path: [UInt8], links: SymlinkPolicy) throws(Errno) -> OpenFolder {
    var text = path
    text.append(0)
    let opened = try unsafe text.withUnsafeMutableBufferPointer { text throws(Errno) in
      try unsafe text.withMemoryRebound(to: CChar.self) { text throws(Errno) in
        try unsafe openInPieces(text, links == .follow ? .folder : .folderNotLink).release()
      }
    }
    return try reading(Descriptor(owning: opened))
  }

  /// Opens a folder for its entries that is open for names already.
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

  /// The kernel takes at most `PATH_MAX` bytes at once, so a longer path is gone along in pieces.
  /// - Parameters:
  ///   - path: zero-terminated; its separators are overwritten where it is cut.
  ///   - folder: where a relative path starts.
  private static func openInPieces(
    _ path: UnsafeMutableBufferPointer<CChar>, in folder: CInt = AT_FDCWD, _ access: Descriptor.OpenMode
  ) throws(Errno) -> Descriptor {
    guard let base = path.baseAddress else { throw Errno(rawValue: ENOENT) }
    if path.count <= Int(PATH_MAX) { return try unsafe Descriptor(opening: base, in: folder, access) }
    let separator = CChar(bitPattern: UInt8(ascii: "/"))
    var cut = Int(PATH_MAX) - 1
    // SAFETY: 0 <= cut < PATH_MAX < count.
    while cut > 0, unsafe path[cut] != separator { cut -= 1 }
    // A component that fills a piece is too long for any file system.
    if cut == 0 { throw Errno(rawValue: ENAMETOOLONG) }
    unsafe path[cut] = 0
    let piece = try unsafe Descriptor(opening: base, in: folder, .folder)
    return try unsafe openInPieces(
      UnsafeMutableBufferPointer(rebasing: path[(cut + 1)...]), in: piece.number, access)
  }
}

/// The entries of a folder but hidden ones, in the order of their bytes.
package struct FolderListing {
  package struct Entry {
    /// Where the name starts among the bytes of all; it ends before a zero byte.
    let start: Int
    /// Nil where the file system does not say.
    package let kind: FileKind?
  }

  private let names: [UInt8]
  package let entries: [Entry]
  /// Why reading stopped early, if it did.
  package let failure: Errno?

  package init(of folder: borrowing OpenFolder) {
    var names: [UInt8] = []
    var entries: [Entry] = []
    failure = unsafe folder.forEachEntry { name, kind in
      if unsafe name[0] == CChar(bitPattern: UInt8(ascii: ".")) { return }
      entries.append(Entry(start: names.count, kind: kind))
      // SAFETY: the name ends in a zero byte, which is kept.
      unsafe names.append(contentsOf: UnsafeRawBufferPointer(start: name, count: strlen(name) + 1))
    }
    unsafe names.withUnsafeBytes { bytes in
      guard let base = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress else { return }
      entries.sort { unsafe strcmp(base + $0.start, base + $1.start) < 0 }
    }
    self.names = names
    self.entries = entries
  }

  /// The bytes of an entry's name.
  package func name(of entry: Entry) -> ArraySlice<UInt8> {
    names[entry.start...].prefix { $0 != 0 }
  }

  /// Lends the name as C calls take it.
  package func withName<Result>(
    of entry: Entry, _ body: (UnsafePointer<CChar>) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    try unsafe names.withUnsafeBufferPointer { bytes throws(Errno) in
      // SAFETY: every entry starts inside the bytes, and the last of these is a zero.
      try unsafe bytes.withMemoryRebound(to: CChar.self) { names throws(Errno) in
        guard let base = names.baseAddress else { throw Errno(rawValue: ENOENT) }
        return try unsafe body(base + entry.start)
      }
    }
  }
}

extension OpenFolder {
  /// Calls `body` with the zero-terminated name of each entry; tells why it ended early, if it did.
  package func forEachEntry(_ body: (UnsafePointer<CChar>, FileKind?) -> Void) -> Errno? {
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else { return errno == 0 ? nil : .current }
      guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
      // SAFETY: the name is terminated, inside the record, which stays until the next readdir of this stream.
      let name = unsafe (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
      unsafe body(name, FileKind(entryType: Int32(entry.pointee.d_type)))
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
