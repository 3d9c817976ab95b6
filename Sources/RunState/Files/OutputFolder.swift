internal import Glibc
package import SystemPackage
internal import SystemSupport

/// Finds out before any work whether the output folder can take files, so that a run does not fail image by image.
package enum OutputFolder {
  /// Makes the folder where it is missing, and tries it with a file that is gone again. File systems have more reasons to
  /// refuse than permissions tell.
  package static func prepare(_ folder: FilePath) throws(Errno) {
    let trial = try TemporaryFile(in: folder)
    try? trial.folder.remove(trial.name)
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
