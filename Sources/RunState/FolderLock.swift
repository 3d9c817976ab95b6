internal import Glibc
package import SystemPackage
package import SystemSupport

/// Keeps a second run out of an output folder, by `flock` on a file in it (`.imgbatch-lock`) that holds the owner's number.
///
/// Runs of shards share the folder's lock, which keeps others out, and each has one of its own. The system lets go of the lock when the process ends, however it ends. The file stays: who unlinks it lets two runs
/// hold two files of one name.
package final class FolderLock: Sendable {
  private let file: Descriptor

  package enum LockConflict: Error, Hashable, Sendable {
    /// Another run has it; its process, where it says so.
    case held(by: Int32?)
    case unusable(OwnFileError)
  }

  package static let name = ".imgbatch-lock"

  package enum Kind: Sendable {
    case exclusive
    /// Beside others that share it.
    case shared
    case shard(Shard)
  }

  package init(in folder: FilePath, _ kind: Kind = .exclusive) throws(LockConflict) {
    let name = if case .shard(let shard) = kind { FolderLock.name + shard.suffix } else { FolderLock.name }
    let isShared = if case .shared = kind { true } else { false }
    do throws(OwnFileError) {
      file = try Descriptor(openingOwn: folder.appending(name), for: .shared)
    } catch { throw .unusable(error) }
    // The holder writes its number right after it has the lock, so for an instant there may be none, or an old one.
    for attempt in 0... {
      do throws(Errno) {
        try file.lock(shared: isShared)
        break
      } catch {
        guard error == .wouldBlock else { throw .unusable(.system(error)) }
        let holder = FolderLock.holder(file)
        if let holder, isAlive(holder) { throw .held(by: holder) }
        if attempt == 100 { throw .held(by: nil) }
        usleep(1000)
      }
    }
    do throws(Errno) {
      try file.empty()
      try file.write(Array("\(getpid())\n".utf8))
    } catch { throw .unusable(.system(error)) }
  }

  private static func holder(_ file: borrowing Descriptor) -> pid_t? {
    var text = [UInt8](repeating: 0, count: 16)
    lseek(file.number, 0, SEEK_SET)
    let count = try? file.read(into: &text)
    let digits = text.prefix(count ?? 0).prefix { $0 != UInt8(ascii: "\n") }
    return pid_t(String(decoding: digits, as: UTF8.self))
  }
}
