internal import Glibc
package import SystemPackage
internal import SystemSupport

/// The names of outputs and sources in the journal of a folder: the same wherever a run starts and however the folder is
/// spelt.
///
/// Outputs are named from the folder. So are sources that lie below it, or, with `../` before them, below the folder that it
/// lies in, unless that is the root: they may be moved together and are known still. All other sources have their full path.
package struct JournalKeys: Sendable {
  private let folder: FilePath
  private let here: FilePath
  /// Paths that sources are named from, with a separator at their end, and what stands for them in names.
  private let bases: [(path: [UInt8], name: [UInt8])]

  package init(folder: FilePath) {
    self.folder = folder
    here = currentFolder()
    let spelt = here.pushing(folder).lexicallyNormalized()
    var bases = JournalKeys.bases(spelt)
    // Where the way to the folder leads over symbolic links, sources may be spelt with them or without. A link that leads to
    // the folder from elsewhere has another folder around it, which does not count.
    if let real = JournalKeys.withoutLinks(spelt), real != spelt {
      let parents = [spelt, real].map { try? FileStatus(of: $0.removingLastComponent()).identity }
      bases = (parents[0] == parents[1] ? bases : []) + JournalKeys.bases(real)
    }
    self.bases = bases
  }

  package func output(_ path: FilePath) -> [UInt8] {
    Array(path.bytes.dropFirst(folder.length).drop { $0 == UInt8(ascii: "/") })
  }

  package func source(_ job: Job) -> [UInt8] { source(absolute: here.pushing(job.source).lexicallyNormalized().bytes) }

  /// - Parameter path: from the root, without `.` and `..`.
  func source(absolute path: [UInt8]) -> [UInt8] {
    for base in bases where path.count > base.path.count && path.starts(with: base.path) {
      return base.name + path[base.path.count...]
    }
    // Where the current folder is gone a path has no root; it must not be taken for one below the folder.
    return path.first == UInt8(ascii: "/") ? path : Array("./".utf8) + path
  }

  private static func bases(_ folder: FilePath) -> [(path: [UInt8], name: [UInt8])] {
    guard folder.isAbsolute else { return [] }
    let separator = [UInt8(ascii: "/")]
    let parent = folder.removingLastComponent()
    var bases: [(path: [UInt8], name: [UInt8])] = []
    if !folder.components.isEmpty { bases.append((folder.bytes + separator, [])) }
    if !parent.components.isEmpty { bases.append((parent.bytes + separator, Array("../".utf8))) }
    return bases
  }

  private static func withoutLinks(_ path: FilePath) -> FilePath? {
    guard let text = unsafe path.withPlatformString({ unsafe realpath($0, nil) }) else { return nil }
    // SAFETY: `realpath` allocates the text where no memory is given, and it is ours to free.
    defer { unsafe free(text) }
    return unsafe FilePath(platformString: text)
  }
}
