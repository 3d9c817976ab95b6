package import SystemPackage

/// Small files that the kernel generates (proc(5)). Their reported size is 0.
package enum ProcFile {
  /// A kernel generates at most a few lines for each core and each memory mapping. Longer files are cut.
  private static let maxByteCount = 1 << 16

  /// The content of a file; nil if it cannot be read.
  package static func contents(of path: FilePath) -> String? {
    (try? bytes(of: path)).map { String(decoding: $0, as: UTF8.self) }
  }

  static func bytes(of path: FilePath) throws(Errno) -> [UInt8] {
    try Descriptor(opening: path, .list).readAll(limit: maxByteCount)
  }
}
