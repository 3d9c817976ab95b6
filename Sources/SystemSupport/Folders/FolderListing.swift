internal import Glibc
package import SystemPackage

/// The names of a folder's entries, either the hidden ones or all others, in byte order.
package struct FolderListing: Sendable {
  package struct Entry: Sendable {
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
    failure = folder.forEachEntry { name, entryKind in
      let isHidden = name[0] == CChar(bitPattern: UInt8(ascii: "."))
      if isHidden != (kind == .hidden) { return }
      entries.append(Entry(start: names.count, kind: entryKind))
      for index in name.indices { names.append(UInt8(bitPattern: name[index])) }
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
    of entry: Entry, in folder: borrowing Descriptor, links: SymlinkPolicy
  ) throws(Errno) -> FileStatus {
    try unsafe names.withUnsafeBufferPointer { bytes throws(Errno) in
      // SAFETY: every name starts inside the bytes and ends with a zero.
      let start = unsafe UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped + entry.start)
      return try unsafe FileStatus(of: start.assumingMemoryBound(to: CChar.self), in: folder, links: links)
    }
  }

  /// Opens a file of the listed folder.
  package func open(
    _ entry: Entry, in folder: borrowing Descriptor, _ mode: Descriptor.OpenMode
  ) throws(Errno) -> Descriptor {
    try Descriptor(opening: name(of: entry), in: folder.number, mode)
  }
}
