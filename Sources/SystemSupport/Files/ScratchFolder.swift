internal import CPlatform
internal import Glibc
package import SystemPackage

/// A folder for things that nobody needs afterwards, in `TMPDIR` or /tmp; it goes with its owner.
package struct ScratchFolder: ~Copyable, Sendable {
  package let path: FilePath

  /// Makes the folder. Its parent has to be there: one that is missing is a mistake in `TMPDIR`, and is not made.
  package init() throws(Errno) {
    var template = ScratchFolder.parent.appending("imgbatch-compare-XXXXXX").bytes.map(CChar.init(bitPattern:))
    template.append(0)
    let isMade = unsafe template.withUnsafeMutableBufferPointer { text in
      // SAFETY: zero-terminated, and written within its length. mkdtemp gives null where it fails.
      guard let base = text.baseAddress else { return false }
      return unsafe mkdtemp(base) != nil
    }
    guard isMade else { throw .current }
    path = FilePath(bytes: template.dropLast().map(UInt8.init(bitPattern:)))
  }

  /// Where such folders are made.
  package static var parent: FilePath {
    // SAFETY: getenv gives null or a terminated string, copied here; nothing changes the environment meanwhile.
    let named = unsafe getenv("TMPDIR").map { unsafe FilePath(platformString: $0) } ?? ""
    return named.isEmpty ? "/tmp" : named
  }

  deinit { ScratchFolder.remove(path) }

  /// Removes a folder with all that is in it, or as much as can be.
  package static func remove(_ folder: FilePath) {
    // Once more where a worker that was just killed had put something in meanwhile.
    for _ in 1...3 where unsafe folder.withPlatformString({ unsafe system_remove_tree($0) }) == 0 { return }
  }
}
