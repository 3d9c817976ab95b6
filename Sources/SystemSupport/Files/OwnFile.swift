internal import Glibc
package import SystemPackage

/// What a file is opened for that this program keeps under a name: a journal, a lock, a list, the bytes of a download.
package enum OwnFileUse: Sendable {
  /// Lines are added at the end, and what is there may be read.
  case appended
  /// It is read and written from its start.
  case shared
  /// It is emptied and written anew.
  case replaced
  /// It is written at the end of the run; until then, what is there stays.
  case listed
}

/// Why such a file is not opened.
package enum OwnFileError: Error, Hashable, Sendable {
  case system(Errno)
  /// Something else has the name.
  case isNoRegularFile(FileKind)
  /// The file has other names, by which it may be anything: writing would change that.
  case hasOtherNames(count: Int)

  /// Follows the name of the file, in parentheses.
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
  /// Opens a file that this program keeps, or creates it. The one way to open a file for writing that may be there already:
  /// what has the name must be a regular file with that name alone, so that nothing is written through a link, and nothing
  /// waits for the other end of a pipe.
  package init(openingOwn path: FilePath, for use: OwnFileUse) throws(OwnFileError) {
    let file: Descriptor
    do throws(Errno) { file = try Descriptor(opening: path, use.access) } catch {
      throw OwnFileError(error, try? FileStatus(of: path, links: .stay))
    }
    try self.init(checking: file, for: use)
  }

  /// The same in a folder that is open.
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
  /// - Parameter status: of what has the name.
  fileprivate init(_ error: Errno, _ status: FileStatus?) {
    // ELOOP is the answer to a link, ENXIO to a socket and to a pipe without a reader, EISDIR to a folder.
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
