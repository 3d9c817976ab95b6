internal import CPlatform
internal import Glibc
package import SystemPackage

// System calls on a path. The path's string is zero-terminated and lives during each call.
extension FilePath {
  /// Creates a folder. Its parent must exist.
  package func makeFolder() throws(Errno) {
    guard unsafe withPlatformString({ unsafe mkdir($0, 0o777) }) == 0 else { throw .current }
  }

  /// Removes a file or a symbolic link.
  package func removeFile() throws(Errno) {
    guard unsafe withPlatformString({ unsafe unlink($0) }) == 0 else { throw .current }
  }

  /// Throws unless this user may create and remove files in the folder.
  package func checkWritableFolder() throws(Errno) {
    guard unsafe withPlatformString({ unsafe access($0, W_OK | X_OK) }) == 0 else { throw .current }
  }

  /// Type of the file system, as in statfs(2); 0 if the system does not report it.
  package var fileSystemType: Int64 { unsafe withPlatformString { unsafe system_file_system_type($0) } }

  /// The absolute path without symbolic links; nil unless it exists.
  package var withoutLinks: FilePath? {
    guard let text = unsafe withPlatformString({ unsafe realpath($0, nil) }) else { return nil }
    // SAFETY: without a buffer, realpath allocates the zero-terminated string, and the caller must free it.
    defer { unsafe free(text) }
    return unsafe FilePath(platformString: text)
  }
}
