internal import Glibc
internal import Synchronization
package import SystemPackage
package import SystemSupport

/// Keeps a second run out of an output folder, by flock(2) on a file in it (`.imgbatch-lock`) that contains the owner's process
/// ID.
///
/// Runs of shards share the lock of the folder, which keeps unsharded runs out, and each holds an exclusive lock for its shard.
/// The kernel releases the lock when the process exits. `release` also removes the file. Only a process that holds the exclusive
/// lock on the file of that name does: otherwise two processes could lock two files of one name.
package final class FolderLock: Sendable {
  /// Nil once the lock is released.
  private let file: Mutex<Descriptor?>
  private let path: FilePath

  package enum LockConflict: Error, Hashable, Sendable {
    /// Another run holds the lock. Contains its process ID if the file has one.
    case held(by: Int32?)
    case unusable(OwnFileError)
  }

  package static let name = ".imgbatch-lock"
  /// How long to wait for the holder to write its process ID.
  private static let maxMilliseconds = 100
  /// How often to open the file again if another run removed it before it was locked. More often than that, the file system
  /// reports a new identity each time, and the file counts as the right one.
  private static let maxOpens = 20

  package enum Kind: Sendable {
    case exclusive
    /// Compatible with other shared locks.
    case shared
    case shard(Shard)
  }

  package init(in folder: FilePath, _ kind: Kind = .exclusive) throws(LockConflict) {
    let name = if case .shard(let shard) = kind { FolderLock.name + shard.suffix } else { FolderLock.name }
    let isShared = if case .shared = kind { true } else { false }
    path = folder.appending(name)
    var file = try FolderLock.locked(path, shared: isShared)
    var opens = 1
    while opens < FolderLock.maxOpens, !FolderLock.isNamed(file, path) {
      file = try FolderLock.locked(path, shared: isShared)
      opens += 1
    }
    do throws(Errno) {
      try file.empty()
      try file.write(Array("\(getpid())\n".utf8))
    } catch { throw .unusable(.system(error)) }
    self.file = Mutex(consume file)
  }

  deinit { release() }

  /// Ends the lock and removes its file, unless other runs share the lock.
  package func release() {
    file.withLock { file in
      guard let held = file.take() else { return }
      // A shared lock becomes exclusive if no other run holds it.
      guard (try? held.lock(shared: false)) != nil, FolderLock.isNamed(held, path) else { return }
      try? path.removeFile()
    }
  }

  /// Whether the open file is the one of that name.
  private static func isNamed(_ file: borrowing Descriptor, _ path: FilePath) -> Bool {
    guard let own = try? FileStatus(of: file), let named = try? FileStatus(of: path, links: .stay) else { return false }
    return own.identity == named.identity
  }

  private static func locked(_ path: FilePath, shared: Bool) throws(LockConflict) -> Descriptor {
    let file: Descriptor
    do throws(OwnFileError) { file = try Descriptor(openingOwn: path, for: .shared) } catch { throw .unusable(error) }
    // The holder writes its process ID right after it gets the lock. Until then the file is empty or contains an old ID.
    for attempt in 0... {
      do throws(Errno) {
        try file.lock(shared: shared)
        break
      } catch {
        guard error == .wouldBlock else { throw .unusable(.system(error)) }
        let holder = FolderLock.holder(file)
        if let holder, isAlive(holder) { throw .held(by: holder) }
        if attempt == FolderLock.maxMilliseconds { throw .held(by: nil) }
        usleep(1000)
      }
    }
    return file
  }

  private static func holder(_ file: borrowing Descriptor) -> pid_t? {
    guard let text = try? file.bytes(at: 0, count: 16) else { return nil }
    let digits = text.prefix { $0 != UInt8(ascii: "\n") }
    return pid_t(String(decoding: digits, as: UTF8.self))
  }
}
