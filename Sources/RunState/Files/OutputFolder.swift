internal import Glibc
package import SystemPackage
internal import SystemSupport

/// Checks before any work that the output folder accepts files, so that a run does not fail image by image.
package enum OutputFolder {
  /// Creates the folder if it is missing, then creates and removes a trial file. The permissions alone are not enough: file
  /// systems have other reasons to refuse a file.
  package static func prepare(_ folder: FilePath) throws(Errno) {
    _ = try TemporaryFile(in: folder)
  }

  /// Checks what can be checked without changing anything: whether the folder, or its nearest existing ancestor, is writable.
  package static func inspect(_ folder: FilePath) throws(Errno) {
    var path = folder
    while !path.isEmpty && !OutputFile.isThere(path) { path = path.removingLastComponent() }
    if path.isEmpty { path = "." }
    guard try FileStatus(of: path).kind == .folder else { throw Errno(rawValue: ENOTDIR) }
    try path.checkWritableFolder()
  }
}
