internal import Glibc
package import ImageErrors
package import SystemPackage
package import SystemSupport

/// Gives an output its final name only when the file is complete.
///
/// At every instant the final name is absent, refers to the old content, or refers to one complete image. The bytes go to a
/// temporary file in the same folder, and an atomic rename puts it in place. This costs four system calls per image, and two more
/// if the image lies in a subfolder of the run's output folder.
package enum OutputFile {
  /// Whether an output is skipped because it exists (`--existing skip`). Call this before reading the source.
  /// - Throws: `exists` if the output exists and the rule is `fail`.
  package static func mustBeSkipped(_ file: PlacedFile, existing: ExistingOutput) throws(JobError) -> Bool {
    if existing == .overwrite || existing == .update { return false }
    let isThere: Bool
    do throws(Errno) { isThere = try file.isThere() } catch { throw .write(error) }
    if isThere && existing == .fail { throw .exists }
    return isThere
  }

  /// Whether the name exists, even as a dangling symbolic link.
  package static func isThere(_ path: FilePath) -> Bool {
    (try? FileStatus(of: path, links: .stay)) != nil
  }

  /// Writes the bytes under the name. Creates missing folders of its path.
  package static func write(
    _ bytes: RawSpan, to file: PlacedFile, existing: ExistingOutput, durability: Durability = .ordinary,
    permissions: Permissions = .ordinary
  ) throws(JobError) {
    do throws(Errno) {
      let output = try TemporaryFile(in: file.folder, durability: durability, permissions: permissions, for: .image)
      try output.write(bytes)
      try output.commit(as: file.name, existing: existing)
    } catch {
      throw .write(error, existing)
    }
  }

  /// Renames a complete file to its final name, within one file system.
  /// - Parameter existing: with `fail`, an existing file keeps the name and `file` stays where it is.
  package static func adopt(
    _ file: PlacedFile, as new: PlacedFile, existing: ExistingOutput, durability: Durability = .ordinary
  ) throws(JobError) {
    do throws(Errno) {
      let old = try file.folder.held(.fails)
      let folder = file.folder == new.folder ? old : try new.folder.held(.isMade(durability))
      if durability == .durable { try Descriptor(opening: file.name, in: old, .sniffedNotLink).synchronizeData() }
      try old.move(file.name, to: new.name, in: folder, existing, durability)
    } catch {
      throw .write(error, existing)
    }
  }

  /// Removes a file that this program created, ignoring errors.
  package static func discard(_ path: FilePath) { try? path.removeFile() }

  /// Creates the folder and its missing parents. Other threads and processes may do the same concurrently.
  package static func makeFolders(_ folder: FilePath, durability: Durability = .ordinary) throws(Errno) {
    var missing: [FilePath] = []
    var path = folder
    while !path.isEmpty {
      do throws(Errno) {
        try makeFolder(path, durability)
        break
      } catch {
        if error != .noSuchFileOrDirectory { throw error }
        missing.append(path)
        path = path.removingLastComponent()
      }
    }
    for path in missing.reversed() { try makeFolder(path, durability) }
  }

  private static func makeFolder(_ path: FilePath, _ durability: Durability) throws(Errno) {
    do throws(Errno) { try path.makeFolder() } catch {
      if error == .fileExists { return }
      throw error
    }
    if durability == .durable { try HeldFolder(following: path.removingLastComponent()).synchronize() }
  }
}

extension JobError {
  static let exists = JobError(
    stage: .write, code: .exists, message: "the output is there already", hint: .allowExisting)

  /// Like `write`, for a call that gives an output its name: an existing name is an error of its own if `existing` forbids it.
  package static func write(_ error: Errno, _ existing: ExistingOutput) -> JobError {
    error == .fileExists && existing == .fail ? .exists : .write(error)
  }

  /// The error of a failed call on an output.
  package static func write(_ error: Errno) -> JobError {
    let hint: Hint? =
      switch error.rawValue {
      case EACCES, EPERM: .makeWritable
      case ENOSPC, EDQUOT: .freeSpace
      case EMFILE: .raiseOpenFileLimit
      case ENAMETOOLONG: .shortenName
      case EROFS: .chooseFolder
      case ELOOP: .replaceLink
      case EISDIR, ENOTDIR, EEXIST: .chooseFolderOrName
      case EFBIG: .raiseFileSizeLimit
      default: nil
      }
    let message =
      error.rawValue == ELOOP
      ? "ELOOP: a symbolic link is on its way, and none is followed below the output folder" : error.message
    return JobError(stage: .write, code: .write, message: message, hint: hint)
  }
}
