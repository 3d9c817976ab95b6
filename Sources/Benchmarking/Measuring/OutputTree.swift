internal import CPlatform
internal import Glibc
internal import RunState
package import SystemPackage
internal import SystemSupport

/// The files below a folder, without hidden ones, for comparing the outputs of two runs.
package struct OutputTree: Sendable {
  package let folder: FilePath
  /// The sorted paths of all files, relative to the folder.
  package let files: [FilePath]

  /// - Parameter folder: may be missing; it then has no files.
  package init(of folder: FilePath) throws(Errno) {
    self.folder = folder
    files = OutputFile.isThere(folder) ? try OutputTree.files(below: folder, from: FilePath()) : []
  }

  /// The first file, by name, that is missing in one tree or has different bytes; nil where the trees are equal.
  package func firstDifference(to other: OutputTree) throws(Errno) -> FilePath? {
    for (mine, theirs) in zip(files, other.files) {
      if mine != theirs { return mine.bytes.lexicographicallyPrecedes(theirs.bytes) ? mine : theirs }
      let isSame = try haveSameBytes(folder.appending(mine.components), other.folder.appending(theirs.components))
      if !isSame { return mine }
    }
    let longer = files.count > other.files.count ? files : other.files
    return longer.dropFirst(min(files.count, other.files.count)).first
  }

  private static func files(below folder: FilePath, from start: FilePath) throws(Errno) -> [FilePath] {
    let open = try OpenFolder.open(folder.bytes, links: .stay)
    let listing = FolderListing(of: open)
    if let failure = listing.failure { throw failure }
    var found: [FilePath] = []
    for entry in listing.entries {
      let name = FilePath(bytes: listing.name(of: entry))
      let path = folder.appending(name.components)
      let kind = if let kind = entry.kind { kind } else { try FileStatus(of: path, links: .stay).kind }
      let relative = start.appending(name.components)
      if kind == .folder { found += try files(below: path, from: relative) } else { found.append(relative) }
    }
    // Both trees are in the same order: sorted by name, level by level.
    return found
  }

  private func haveSameBytes(_ one: FilePath, _ other: FilePath) throws(Errno) -> Bool {
    let first = try Descriptor(opening: one, .sniffed)
    let second = try Descriptor(opening: other, .sniffed)
    guard try FileStatus(of: first).byteCount == FileStatus(of: second).byteCount else { return false }
    var (left, right) = ([UInt8](repeating: 0, count: 1 << 16), [UInt8](repeating: 0, count: 1 << 16))
    while true {
      let count = try first.fill(&left)
      guard try second.fill(&right) == count, left[..<count] == right[..<count] else { return false }
      if count < left.count { return true }
    }
  }
}

/// Asks the kernel to drop a file from the page cache, so that the next read comes from storage.
/// - Returns: whether the kernel accepted the request. It may keep the pages nevertheless.
@discardableResult
package func dropCachedPages(of path: FilePath) -> Bool {
  guard let file = try? Descriptor(opening: path, .sniffed) else { return false }
  return system_drop_cached_pages(file.number) == 0
}
