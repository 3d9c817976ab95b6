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
  /// Entries that are left out.
  package var excludes: [ExcludePattern] = []
  /// Whether images in formats that cannot be read are inputs, which fail.
  package var unreadableFails = false
  /// Whether the paths of such images are kept, in addition to their number.
  package var listsUnreadable = false
  /// Whether relative paths start with the name of the input folder (`--parents`).
  package var keepsInputName = false

  package init() {}
}

package enum WalkDepth: Sendable { case all, topOnly }

/// Finds the images in a folder and its subfolders, in an order that depends only on the names.
///
/// Names that start with a dot are skipped, as in fd and ripgrep, and so are folders of outputs (`OutputMarker`) and of thumbnails
/// that other programs made. A file is an input if its suffix is known or, without a known
/// suffix, if its first bytes show a supported format. Only regular files are opened.
///
/// Iterative, with one folder open at a time, so neither the depth nor the length of paths is limited.
struct Walker {
  private let rules: WalkRules
  private let output: FileIdentity?
  private var found = InputFiles()
  private(set) var ignoredFileCount = 0
  private(set) var omitted = OmittedInputs()
  private var pending: [PendingFolder] = []
  /// Every folder that was entered, with the index of its parent. All paths to the root share this list.
  private var entered: [(identity: FileIdentity, parent: Int?)] = []
  private var rootLength = 0
  /// Where relative paths start: `rootLength`, or the name of the root.
  private var relativeStart = 0

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
    relativeStart = rules.keepsInputName ? root.lastNameStart ?? rootLength : rootLength
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
    if pendingFolder.parent != nil {
      let isOutput = folder.identity == output
      if isOutput || OutputMarker.marks(folder) {
        // The user knows the output folder of this run.
        if !isOutput { omitted.addFolder(FilePath(bytes: pendingFolder.path)) }
        return
      }
    }
    if rules.folderLinks == .follow && isAmongAncestors(folder.identity, of: pendingFolder) { return }
    entered.append((folder.identity, pendingFolder.parent))
    let index = entered.count - 1

    let listing = FolderListing(of: folder)
    var subfolders: [PendingFolder] = []
    let prefix = withSeparator(pendingFolder.path)
    for entry in listing.entries {
      let look = look(at: entry, of: listing, in: folder, below: prefix[relativeStart...])
      if case .ignored = look {
        ignoredFileCount += 1
        continue
      }
      if case .nothing = look { continue }
      let name = listing.name(of: entry)
      if isExcluded(look, name, below: prefix[rootLength...]) { continue }
      switch look {
      case .folder where Walker.foreignFolders.contains { $0.elementsEqual(name) }:
        omitted.addFolder(FilePath(bytes: prefix + name))
      case .folder: subfolders.append(PendingFolder(path: prefix + name, parent: index))
      case .unreadable(let status, let format): add(unreadable: format, status, prefix, name)
      case .input(let status, let contents, let refusal):
        found.append(
          InputMetadata(status, contents: contents, refusal: refusal), folder: prefix[...],
          relativeStart: relativeStart,
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
    /// An image in a format that cannot be read, and the name of the format.
    case unreadable(FileStatus, String)
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
        switch try FileContents(of: listing.open(entry, in: folder, .sniffed)) {
        case .image(let format): return .input(status, contents: format, refusal: nil)
        case .otherImage(let format):
          return rules.shard?.contains(relative, name) == false ? .ignored : .unreadable(status, format)
        case .other: return .ignored
        }
      case let kind: return hasSuffix ? .input(status, contents: nil, refusal: .notRegular(kind)) : .ignored
      }
    } catch {
      // A dangling link, or a file whose status is not readable. It fails only if its suffix makes it an input.
      let refusal = JobError.read(error, isLink: entry.kind == .symbolicLink)
      return hasSuffix ? .input(nil, contents: nil, refusal: refusal) : .ignored
    }
  }

  /// Folders in which network storage and archives keep thumbnails and resource forks: Synology DSM, macOS.
  private static let foreignFolders = ["@eaDir", "__MACOSX"].map { Array($0.utf8) }

  private func isExcluded(_ kind: EntryKind, _ name: ArraySlice<UInt8>, below relative: ArraySlice<UInt8>) -> Bool {
    let isFolder = if case .folder = kind { true } else { false }
    return rules.excludes.contains { $0.matches(folder: relative, name: name, isFolder: isFolder) }
  }

  private mutating func add(
    unreadable format: String, _ status: FileStatus, _ folder: [UInt8], _ name: ArraySlice<UInt8>
  ) {
    omitted.addUnreadable(format, at: rules.listsUnreadable ? FilePath(bytes: folder + name) : nil)
    guard rules.unreadableFails else { return }
    found.append(
      InputMetadata(status, contents: nil, refusal: .unreadableFormat(format)), folder: folder[...],
      relativeStart: relativeStart, name: name)
  }

  private mutating func fail(_ folder: [UInt8], _ error: Errno) {
    let cause = JobError.read(error)
    found.append(
      InputFile(
        source: FilePath(bytes: folder), relativeStart: folder.count > relativeStart ? relativeStart : nil, status: nil,
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
