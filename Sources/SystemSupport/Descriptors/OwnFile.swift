internal import Glibc
package import SystemPackage

/// How a file that this program keeps is opened: a journal, a lock, a list, the bytes of a download.
package enum OwnFileUse: Sendable {
  /// For appending lines and reading the existing ones.
  case appended
  /// For reading and writing from the start.
  case shared
  /// Truncated when opened, and written anew.
  case replaced
  /// Written at the end of the run; keeps its content until then.
  case listed
}

/// Why such a file cannot be opened.
package enum OwnFileError: Error, Hashable, Sendable {
  case system(Errno)
  /// The path is something else than a regular file.
  case isNoRegularFile(FileKind)
  /// The file has other hard links. Writing would change the file under those names too.
  case hasOtherNames(count: Int)

  /// The text that follows the file's name, in parentheses.
  package var message: String {
    switch self {
    case .system(let error): error.message
    case .isNoRegularFile(.symbolicLink): "it is a symbolic link, and none is followed there"
    case .isNoRegularFile(let kind): "it is \(kind.description), not a regular file"
    case .hasOtherNames(let count): "the file has \(count) names (hard links), and all would be changed"
    }
  }
}

extension Descriptor {
  /// Opens or creates a file that this program keeps. This is the only way to open an existing file for writing: it must be a
  /// regular file with one hard link and no symbolic link. So nothing is written through a link, and the call does not block on a
  /// pipe.
  package init(openingOwn path: FilePath, for use: OwnFileUse) throws(OwnFileError) {
    let file: Descriptor
    do throws(Errno) { file = try Descriptor(opening: path, use.access) } catch {
      throw OwnFileError(error, try? FileStatus(of: path, links: .stay))
    }
    try self.init(checking: file, for: use)
  }

  /// The same for a name in an open folder.
  package init(openingOwn name: FilePath, in folder: HeldFolder, for use: OwnFileUse) throws(OwnFileError) {
    let file: Descriptor
    do throws(Errno) { file = try Descriptor(opening: name, in: folder, use.access) } catch {
      throw OwnFileError(error, try? folder.status(of: name))
    }
    try self.init(checking: file, for: use)
  }

  private init(checking file: consuming Descriptor, for use: OwnFileUse) throws(OwnFileError) {
    let status: FileStatus
    do throws(Errno) { status = try FileStatus(of: file) } catch { throw .system(error) }
    guard status.kind == .regular else { throw .isNoRegularFile(status.kind) }
    guard status.linkCount <= 1 else { throw .hasOtherNames(count: status.linkCount) }
    do throws(Errno) { if use == .replaced { try file.empty() } } catch { throw .system(error) }
    self = file
  }
}

extension OwnFileError {
  /// - Parameter status: status of the existing file.
  fileprivate init(_ error: Errno, _ status: FileStatus?) {
    // open(2) fails with ELOOP for a link, with ENXIO for a socket or a pipe without a reader, and with EISDIR for a folder.
    if let kind = status?.kind, kind != .regular, [ELOOP, ENXIO, EISDIR].contains(error.rawValue) {
      self = .isNoRegularFile(kind)
    } else {
      self = .system(error)
    }
  }
}

extension OwnFileUse {
  fileprivate var access: Descriptor.OpenMode {
    switch self {
    case .appended: .appended
    case .shared: .shared
    case .replaced, .listed: .written
    }
  }
}
