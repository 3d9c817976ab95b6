internal import CPlatform
internal import Glibc
internal import Synchronization
package import SystemPackage

/// An open folder. Its calls keep working in the same folder if the path that led to it is renamed or replaced.
///
/// Names are single components. No call follows a symbolic link with the name.
// SAFETY: names are zero-terminated strings that `withPlatformString` keeps valid during each system call.
package final class HeldFolder: Sendable {
  /// The path it was opened by, for messages.
  package let path: FilePath
  private let descriptor: Descriptor
  /// The number of calls of `synchronize`, and the last one that a flush covered. One flush serves all threads that waited for the
  /// one before.
  private let requests = Atomic<Int>(0)
  private let flushes = Mutex<(done: Int, failed: (request: Int, error: Errno)?)>((0, nil))

  package var number: CInt { descriptor.number }

  /// What to do about missing folders of a path.
  package enum Missing: Hashable, Sendable {
    case fails
    case isMade(Durability)
  }

  package init(_ descriptor: consuming Descriptor, path: FilePath) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Opens a folder by its path, which may contain symbolic links.
  package convenience init(following path: FilePath) throws(Errno) {
    self.init(try Descriptor(opening: path.isEmpty ? "." : path, .held), path: path)
  }

  /// Opens a subfolder.
  package func folder(_ name: FilePath, _ missing: Missing) throws(Errno) -> HeldFolder {
    while true {
      do throws(Errno) {
        return HeldFolder(try Descriptor(opening: name, in: self, .heldNotLink), path: path.pushing(name))
      } catch {
        switch (error, missing) {
        // With O_DIRECTORY and O_NOFOLLOW, open(2) fails with ENOTDIR for a link.
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
    // Other threads and processes may create the same folder concurrently.
    if result != 0 && errno != EEXIST { throw .current }
    if result == 0 && durability == .durable { try synchronize() }
  }

  /// Does not follow a symbolic link.
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

  /// Blocks until the folder's entries are on disk.
  package func synchronize() throws(Errno) {
    let request = requests.add(1, ordering: .sequentiallyConsistent).newValue
    try flushes.withLock { (flushes) throws(Errno) in
      if let failed = flushes.failed, request <= failed.request { throw failed.error }
      if request <= flushes.done { return }
      let latest = requests.load(ordering: .sequentiallyConsistent)
      do throws(Errno) { try flush() } catch {
        flushes.failed = (latest, error)
        throw error
      }
      flushes.done = latest
    }
  }

  private func flush() throws(Errno) {
    let opened = try Descriptor(opening: ".", in: self, .folder)
    do throws(Errno) { try opened.synchronize() } catch {
      // Some file systems do not support fsync on a folder.
      if error != .invalidArgument && error != .notSupported { throw error }
    }
  }

  /// Moves a file of this folder to a name in another folder, or in this one.
  /// - Parameter existing: `fail` throws `fileExists` if the name exists. All other rules replace an existing file, but no folder.
  package func move(
    _ old: FilePath, to new: FilePath, in other: HeldFolder, _ existing: ExistingOutput, _ durability: Durability
  ) throws(Errno) {
    switch existing {
    case .overwrite, .skip, .update: try rename(old, to: new, in: other)
    case .fail: try renameExclusively(old, to: new, in: other)
    }
    if durability == .durable { try other.synchronize() }
  }

  private func rename(_ old: FilePath, to new: FilePath, in other: HeldFolder) throws(Errno) {
    let result = unsafe old.withPlatformString { old in
      unsafe new.withPlatformString { new in unsafe renameat(number, old, other.number, new) }
    }
    if result != 0 { throw .current }
  }

  /// Like `rename`, but fails if the new name exists.
  private func renameExclusively(_ old: FilePath, to new: FilePath, in other: HeldFolder) throws(Errno) {
    let error = unsafe old.withPlatformString { old in
      unsafe new.withPlatformString { new -> CInt in
        if unsafe system_rename_exclusively(number, old, other.number, new) == 0 { return 0 }
        guard errno == EINVAL || errno == ENOSYS || errno == ENOTSUP else { return errno }
        // The file system lacks renameat2 with RENAME_NOREPLACE. A hard link is exclusive too; then the old name is removed.
        if unsafe linkat(number, old, other.number, new, 0) == 0 {
          _ = unsafe unlinkat(number, old, 0)
          return 0
        }
        return errno
      }
    }
    switch error {
    case 0: return
    // No hard links either (FAT). Checking first is the best that is possible: a file that is created between the check and the
    // rename is overwritten.
    case EPERM, ENOTSUP, EOPNOTSUPP, EMLINK:
      if try other.isThere(new) { throw Errno(rawValue: EEXIST) }
      try rename(old, to: new, in: other)
    default: throw Errno(rawValue: error)
    }
  }
}
