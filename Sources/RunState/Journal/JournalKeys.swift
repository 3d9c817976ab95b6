package import SystemPackage
internal import SystemSupport

/// The names of outputs and sources in a folder's journal. They do not depend on the current folder or on the spelling of the
/// path.
///
/// Outputs are named relative to the folder. So are sources below the folder and, with a `../` prefix, sources below its parent
/// unless that is the root: sources and outputs that are moved together keep their names. All other sources have their absolute
/// path.
package struct JournalKeys: Sendable {
  private let folder: FilePath
  private let here: FilePath
  /// Prefixes of source paths, with a trailing separator, and what replaces them in names.
  private let bases: [(path: [UInt8], name: [UInt8])]

  package init(folder: FilePath) {
    self.folder = folder
    here = currentFolder()
    let spelt = here.pushing(folder).lexicallyNormalized()
    var bases = JournalKeys.bases(spelt)
    // If the path to the folder contains symbolic links, sources may be spelled with or without them. If the last component is a
    // link, the folder it leads to has a different parent; the parent of the link does not count then.
    if let real = spelt.withoutLinks, real != spelt {
      let parents = [spelt, real].map { try? FileStatus(of: $0.removingLastComponent()).identity }
      bases = (parents[0] == parents[1] ? bases : []) + JournalKeys.bases(real)
    }
    self.bases = bases
  }

  package func output(_ path: FilePath) -> [UInt8] {
    Array(path.bytes.dropFirst(folder.length).drop { $0 == UInt8(ascii: "/") })
  }

  package func source(_ job: Job) -> [UInt8] { source(absolute: here.pushing(job.source).lexicallyNormalized().bytes) }

  /// - Parameter path: absolute, without `.` and `..`.
  func source(absolute path: [UInt8]) -> [UInt8] {
    for base in bases where path.count > base.path.count && path.starts(with: base.path) {
      return base.name + path[base.path.count...]
    }
    // If the current folder has been removed, the path is not absolute. It must not look like one below the folder.
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
}
