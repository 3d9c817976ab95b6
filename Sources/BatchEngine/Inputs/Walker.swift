internal import ImageCore
internal import ImageErrors
package import RunState
package import SystemPackage
package import SystemSupport

/// How folders are walked.
package struct WalkRules: Sendable {
  package var depth: WalkDepth = .all
  /// Whether symbolic links to folders are walked; links to files are always read.
  package var folderLinks: SymlinkPolicy = .stay
  /// Not walked where it lies inside a folder that is: its images are results.
  package var output: FilePath?
  /// Regular files of other shards that a suffix makes inputs are taken by their names alone: nothing is asked about them.
  package var shard: Shard?

  package init() {}
}

package enum WalkDepth: Sendable { case all, topOnly }

/// Finds the images in a folder and those below it, in an order that depends on the names alone.
///
/// Names that start with a dot are passed over, as fd and ripgrep do. A suffix of a format that is read makes a file an input; a
/// file without one is an input when its first bytes say so. Nothing but regular files is ever opened.
///
/// Iterative, with one folder open at a time: neither depth nor length of paths is limited.
struct Walker {
  private let rules: WalkRules
  private let output: FileIdentity?
  private var found = InputFiles()
  private(set) var ignoredFileCount = 0
  private(set) var loopCount = 0
  private var pending: [PendingFolder] = []
  /// Every folder that was entered, each with the place of its parent: a list that is shared by all paths down.
  private var entered: [(identity: FileIdentity, parent: Int?)] = []
  private var rootLength = 0

  private struct PendingFolder {
    /// As bytes: paths may be long, and each is taken apart and put together at every level.
    let path: [UInt8]
    let parent: Int?
  }

  init(rules: WalkRules) {
    self.rules = rules
    output = rules.output.flatMap { try? FileStatus(of: $0) }?.identity
  }

  /// Adds what is in the folder to `found`: its files first, then its folders, each in the order of their bytes.
  mutating func walk(_ root: FilePath) {
    rootLength = root.bytes.last == UInt8(ascii: "/") ? root.length : root.length + 1
    entered.removeAll(keepingCapacity: true)
    pending = [PendingFolder(path: root.bytes, parent: nil)]
    while let folder = pending.popLast() { enter(folder) }
  }

  /// Adds a file that needs no walk.
  mutating func add(_ input: InputFile) { found.append(input) }

  /// Hands over what was found, in the order in which it was asked for.
  mutating func takeFound() -> InputFiles {
    defer { found = InputFiles() }
    return found
  }

  private mutating func enter(_ pendingFolder: PendingFolder) {
    let links = pendingFolder.parent == nil ? .follow : rules.folderLinks
    do throws(Errno) {
      read(try OpenFolder.open(pendingFolder.path, links: links), pendingFolder)
    } catch {
      fail(pendingFolder.path, error)
    }
  }

  private mutating func read(_ folder: borrowing OpenFolder, _ pendingFolder: PendingFolder) {
    if pendingFolder.parent != nil && folder.identity == output { return }
    if rules.folderLinks == .follow && isAmongAncestors(folder.identity, of: pendingFolder) {
      loopCount += 1
      return
    }
    entered.append((folder.identity, pendingFolder.parent))
    let index = entered.count - 1

    let listing = FolderListing(of: folder)
    var subfolders: [PendingFolder] = []
    let prefix = withSeparator(pendingFolder.path)
    for entry in listing.entries {
      let look = look(at: entry, of: listing, in: folder, below: prefix[rootLength...])
      if case .ignored = look {
        ignoredFileCount += 1
        continue
      }
      if case .nothing = look { continue }
      let name = listing.name(of: entry)
      switch look {
      case .folder: subfolders.append(PendingFolder(path: prefix + name, parent: index))
      case .input(let status, let contents, let refusal):
        found.append(
          InputMetadata(status, contents: contents, refusal: refusal), folder: prefix[...], relativeStart: rootLength,
          name: name)
      case .ignored, .nothing: break
      }
    }
    if let error = listing.failure { fail(pendingFolder.path, error) }
    // The last of the stack comes first.
    pending.append(contentsOf: subfolders.reversed())
  }
}

extension Walker {
  private enum EntryKind {
    case input(FileStatus?, contents: ImageFormat?, refusal: JobError?)
    case folder
    /// A file that is no image.
    case ignored
    /// A folder that is not gone into, or an entry that is gone already.
    case nothing
  }

  /// - Parameter relative: the folder's path as the relative paths of its files have it.
  private func look(
    at entry: FolderListing.Entry, of listing: FolderListing, in folder: borrowing OpenFolder,
    below relative: ArraySlice<UInt8>
  ) -> EntryKind {
    let name = listing.name(of: entry)
    let hasSuffix = SourceName.hasKnownSuffix(name)
    if entry.kind == .folder { return rules.depth == .all ? .folder : .nothing }
    if entry.kind == .regular, hasSuffix, let shard = rules.shard, !shard.contains(relative, name) {
      return .input(nil, contents: nil, refusal: nil)
    }
    // Pipes and the like without a suffix, and they only, need no second look.
    if let kind = entry.kind, kind != .regular, kind != .symbolicLink, !hasSuffix { return .ignored }
    do throws(Errno) {
      let own = entry.kind == nil ? try status(of: entry, of: listing, in: folder, links: .stay) : nil
      let isLink = (entry.kind ?? own?.kind) == .symbolicLink
      let status = try isLink || own == nil ? status(of: entry, of: listing, in: folder, links: .follow) : own
      guard let status else { return .nothing }
      switch status.kind {
      case .folder:
        let isWalked = rules.depth == .all && (!isLink || rules.folderLinks == .follow)
        return isWalked ? .folder : .nothing
      case .regular where hasSuffix: return .input(status, contents: nil, refusal: nil)
      case .regular:
        guard status.byteCount >= ImageFormat.minByteCount else { return .ignored }
        let contents = try unsafe listing.withName(of: entry) { name throws(Errno) in
          try unsafe ImageFormat.sniffed(name, in: folder)
        }
        return contents == nil ? .ignored : .input(status, contents: contents, refusal: nil)
      case let kind: return hasSuffix ? .input(status, contents: nil, refusal: .notRegular(kind)) : .ignored
      }
    } catch {
      // A link to nothing, or a file that may not be looked at: a failure if it was to be an image.
      return hasSuffix ? .input(nil, contents: nil, refusal: .read(error)) : .ignored
    }
  }

  private func status(
    of entry: FolderListing.Entry, of listing: FolderListing, in folder: borrowing OpenFolder, links: SymlinkPolicy
  ) throws(Errno) -> FileStatus {
    try unsafe listing.withName(of: entry) { name throws(Errno) in
      try unsafe FileStatus(of: name, in: folder, links: links)
    }
  }

  private mutating func fail(_ folder: [UInt8], _ error: Errno) {
    let cause = JobError.read(error)
    found.append(
      InputFile(
        source: FilePath(bytes: folder), relativeStart: folder.count > rootLength ? rootLength : nil, status: nil,
        refusal: JobError(stage: .read, code: .read, message: "the folder cannot be read: \(cause.message)")))
  }

  private func isAmongAncestors(_ identity: FileIdentity, of folder: PendingFolder) -> Bool {
    var index = folder.parent
    while let current = index {
      if entered[current].identity == identity { return true }
      index = entered[current].parent
    }
    return false
  }

  private func withSeparator(_ folder: [UInt8]) -> [UInt8] {
    folder.last == UInt8(ascii: "/") ? folder : folder + [UInt8(ascii: "/")]
  }
}
