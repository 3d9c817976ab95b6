internal import CPlatform
internal import Glibc
package import SystemPackage

/// Which file it is, whatever its names: hard links and symbolic links to one file have one identity.
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

/// What `stat` tells of a file, as far as it matters here.
package struct FileStatus: Hashable, Sendable {
  package let kind: FileKind
  package let identity: FileIdentity
  package let byteCount: Int
  /// Names that the file has.
  package let linkCount: Int
  /// Nanoseconds since 1970: the last change of the content, and of anything.
  package let modified: Int64
  package let changed: Int64
  package let permissions: Permissions
}

/// What is done about a symbolic link at the end of a path.
package enum SymlinkPolicy: Sendable { case follow, stay }

extension FileStatus {
  /// - Parameter links: whether a symbolic link at the path's end is followed.
  package init(of path: FilePath, links: SymlinkPolicy = .follow) throws(Errno) {
    var status = stat()
    let result = unsafe path.withPlatformString { text in
      unsafe links == .follow ? stat(text, &status) : lstat(text, &status)
    }
    guard result == 0 else { throw .current }
    self.init(status)
  }

  /// - Parameter name: zero-terminated, of an entry of the folder.
  package init(of name: UnsafePointer<CChar>, in folder: borrowing OpenFolder, links: SymlinkPolicy) throws(Errno) {
    var status = stat()
    let flags = links == .follow ? 0 : AT_SYMLINK_NOFOLLOW
    guard unsafe fstatat(folder.number, name, &status, flags) == 0 else { throw .current }
    self.init(status)
  }

  /// - Parameter folder: an open folder's descriptor. A link of that name is looked at itself.
  package init(of name: FilePath, in folder: CInt) throws(Errno) {
    var status = stat()
    let result = unsafe name.withPlatformString { unsafe fstatat(folder, $0, &status, AT_SYMLINK_NOFOLLOW) }
    guard result == 0 else { throw .current }
    self.init(status)
  }

  package init(of descriptor: borrowing Descriptor) throws(Errno) { try self.init(ofNumber: descriptor.number) }

  /// - Parameter number: of an open file.
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
  /// A path of one component, or of none.
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

  /// What it is, in plain words.
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
