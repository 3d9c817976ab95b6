internal import CPlatform
internal import Glibc
package import SystemPackage

/// A temporary folder, in `TMPDIR` or /tmp unless another place is given. Removed on deinit.
package struct ScratchFolder: ~Copyable, Sendable {
  package let path: FilePath

  /// Creates the folder. Its parent must exist: a missing one is a mistake in `TMPDIR` and is not created.
  /// - Parameter prefix: of the folder's name. Six random characters follow.
  package init(in folder: FilePath = ScratchFolder.parent, prefix: String = "imgbatch-compare-") throws(Errno) {
    var template = folder.appending(prefix + "XXXXXX").bytes.map(CChar.init(bitPattern:))
    template.append(0)
    let isMade = unsafe template.withUnsafeMutableBufferPointer { text in
      // SAFETY: zero-terminated, and written within its length. mkdtemp returns null on failure.
      guard let base = text.baseAddress else { return false }
      return unsafe mkdtemp(base) != nil
    }
    guard isMade else { throw .current }
    path = FilePath(bytes: template.dropLast().map(UInt8.init(bitPattern:)))
  }

  /// The folder in which scratch folders are created.
  package static var parent: FilePath {
    let named = Environment.path("TMPDIR") ?? ""
    return named.isEmpty ? "/tmp" : named
  }

  deinit { ScratchFolder.remove(path) }

  /// Removes a folder and its content, as far as possible.
  package static func remove(_ folder: FilePath) {
    // Repeat if a worker that is being killed has created a file meanwhile.
    for _ in 1...3 where unsafe folder.withPlatformString({ unsafe system_remove_tree($0) }) == 0 { return }
  }
}
