internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// Reads one folder of a walk at a time, on any thread.
struct FolderReader: Sendable {
  private let rules: WalkRules
  private let output: FileIdentity?
  private let rootLength: Int
  /// Where relative paths start: `rootLength`, or the name of the root.
  let relativeStart: Int

  init(_ root: FilePath, rules: WalkRules) {
    self.rules = rules
    output = rules.output.flatMap { try? FileStatus(of: $0) }?.identity
    rootLength = root.bytes.last == UInt8(ascii: "/") ? root.length : root.length + 1
    relativeStart = rules.keepsInputName ? root.lastNameStart ?? rootLength : rootLength
  }

  func open(_ pending: PendingFolder) -> FolderOpening {
    let isRoot = pending.parent == nil
    do throws(Errno) {
      let folder = try OpenFolder.open(pending.path, links: isRoot ? .follow : rules.folderLinks)
      if !isRoot {
        // The user knows the output folder of this run.
        if folder.identity == output { return .left }
        if OutputMarker.marks(folder) { return .omitted }
      }
      return .opened(try ListedFolder(folder, path: pending.path))
    } catch {
      return .failed(error)
    }
  }

  /// What the entries of a group are.
  func findings(_ group: Int, in folder: ListedFolder) -> [EntryFinding] {
    folder.listing.entries.dropFirst(group * FolderTree.groupSize).prefix(FolderTree.groupSize).map {
      finding(on: $0, in: folder)
    }
  }

  private func finding(on entry: FolderListing.Entry, in folder: ListedFolder) -> EntryFinding {
    let name = folder.listing.name(of: entry)
    if isExcluded(name, isFolder: entry.kind == .folder, in: folder) { return .nothing }
    let finding = kind(of: entry, name, in: folder)
    guard case .folder = finding else { return finding }
    // Only now is it known that a link, or an entry of a file system without types, is a folder.
    if entry.kind != .folder, isExcluded(name, isFolder: true, in: folder) { return .nothing }
    return FolderReader.foreignFolders.contains { $0.elementsEqual(name) } ? .foreignFolder : .folder
  }

  private func kind(
    of entry: FolderListing.Entry, _ name: ArraySlice<UInt8>, in folder: ListedFolder
  ) -> EntryFinding {
    let listing = folder.listing
    let hasSuffix = SourceName.hasReadableSuffix(name)
    if entry.kind == .folder { return rules.depth == .all ? .folder : .nothing }
    if entry.kind == .regular, hasSuffix, isOfOtherShard(name, in: folder) {
      return .input(InputMetadata(nil, contents: nil, refusal: nil))
    }
    // Only pipes and other special files without a known suffix can be skipped without `stat`.
    if let kind = entry.kind, kind != .regular, kind != .symbolicLink, !hasSuffix { return .ignored }
    do throws(Errno) {
      let own = entry.kind == nil ? try listing.status(of: entry, in: folder.descriptor, links: .stay) : nil
      let isLink = (entry.kind ?? own?.kind) == .symbolicLink
      let status = try isLink || own == nil ? listing.status(of: entry, in: folder.descriptor, links: .follow) : own
      guard let status else { return .nothing }
      switch status.kind {
      case .folder:
        let isWalked = rules.depth == .all && (!isLink || rules.folderLinks == .follow)
        return isWalked ? .folder : .nothing
      case .regular where hasSuffix: return .input(InputMetadata(status, contents: nil, refusal: nil))
      case .regular:
        guard status.byteCount >= ImageFormat.minByteCount else { return .ignored }
        switch try FileContents(of: listing.open(entry, in: folder.descriptor, .sniffed)) {
        case .image(let format): return .input(InputMetadata(status, contents: format, refusal: nil))
        case .otherImage(let format):
          return isOfOtherShard(name, in: folder) ? .ignored : .unreadable(status, format)
        case .other: return .ignored
        }
      case let kind:
        return hasSuffix ? .input(InputMetadata(status, contents: nil, refusal: .notRegular(kind))) : .ignored
      }
    } catch {
      // A dangling link, or a file whose status is not readable. It fails only if its suffix makes it an input.
      let refusal = JobError.read(error, isLink: entry.kind == .symbolicLink)
      return hasSuffix ? .input(InputMetadata(nil, contents: nil, refusal: refusal)) : .ignored
    }
  }

  private func isOfOtherShard(_ name: ArraySlice<UInt8>, in folder: ListedFolder) -> Bool {
    rules.shard.map { !$0.contains(folder.prefix[relativeStart...], name) } ?? false
  }

  private func isExcluded(_ name: ArraySlice<UInt8>, isFolder: Bool, in folder: ListedFolder) -> Bool {
    rules.excludes.contains { $0.matches(folder: folder.prefix[rootLength...], name: name, isFolder: isFolder) }
  }

  /// Folders in which network storage and archives keep thumbnails and resource forks: Synology DSM, macOS.
  private static let foreignFolders = ["@eaDir", "__MACOSX"].map { Array($0.utf8) }
}

enum FolderOpening: Sendable {
  case opened(ListedFolder)
  /// The output folder of this run.
  case left
  /// A folder of outputs.
  case omitted
  case failed(Errno)
}

/// An open folder and the names of its entries. Closed when the last of its entries has been read.
final class ListedFolder: Sendable {
  let descriptor: Descriptor
  let identity: FileIdentity
  let listing: FolderListing
  /// The path with a separator at its end.
  let prefix: [UInt8]

  init(_ folder: borrowing OpenFolder, path: [UInt8]) throws(Errno) {
    descriptor = try folder.descriptor()
    identity = folder.identity
    listing = FolderListing(of: folder)
    prefix = path.last == UInt8(ascii: "/") ? path : path + [UInt8(ascii: "/")]
  }
}

enum EntryFinding: Sendable {
  case input(InputMetadata)
  case folder
  /// A folder that another program made, which is not entered.
  case foreignFolder
  /// An image in a format that cannot be read, and the name of the format.
  case unreadable(FileStatus, String)
  /// A file that is no image.
  case ignored
  /// An excluded entry, a folder that is not entered, or an entry that no longer exists.
  case nothing
}
