internal import CPlatform
internal import Glibc
package import SystemPackage

/// Identifies a file independent of its names: all hard links and symbolic links to a file have the same identity.
package struct FileIdentity: Hashable, Comparable, Sendable {
  package let device: UInt64
  package let inode: UInt64

  package init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }

  package static func < (one: FileIdentity, other: FileIdentity) -> Bool {
    (one.device, one.inode) < (other.device, other.inode)
  }
}

package enum FileKind: Hashable, Sendable {
  case regular, folder, symbolicLink, pipe, socket, device
}

/// The fields of stat(2) that this program uses.
package struct FileStatus: Hashable, Sendable {
  package let kind: FileKind
  package let identity: FileIdentity
  package let byteCount: Int
  /// Number of hard links.
  package let linkCount: Int
  /// Nanoseconds since 1970: the last change of the content (mtime), and of content or metadata (ctime).
  package let modified: Int64
  package let changed: Int64
  package let permissions: Permissions
}

/// Whether a symbolic link at the end of a path is followed.
package enum SymlinkPolicy: Sendable { case follow, stay }

// SAFETY: names are zero-terminated and, like the `stat` that a call fills, valid during the call.
extension FileStatus {
  package init(of path: FilePath, links: SymlinkPolicy = .follow) throws(Errno) {
    var status = stat()
    let result = unsafe path.withPlatformString { text in
      unsafe links == .follow ? stat(text, &status) : lstat(text, &status)
    }
    guard result == 0 else { throw .current }
    self.init(status)
  }

  /// - Parameters:
  ///   - name: of an entry of the folder, zero-terminated.
  ///   - folder: an open folder.
  init(of name: UnsafePointer<CChar>, in folder: borrowing Descriptor, links: SymlinkPolicy) throws(Errno) {
    var status = stat()
    let flags = links == .follow ? 0 : AT_SYMLINK_NOFOLLOW
    guard unsafe fstatat(folder.number, name, &status, flags) == 0 else { throw .current }
    self.init(status)
  }

  /// Does not follow a symbolic link.
  /// - Parameter folder: descriptor of an open folder.
  package init(of name: FilePath, in folder: CInt) throws(Errno) {
    var status = stat()
    let result = unsafe name.withPlatformString { unsafe fstatat(folder, $0, &status, AT_SYMLINK_NOFOLLOW) }
    guard result == 0 else { throw .current }
    self.init(status)
  }

  package init(of descriptor: borrowing Descriptor) throws(Errno) { try self.init(ofNumber: descriptor.number) }

  /// - Parameter number: descriptor of an open file.
  package init(ofNumber number: CInt) throws(Errno) {
    var status = stat()
    guard unsafe system_file_status(number, &status) == 0 else { throw .current }
    self.init(status)
  }

  private init(_ status: stat) {
    let (modification, change) = (status.st_mtim, status.st_ctim)
    kind = FileKind(mode: status.st_mode)
    identity = FileIdentity(
      device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino))
    byteCount = Int(status.st_size)
    linkCount = Int(status.st_nlink)
    modified = Int64(modification.tv_sec) &* 1_000_000_000 &+ Int64(modification.tv_nsec)
    changed = Int64(change.tv_sec) &* 1_000_000_000 &+ Int64(change.tv_nsec)
    permissions = Permissions(status)
  }
}

extension FilePath {
  /// A path with this component, or the empty path.
  package init(_ component: FilePath.Component?) { self = component.map { FilePath(root: nil, components: $0) } ?? "" }
}

extension FileKind {
  fileprivate init(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .folder
    case S_IFLNK: self = .symbolicLink
    case S_IFIFO: self = .pipe
    case S_IFSOCK: self = .socket
    default: self = .device
    }
  }

  /// A description for messages, with an article.
  package var description: String {
    switch self {
    case .regular: "a regular file"
    case .folder: "a folder"
    case .symbolicLink: "a symbolic link"
    case .pipe: "a named pipe (FIFO)"
    case .socket: "a socket"
    case .device: "a device"
    }
  }
}
