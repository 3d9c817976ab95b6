internal import CPlatform
package import SystemPackage

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Gives an output its final name only when it is whole.
///
/// At every instant the final name is absent, its old content or one complete picture: the bytes go to a temporary
/// file in the same folder, and a rename, which is atomic there, puts it in place. Four system calls a picture.
package enum OutputFile {
  /// Whether a job is to be left undone because its output is there: asked before anything is read.
  /// - Throws: `exists`, where the rule is to fail.
  package static func mustBeSkipped(_ path: FilePath, existing: ExistingOutput) throws(JobError) -> Bool {
    switch existing {
    case .overwrite, .update: return false
    case .skip: return isThere(path)
    case .fail:
      if isThere(path) { throw .exists }
      return false
    }
  }

  /// Whether anything has that name, be it a link to nothing.
  package static func isThere(_ path: FilePath) -> Bool {
    (try? FileStatus(of: path, links: .stay)) != nil
  }

  /// Writes the bytes under the path. Missing folders on the way to it are made.
  package static func write(
    _ bytes: UnsafeRawBufferPointer, to path: FilePath, existing: ExistingOutput, durability: Durability = .ordinary
  ) throws(JobError) {
    let output = try PendingOutput(for: path, durability: durability)
    try unsafe output.append(bytes)
    try output.close()
    try output.commit(existing: existing)
  }

  /// Gives a whole file that lies in the same folder its final name.
  /// - Parameter existing: `fail` leaves whatever has that name there, and the file where it is.
  package static func adopt(
    _ file: FilePath, as path: FilePath, existing: ExistingOutput, durability: Durability = .ordinary
  ) throws(JobError) {
    do throws(Errno) {
      if durability == .durable { try Descriptor(opening: file, .sniffed).synchronizeData() }
      switch existing {
      case .overwrite, .skip, .update: try rename(file, to: path)
      case .fail: try renameExclusively(file, to: path)
      }
      if durability == .durable { try synchronize(path.removingLastComponent()) }
    } catch {
      if error.rawValue == EEXIST && existing == .fail { throw .exists }
      throw .write(error)
    }
  }

  /// Removes a file of ours that is for nobody any more.
  package static func discard(_ path: FilePath) { _ = unsafe path.withPlatformString { unsafe unlink($0) } }

  /// Makes the folder and those above it that are missing. Other threads and processes may do the same at once.
  package static func makeFolders(_ folder: FilePath, durability: Durability = .ordinary) throws(Errno) {
    var missing: [FilePath] = []
    var path = folder
    while !path.isEmpty {
      let result = unsafe path.withPlatformString { unsafe mkdir($0, 0o777) }
      if result == 0 {
        if durability == .durable { try synchronize(path.removingLastComponent()) }
        break
      }
      if errno == EEXIST { break }
      guard errno == ENOENT else { throw .current }
      missing.append(path)
      path = path.removingLastComponent()
    }
    for path in missing.reversed() {
      let result = unsafe path.withPlatformString { unsafe mkdir($0, 0o777) }
      if result != 0 && errno != EEXIST { throw .current }
      if durability == .durable { try synchronize(path.removingLastComponent()) }
    }
  }

  /// Has the disk keep the names in a folder.
  static func synchronize(_ folder: FilePath) throws(Errno) {
    let opened = try Descriptor(opening: folder.isEmpty ? "." : folder, .folder)
    do throws(Errno) { try opened.synchronize() } catch {
      // Some file systems have nothing to be asked there.
      if error != .invalidArgument && error != .notSupported { throw error }
    }
  }

  static func rename(_ old: FilePath, to new: FilePath) throws(Errno) {
    let result = unsafe old.withPlatformString { old in
      unsafe new.withPlatformString { new in
        #if canImport(Darwin)
          unsafe Darwin.rename(old, new)
        #else
          unsafe Glibc.rename(old, new)
        #endif
      }
    }
    if result != 0 { throw .current }
  }

  /// Renames unless the new name is taken.
  static func renameExclusively(_ old: FilePath, to new: FilePath) throws(Errno) {
    let error = unsafe old.withPlatformString { old in
      unsafe new.withPlatformString { new -> CInt in
        if unsafe system_rename_exclusively(old, new) == 0 { return 0 }
        guard errno == EINVAL || errno == ENOSYS || errno == ENOTSUP else { return errno }
        // A file system without that call: a second name is as exclusive, and the first one goes.
        if unsafe link(old, new) == 0 {
          _ = unsafe unlink(old)
          return 0
        }
        return errno
      }
    }
    switch error {
    case 0: return
    // Without hard links too (FAT): looking first is the best there is. Who creates the name between is overwritten.
    case EPERM, ENOTSUP, EOPNOTSUPP, EMLINK:
      if isThere(new) { throw Errno(rawValue: EEXIST) }
      try rename(old, to: new)
    default: throw Errno(rawValue: error)
    }
  }
}

extension JobError {
  static let exists = JobError(
    stage: .write, code: .exists, message: "the output is there already; use --existing overwrite or skip")

  /// What a failed call on an output means, and what to do about it.
  package static func write(_ error: Errno) -> JobError {
    let advice =
      switch error.rawValue {
      case EACCES, EPERM: "; make the output folder writable for this user"
      case ENOSPC, EDQUOT: "; free some space and run again with --resume"
      case EMFILE: "; raise `ulimit -n` or lower --jobs"
      case ENAMETOOLONG: "; choose shorter names with --name"
      case EROFS: "; choose another --out"
      case EISDIR, ENOTDIR, EEXIST: "; choose another --out or --name"
      case EFBIG: "; raise `ulimit -f`"
      default: ""
      }
    return JobError(stage: .write, code: .write, message: error.words + advice)
  }
}
