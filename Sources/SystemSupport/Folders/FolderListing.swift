internal import Glibc
package import SystemPackage

/// The names of a folder's entries, either the hidden ones or all others, in byte order.
package struct FolderListing {
  package struct Entry {
    /// Offset of the name in the bytes of all names. The name ends before a zero byte.
    let start: Int
    /// Nil if the file system does not report it.
    package let kind: FileKind?
  }

  private let names: [UInt8]
  package let entries: [Entry]
  /// Why reading stopped early; nil if it did not.
  package let failure: Errno?

  package enum Names { case visible, hidden }

  package init(of folder: borrowing OpenFolder, _ kind: Names = .visible) {
    var names: [UInt8] = []
    var entries: [Entry] = []
    failure = unsafe folder.forEachEntry { name, entryKind in
      let isHidden = unsafe name[0] == CChar(bitPattern: UInt8(ascii: "."))
      if isHidden != (kind == .hidden) { return }
      entries.append(Entry(start: names.count, kind: entryKind))
      // SAFETY: the name ends in a zero byte, which is copied too.
      unsafe names.append(contentsOf: UnsafeRawBufferPointer(start: name, count: strlen(name) + 1))
    }
    // SAFETY: every name starts inside the bytes and ends with a zero.
    unsafe names.withUnsafeBytes { bytes in
      guard let base = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress else { return }
      entries.sort { unsafe strcmp(base + $0.start, base + $1.start) < 0 }
    }
    self.names = names
    self.entries = entries
  }

  package func name(of entry: Entry) -> ArraySlice<UInt8> {
    names[entry.start...].prefix { $0 != 0 }
  }

  /// - Parameter folder: the listed folder.
  package func status(
    of entry: Entry, in folder: borrowing OpenFolder, links: SymlinkPolicy
  ) throws(Errno) -> FileStatus {
    try unsafe withName(of: entry) { name throws(Errno) in try unsafe FileStatus(of: name, in: folder, links: links) }
  }

  /// Opens a file of the listed folder.
  package func open(
    _ entry: Entry, in folder: borrowing OpenFolder, _ mode: Descriptor.OpenMode
  ) throws(Errno) -> Descriptor {
    let number = try unsafe withName(of: entry) { name throws(Errno) in
      try unsafe Descriptor(opening: name, in: folder.number, mode).release()
    }
    return Descriptor(owning: number)
  }

  /// Passes the zero-terminated name to `body`.
  private func withName<Result>(
    of entry: Entry, _ body: (UnsafePointer<CChar>) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    try unsafe names.withUnsafeBufferPointer { bytes throws(Errno) in
      // SAFETY: every entry starts inside the bytes, and the last of these is zero.
      try unsafe bytes.withMemoryRebound(to: CChar.self) { names throws(Errno) in
        guard let base = names.baseAddress else { throw Errno(rawValue: ENOENT) }
        return try unsafe body(base + entry.start)
      }
    }
  }
}
