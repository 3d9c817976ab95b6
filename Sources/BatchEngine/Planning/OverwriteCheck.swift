internal import ImageCore
package import RunState
package import SystemPackage
internal import SystemSupport

/// Why a file must not be written.
package struct OverwriteRefusal: Error, Hashable, Sendable {
  /// The option or description that names the file, such as "--report".
  package let option: String
  package let path: FilePath
  package let reason: Reason

  package enum Reason: Hashable, Sendable {
    /// The file is an input, or a list of inputs, with this path.
    case input(FilePath)
    /// The file is an image that is not related to the run.
    case image
    /// The path is already the output of this source, or is named by this option.
    case outputOf(FilePath)
    case alsoNamedBy(String)
  }
}

/// Decides before any work which files may be written in addition to the images, so that no input and no image is lost.
package struct OverwriteCheck {
  private let inputs: InputFiles
  private let lists: [FilePath]
  private let jobs: PlannedJobs?
  private let outputFolder: FilePath
  private var outputs: OutputNames?
  private var allowed: [(option: String, canonical: FilePath)] = []
  private let probe = NameProbe()

  /// - Parameters:
  ///   - lists: files that contain names of inputs; `-` for standard input.
  ///   - jobs: jobs whose outputs lie below `outputFolder`.
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
  ///   - option: the option that names the file, for messages.
  ///   - mayBe: lists that the file may be. For a file that is written at the end, when the lists have been read.
  package mutating func check(
    _ path: FilePath, for option: String, mayBe ownLists: [FilePath] = []
  ) throws(OverwriteRefusal) -> CheckedPath {
    let status = try? FileStatus(of: path)
    let canonical = path.canonical
    if let status, let source = source(status, canonical), !ownLists.contains(source) {
      throw OverwriteRefusal(option: option, path: path, reason: .input(source))
    }
    if status?.kind == .regular, ImageFormat.ofContent(path) != nil {
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

  /// Checks the records of a run in its output folder. No output has one of their names, so an input can only be a record through
  /// another hard link. A record with one link is not compared with the inputs.
  package mutating func checkRecords(in folder: FilePath, of shard: Shard?) throws(OverwriteRefusal) {
    for (path, name) in OverwriteCheck.records(in: folder, of: shard) {
      guard let status = try? FileStatus(of: path, links: .stay), status.kind == .regular else { continue }
      if status.linkCount > 1, let source = source(status, path.canonical) {
        throw OverwriteRefusal(option: name, path: path, reason: .input(source))
      }
      if ImageFormat.ofContent(path) != nil { throw OverwriteRefusal(option: name, path: path, reason: .image) }
    }
  }

  /// The records of a run in its output folder, with descriptions. All are opened by name and written.
  private static func records(in folder: FilePath, of shard: Shard?) -> [(path: FilePath, name: String)] {
    let lock = folder.appending(FolderLock.name)
    var records = [(path: lock, name: "the lock"), (path: Journal.path(in: folder, of: shard), name: "the journal")]
    if let shard {
      records.append((path: folder.appending(FolderLock.name + shard.suffix), name: "the lock"))
      records.append((path: folder.appending(ShardEvents.name(of: shard)), name: "the events"))
    }
    return records
  }

  /// The input or list that is the same file, also through links.
  private func source(_ status: FileStatus, _ canonical: FilePath) -> FilePath? {
    for list in lists where (try? FileStatus(ofList: list))?.identity == status.identity { return list }
    let name = canonical.nameBytes
    let isLasting = FileIdentity.isLasting(at: canonical)
    for index in inputs.indices {
      if inputs.identity(at: index) == status.identity { return inputs[index].source }
      // For inputs without a known identity, and where identities change, a `stat` call is only worthwhile if the name matches or
      // the file has several names.
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

  /// The source whose output will have this path.
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
