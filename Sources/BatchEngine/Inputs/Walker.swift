internal import ImageCore
internal import ImageErrors
package import RunState
package import SystemPackage
package import SystemSupport

package struct WalkRules: Sendable {
  package var depth: WalkDepth = .all
  /// Whether to walk symbolic links to folders. Links to files are always read.
  package var folderLinks: SymlinkPolicy = .stay
  /// The output folder. It is skipped inside a walked folder, because its images are results.
  package var output: FilePath?
  /// Regular files of other shards become inputs by a known suffix alone, without a `stat` call.
  package var shard: Shard?

  package init() {}
}

package enum WalkDepth: Sendable { case all, topOnly }

/// Finds the images in a folder and its subfolders, in an order that depends only on the names.
///
/// Names that start with a dot are skipped, as in fd and ripgrep. A file is an input if its suffix is known or, without a known
/// suffix, if its first bytes show a supported format. Only regular files are opened.
///
/// Iterative, with one folder open at a time, so neither the depth nor the length of paths is limited.
struct Walker {
  private let rules: WalkRules
  private let output: FileIdentity?
  private var found = InputFiles()
  private(set) var ignoredFileCount = 0
  private var pending: [PendingFolder] = []
  /// Every folder that was entered, with the index of its parent. All paths to the root share this list.
  private var entered: [(identity: FileIdentity, parent: Int?)] = []
  private var rootLength = 0

  private struct PendingFolder {
    /// Bytes and not a `FilePath`: paths may be long, and each is split and joined at every level.
    let path: [UInt8]
    let parent: Int?
  }

  init(rules: WalkRules) {
    self.rules = rules
    output = rules.output.flatMap { try? FileStatus(of: $0) }?.identity
  }

  /// Appends the content of the folder to `found`: files first, then subfolders, each in byte order.
  mutating func walk(_ root: FilePath) {
    rootLength = root.bytes.last == UInt8(ascii: "/") ? root.length : root.length + 1
    entered.removeAll(keepingCapacity: true)
    pending = [PendingFolder(path: root.bytes, parent: nil)]
    while let folder = pending.popLast() { enter(folder) }
  }

  /// Appends a file argument.
  mutating func add(_ input: InputFile) { found.append(input) }

  /// Returns the inputs found, in order, and clears them.
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
    if rules.folderLinks == .follow && isAmongAncestors(folder.identity, of: pendingFolder) { return }
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
    // The last element of the stack is popped first.
    pending.append(contentsOf: subfolders.reversed())
  }
}

extension Walker {
  private enum EntryKind {
    case input(FileStatus?, contents: ImageFormat?, refusal: JobError?)
    case folder
    /// A file that is no image.
    case ignored
    /// A folder that is not entered, or an entry that no longer exists.
    case nothing
  }

  /// - Parameter relative: the relative path of the folder, as its files have it.
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
    // Only pipes and other special files without a known suffix can be skipped without `stat`.
    if let kind = entry.kind, kind != .regular, kind != .symbolicLink, !hasSuffix { return .ignored }
    do throws(Errno) {
      let own = entry.kind == nil ? try listing.status(of: entry, in: folder, links: .stay) : nil
      let isLink = (entry.kind ?? own?.kind) == .symbolicLink
      let status = try isLink || own == nil ? listing.status(of: entry, in: folder, links: .follow) : own
      guard let status else { return .nothing }
      switch status.kind {
      case .folder:
        let isWalked = rules.depth == .all && (!isLink || rules.folderLinks == .follow)
        return isWalked ? .folder : .nothing
      case .regular where hasSuffix: return .input(status, contents: nil, refusal: nil)
      case .regular:
        guard status.byteCount >= ImageFormat.minByteCount else { return .ignored }
        let contents = try ImageFormat.sniffed(listing.open(entry, in: folder, .sniffed))
        return contents == nil ? .ignored : .input(status, contents: contents, refusal: nil)
      case let kind: return hasSuffix ? .input(status, contents: nil, refusal: .notRegular(kind)) : .ignored
      }
    } catch {
      // A dangling link, or a file whose status is not readable. It fails only if its suffix makes it an input.
      return hasSuffix ? .input(nil, contents: nil, refusal: .read(error)) : .ignored
    }
  }

  private mutating func fail(_ folder: [UInt8], _ error: Errno) {
    let cause = JobError.read(error)
    found.append(
      InputFile(
        source: FilePath(bytes: folder), relativeStart: folder.count > rootLength ? rootLength : nil, status: nil,
        refusal: JobError(
          stage: .read, code: .read, message: "the folder cannot be read: \(cause.message)", hint: cause.hint)))
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
