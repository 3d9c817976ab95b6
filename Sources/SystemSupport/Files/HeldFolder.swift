internal import CPlatform
internal import Glibc
package import SystemPackage

/// A folder that is open for names in it: whatever becomes of the path that led to it, these calls work in this folder.
///
/// Names are single components, and none of the calls follows a symbolic link that has the name.
package final class HeldFolder: Sendable {
  /// As it was opened, for messages.
  package let path: FilePath
  private let descriptor: Descriptor

  package var number: CInt { descriptor.number }

  /// What becomes of folders on the way that are missing.
  package enum Missing: Hashable, Sendable {
    case fails
    case isMade(Durability)
  }

  package init(_ descriptor: consuming Descriptor, path: FilePath) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Opens a folder by its path, which may lead over links.
  package convenience init(following path: FilePath) throws(Errno) {
    self.init(try Descriptor(opening: path.isEmpty ? "." : path, .held), path: path)
  }

  /// A folder in this one.
  package func folder(_ name: FilePath, _ missing: Missing) throws(Errno) -> HeldFolder {
    while true {
      do throws(Errno) {
        return HeldFolder(try Descriptor(opening: name, in: self, .heldNotLink), path: path.pushing(name))
      } catch {
        switch (error, missing) {
        // What O_DIRECTORY with O_NOFOLLOW says of a link.
        case (.notDirectory, _):
          throw (try? status(of: name))?.kind == .symbolicLink ? .tooManySymbolicLinkLevels : error
        case (.noSuchFileOrDirectory, .isMade(let durability)): try makeFolder(name, durability)
        default: throw error
        }
      }
    }
  }

  private func makeFolder(_ name: FilePath, _ durability: Durability) throws(Errno) {
    let result = unsafe name.withPlatformString { unsafe mkdirat(number, $0, 0o777) }
    // Other threads and processes may do the same at once.
    if result != 0 && errno != EEXIST { throw .current }
    if result == 0 && durability == .durable { try synchronize() }
  }

  /// Of what has the name; a link is looked at itself.
  package func status(of name: FilePath) throws(Errno) -> FileStatus {
    try FileStatus(of: name, in: number)
  }

  package func isThere(_ name: FilePath) throws(Errno) -> Bool {
    do throws(Errno) { _ = try status(of: name) } catch {
      if error == .noSuchFileOrDirectory { return false }
      throw error
    }
    return true
  }

  package func remove(_ name: FilePath) throws(Errno) {
    guard unsafe name.withPlatformString({ unsafe unlinkat(number, $0, 0) }) == 0 else { throw .current }
  }

  /// Has the disk keep the names in the folder.
  package func synchronize() throws(Errno) {
    let opened = try Descriptor(opening: ".", in: self, .folder)
    do throws(Errno) { try opened.synchronize() } catch {
      // Some file systems have nothing to be asked there.
      if error != .invalidArgument && error != .notSupported { throw error }
    }
  }

  /// Gives a file of this folder a name in another one, or in this. What has the name is replaced, but no folder.
  package func rename(_ old: FilePath, to new: FilePath, in other: HeldFolder) throws(Errno) {
    let result = unsafe old.withPlatformString { old in
      unsafe new.withPlatformString { new in unsafe renameat(number, old, other.number, new) }
    }
    if result != 0 { throw .current }
  }

  /// The same unless the new name is taken.
  package func renameExclusively(_ old: FilePath, to new: FilePath, in other: HeldFolder) throws(Errno) {
    let error = unsafe old.withPlatformString { old in
      unsafe new.withPlatformString { new -> CInt in
        if unsafe system_rename_exclusively(number, old, other.number, new) == 0 { return 0 }
        guard errno == EINVAL || errno == ENOSYS || errno == ENOTSUP else { return errno }
        // A file system without that call: a second name is as exclusive, and the first one goes.
        if unsafe linkat(number, old, other.number, new, 0) == 0 {
          _ = unsafe unlinkat(number, old, 0)
          return 0
        }
        return errno
      }
    }
    switch error {
    case 0: return
    // Without hard links too (FAT): looking first is the best there is. What is created under the name between is overwritten.
    case EPERM, ENOTSUP, EOPNOTSUPP, EMLINK:
      if try other.isThere(new) { throw Errno(rawValue: EEXIST) }
      try rename(old, to: new, in: other)
    default: throw Errno(rawValue: error)
    }
  }
}
