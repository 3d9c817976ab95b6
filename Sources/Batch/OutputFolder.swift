package import SystemPackage

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Finds out before any work whether the output folder can take files, so that a run does not fail picture by picture.
package enum OutputFolder {
  /// Makes the folder where it is missing, and tries it with a file that is gone again. File systems have more reasons to
  /// refuse than permissions tell.
  package static func prepare(_ folder: FilePath) throws(Errno) {
    let trial = try TemporaryFile(in: folder)
    try? trial.folder.remove(trial.name)
  }

  /// The records of a run that lie in its output folder, and what they are; each is opened under its name and written.
  static func records(in folder: FilePath, of shard: Shard?) -> [(path: FilePath, name: String)] {
    let lock = folder.appending(FolderLock.name)
    var records = [(path: lock, name: "the lock"), (path: Journal.path(in: folder, of: shard), name: "the journal")]
    if let shard {
      records.append((path: folder.appending(FolderLock.name + shard.suffix), name: "the lock"))
      records.append((path: folder.appending(ShardEvents.name(of: shard)), name: "the events"))
    }
    return records
  }

  /// What can be told without touching anything: whether the folder, or what is there of the way to it, may be written.
  package static func inspect(_ folder: FilePath) throws(Errno) {
    var path = folder
    while !path.isEmpty && !OutputFile.isThere(path) { path = path.removingLastComponent() }
    if path.isEmpty { path = "." }
    guard try FileStatus(of: path).kind == .folder else { throw Errno(rawValue: ENOTDIR) }
    // SAFETY: the path's text is zero-terminated and lives during the call.
    guard unsafe path.withPlatformString({ unsafe access($0, W_OK | X_OK) }) == 0 else { throw .current }
  }
}
