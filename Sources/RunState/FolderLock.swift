internal import Glibc
package import SystemPackage
package import SystemSupport

/// Keeps a second run out of an output folder, by flock(2) on a file in it (`.imgbatch-lock`) that contains the owner's process
/// ID.
///
/// Runs of shards share the lock of the folder, which keeps unsharded runs out, and each holds an exclusive lock for its shard.
/// The kernel releases the lock when the process exits. The file must never be unlinked: another process could then create and
/// lock a second inode under the same name.
package final class FolderLock: Sendable {
  private let file: Descriptor

  package enum LockConflict: Error, Hashable, Sendable {
    /// Another run holds the lock. Contains its process ID if the file has one.
    case held(by: Int32?)
    case unusable(OwnFileError)
  }

  package static let name = ".imgbatch-lock"
  /// How long to wait for the holder to write its process ID.
  private static let maxMilliseconds = 100

  package enum Kind: Sendable {
    case exclusive
    /// Compatible with other shared locks.
    case shared
    case shard(Shard)
  }

  package init(in folder: FilePath, _ kind: Kind = .exclusive) throws(LockConflict) {
    let name = if case .shard(let shard) = kind { FolderLock.name + shard.suffix } else { FolderLock.name }
    let isShared = if case .shared = kind { true } else { false }
    do throws(OwnFileError) {
      file = try Descriptor(openingOwn: folder.appending(name), for: .shared)
    } catch { throw .unusable(error) }
    // The holder writes its process ID right after it gets the lock. Until then the file is empty or contains an old ID.
    for attempt in 0... {
      do throws(Errno) {
        try file.lock(shared: isShared)
        break
      } catch {
        guard error == .wouldBlock else { throw .unusable(.system(error)) }
        let holder = FolderLock.holder(file)
        if let holder, isAlive(holder) { throw .held(by: holder) }
        if attempt == FolderLock.maxMilliseconds { throw .held(by: nil) }
        usleep(1000)
      }
    }
    do throws(Errno) {
      try file.empty()
      try file.write(Array("\(getpid())\n".utf8))
    } catch { throw .unusable(.system(error)) }
  }

  private static func holder(_ file: borrowing Descriptor) -> pid_t? {
    guard let text = try? file.bytes(at: 0, count: 16) else { return nil }
    let digits = text.prefix { $0 != UInt8(ascii: "\n") }
    return pid_t(String(decoding: digits, as: UTF8.self))
  }
}
