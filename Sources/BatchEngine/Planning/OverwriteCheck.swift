internal import ImageCore
package import RunState
package import SystemPackage
internal import SystemSupport

/// Why a file may not be written.
package struct OverwriteRefusal: Error, Hashable, Sendable {
  /// What names the file, as "--report".
  package let option: String
  package let path: FilePath
  package let reason: Reason

  package enum Reason: Hashable, Sendable {
    /// It is an input, or a list of inputs, known by this name.
    case input(FilePath)
    /// Nothing is known of it but that it is an image.
    case image
    /// It has the name of another output: that of an image, made of this source, or a file named by this option.
    case outputOf(FilePath)
    case alsoNamedBy(String)
  }
}

/// Decides before any work what may be written beside the images of a run, so that no input and no image is lost.
package struct OverwriteCheck {
  private let inputs: InputFiles
  private let lists: [FilePath]
  private let jobs: PlannedJobs?
  private let outputFolder: FilePath
  private var outputs: OutputNames?
  private var allowed: [(option: String, canonical: FilePath)] = []
  private let probe = NameProbe()

  /// - Parameters:
  ///   - lists: files that name inputs; `-` for standard input.
  ///   - jobs: whose outputs lie below `outputFolder`.
  package init(
    inputs: InputFiles = InputFiles(), lists: [FilePath] = [], jobs: PlannedJobs? = nil,
    outputFolder: FilePath = ""
  ) {
    self.inputs = inputs
    self.lists = lists
    self.jobs = jobs
    self.outputFolder = outputFolder
  }

  /// - Parameters:
  ///   - option: what names the file, for people.
  ///   - mayBe: lists that it may be; for what is written at the end, when these have been read.
  package mutating func check(
    _ path: FilePath, for option: String, mayBe ownLists: [FilePath] = []
  ) throws(OverwriteRefusal) -> CheckedPath {
    let status = try? FileStatus(of: path)
    let canonical = path.canonical
    if let status, let source = source(status, canonical), !ownLists.contains(source) {
      throw OverwriteRefusal(option: option, path: path, reason: .input(source))
    }
    if status?.kind == .regular, (try? ImageFormat.sniffed(path)) != nil {
      throw OverwriteRefusal(option: option, path: path, reason: .image)
    }
    if let other = allowed.first(where: { isOne($0.canonical, canonical) }) {
      throw OverwriteRefusal(option: option, path: path, reason: .alsoNamedBy(other.option))
    }
    if let source = source(ofOutput: canonical) {
      throw OverwriteRefusal(option: option, path: path, reason: .outputOf(source))
    }
    allowed.append((option, canonical))
    return CheckedPath(checked: path)
  }

  /// The records of a run in its output folder. They have names that no output has, so only other names of theirs, which are
  /// links, can be inputs: no input has to be looked at for a file with one name.
  package mutating func checkRecords(in folder: FilePath, of shard: Shard?) throws(OverwriteRefusal) {
    for (path, name) in OverwriteCheck.records(in: folder, of: shard) {
      guard let status = try? FileStatus(of: path, links: .stay), status.kind == .regular else { continue }
      if status.linkCount > 1, let source = source(status, path.canonical) {
        throw OverwriteRefusal(option: name, path: path, reason: .input(source))
      }
      if (try? ImageFormat.sniffed(path)) != nil { throw OverwriteRefusal(option: name, path: path, reason: .image) }
    }
  }

  /// The records of a run that lie in its output folder, and what they are; each is opened under its name and written.
  private static func records(in folder: FilePath, of shard: Shard?) -> [(path: FilePath, name: String)] {
    let lock = folder.appending(FolderLock.name)
    var records = [(path: lock, name: "the lock"), (path: Journal.path(in: folder, of: shard), name: "the journal")]
    if let shard {
      records.append((path: folder.appending(FolderLock.name + shard.suffix), name: "the lock"))
      records.append((path: folder.appending(ShardEvents.name(of: shard)), name: "the events"))
    }
    return records
  }

  /// The input or list that a file is, by links too.
  private func source(_ status: FileStatus, _ canonical: FilePath) -> FilePath? {
    for list in lists where (try? FileStatus(ofList: list))?.identity == status.identity { return list }
    let name = canonical.nameBytes
    let isLasting = FileIdentity.isLasting(at: canonical)
    for index in inputs.indices {
      if inputs.identity(at: index) == status.identity { return inputs[index].source }
      // Those that nobody has looked at yet, and where identities change: worth a look only if the name is right, or any
      // name may be.
      let isUnknown = inputs.identity(at: index) == nil && !inputs.isRefused(at: index)
      guard isUnknown || !isLasting else { continue }
      let input = inputs[index].source
      let isNamed = FoldedName.form(input.nameBytes) == FoldedName.form(name)
      if isNamed && isOne(input.canonical, canonical) { return input }
      if isUnknown, isNamed || status.linkCount > 1, (try? FileStatus(of: input))?.identity == status.identity {
        return input
      }
    }
    return nil
  }

  private func isOne(_ one: FilePath, _ other: FilePath) -> Bool {
    one == other
      || (FoldedName.form(one.bytes) == FoldedName.form(other.bytes)
        && probe.areOne(one.bytes, other.bytes, below: "/"))
  }

  /// The source of the image that will have that place.
  private mutating func source(ofOutput canonical: FilePath) -> FilePath? {
    guard let jobs else { return nil }
    var name = canonical
    guard name.removePrefix(outputFolder.canonical) else { return nil }
    let names = outputs ?? jobs.names(below: outputFolder)
    outputs = names
    return names.index(of: name.bytes).map { jobs[$0].source }
  }
}

extension FilePath {
  fileprivate var nameBytes: [UInt8] { lastComponent.map { FilePath(root: nil, components: $0).bytes } ?? [] }
}
