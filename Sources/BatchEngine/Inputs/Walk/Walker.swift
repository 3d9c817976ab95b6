internal import ImageErrors
internal import Parallelism
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// Finds the images in a folder and its subfolders, in an order that depends only on the names.
///
/// Names that start with a dot are skipped, as in fd and ripgrep, and so are folders of outputs (`OutputMarker`) and of thumbnails
/// that other programs made. A file is an input if its suffix is known or, without a known suffix, if its first bytes show a
/// supported format. Only regular files are opened.
///
/// Iterative, so neither the depth nor the length of paths is limited. Where storage is fast, one folder is open at a time.
struct Walker {
  private let rules: WalkRules
  private var found = InputFiles()
  private(set) var ignoredFileCount = 0
  private(set) var omitted = OmittedInputs()

  init(rules: WalkRules) { self.rules = rules }

  /// Appends the content of the folder to `found`: files first, then subfolders, each in byte order.
  mutating func walk(_ root: FilePath) {
    let reader = FolderReader(root, rules: rules)
    let tree = FolderTree(root.bytes, detectsLoops: rules.folderLinks == .follow)
    rules.threads.run(tree, stop: rules.stop, state: {}) { _, step in
      switch step {
      case .open(_, let folder): .opened(reader.open(folder))
      case .read(_, let group, let folder): .read(reader.findings(group, in: folder))
      }
    } take: { output in
      take(output, relativeStart: reader.relativeStart)
    }
  }

  /// Appends a file argument.
  mutating func add(_ input: InputFile) { found.append(input) }

  /// Returns the inputs found, in order, and clears them.
  mutating func takeFound() -> InputFiles {
    defer { found = InputFiles() }
    return found
  }

  private mutating func take(_ output: FolderTree.Output, relativeStart: Int) {
    switch output {
    case .skipped(_, .left), .skipped(_, .opened): break
    case .skipped(let folder, .omitted): omitted.addFolder(FilePath(bytes: folder.path))
    case .skipped(let folder, .failed(let error)): fail(folder, error, relativeStart)
    case .end(let folder, let listed): if let error = listed.listing.failure { fail(folder, error, relativeStart) }
    case .entries(let folder, let start, let findings):
      for (entry, finding) in zip(folder.listing.entries[start...], findings) {
        take(finding, folder.listing.name(of: entry), in: folder.prefix, relativeStart)
      }
    }
  }

  private mutating func take(
    _ finding: EntryFinding, _ name: ArraySlice<UInt8>, in folder: [UInt8], _ relativeStart: Int
  ) {
    switch finding {
    case .input(let facts): found.append(facts, folder: folder[...], relativeStart: relativeStart, name: name)
    case .foreignFolder: omitted.addFolder(FilePath(bytes: folder + name))
    case .unreadable(let status, let format):
      omitted.addUnreadable(format, at: rules.listsUnreadable ? FilePath(bytes: folder + name) : nil)
      guard rules.unreadableFails else { return }
      found.append(
        InputMetadata(status, contents: nil, refusal: .unreadableFormat(format)), folder: folder[...],
        relativeStart: relativeStart, name: name)
    case .ignored: ignoredFileCount += 1
    case .folder, .nothing: break
    }
  }

  private mutating func fail(_ folder: PendingFolder, _ error: Errno, _ relativeStart: Int) {
    let cause = JobError.read(error)
    found.append(
      InputFile(
        source: FilePath(bytes: folder.path), relativeStart: folder.path.count > relativeStart ? relativeStart : nil,
        status: nil,
        refusal: JobError(
          stage: .read, code: .read, message: "the folder cannot be read: \(cause.message)", hint: cause.hint)))
  }
}
