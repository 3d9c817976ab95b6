internal import Glibc
internal import Parallelism
internal import SystemPackage
internal import SystemSupport

/// The files that a run reads: its inputs and lists of inputs. Files are found by identity, by path if `stat` failed, and by
/// folder and name on file systems where identities change.
struct SourceFiles {
  private let inputs: InputFiles
  private var identities: [(identity: FileIdentity, index: Int)] = []
  private var lists: [(identity: FileIdentity, path: FilePath)] = []
  private var paths: [FilePath: Int] = [:]
  /// Inputs of other shards, for which `stat` has not been called yet.
  private var others: [Int] = []
  /// Indices by the folded path of the folder, created on first use.
  private var byFolder: [String: [Int]]?
  /// Whether identities are lasting, by device.
  private var lasting: [UInt64: Bool] = [:]
  private let probe = NameProbe()

  /// - Parameter lists: files that contain names of inputs. Missing files are ignored.
  init(_ inputs: InputFiles, lists: [FilePath] = []) {
    self.inputs = inputs
    for list in lists { if let status = try? FileStatus(ofList: list) { self.lists.append((status.identity, list)) } }
    identities.reserveCapacity(inputs.count)
    for index in inputs.indices {
      if let identity = inputs.identity(at: index) {
        identities.append((identity, index))
      } else if !inputs.isRefused(at: index) {
        others.append(index)
      } else {
        paths[inputs[index].source.lexicallyNormalized()] = index
      }
    }
    sort()
  }

  /// The source that a path refers to, directly or through hard links or symbolic links.
  /// - Parameter identity: of the file at the path; nil if there is none.
  mutating func source(at output: FilePath, _ identity: FileIdentity?) -> FilePath? {
    if !paths.isEmpty, let index = paths[output.lexicallyNormalized()] { return inputs[index].source }
    guard let identity else { return nil }
    if let list = lists.first(where: { $0.identity == identity }) { return list.path }
    lookAtOthers()
    let position = identities.firstIndexInOrder { $0.identity >= identity }
    if position < identities.count && identities[position].identity == identity {
      return inputs[identities[position].index].source
    }
    let isLasting = lasting[identity.device] ?? FileIdentity.isLasting(at: output)
    lasting[identity.device] = isLasting
    return isLasting ? nil : sourceByName(output)
  }

  /// Calls `stat` for the inputs of other shards. Only needed if an output exists.
  private mutating func lookAtOthers() {
    if others.isEmpty { return }
    WaitingThreads.storage.map { [inputs, others] in
      $0 < others.count ? (others[$0], inputs[others[$0]].source) : nil
    } body: { index, source in
      (index, (try? FileStatus(of: source))?.identity)
    } take: { index, identity in
      if let identity { identities.append((identity, index)) }
    }
    others = []
    sort()
  }

  private mutating func sort() {
    identities.sort { ($0.identity, $0.index) < ($1.identity, $1.index) }
  }

  private mutating func sourceByName(_ output: FilePath) -> FilePath? {
    if byFolder == nil { byFolder = folders() }
    guard let name = output.lastComponent else { return nil }
    let folder = output.removingLastComponent().canonical
    let own = Array(FilePath(root: nil, components: name).bytes)
    for index in byFolder?[FoldedName.form(folder.bytes)] ?? [] {
      let source = inputs[index].source
      guard let other = source.lastComponent.map({ FilePath(root: nil, components: $0).bytes }) else { continue }
      if own == other { return source }
      if FoldedName.form(own) == FoldedName.form(other), probe.areOne(own, other, below: folder) { return source }
    }
    return nil
  }

  private func folders() -> [String: [Int]] {
    var folders: [String: [Int]] = [:]
    var last: (path: FilePath, form: String)?
    for index in inputs.indices {
      let folder = inputs[index].source.removingLastComponent()
      let form = last?.path == folder ? last?.form ?? "" : FoldedName.form(folder.canonical.bytes)
      last = (folder, form)
      folders[form, default: []].append(index)
    }
    return folders
  }
}

extension FileStatus {
  /// The status of a list of names. `-` is standard input, which may be redirected from a file.
  init(ofList path: FilePath) throws(Errno) {
    if path == "-" { try self.init(ofNumber: STDIN_FILENO) } else { try self.init(of: path) }
  }
}

extension FileIdentity {
  /// Whether the file system of a path keeps a file's inode number as long as the file exists. FAT, exFAT and most FUSE and
  /// network file systems invent numbers when a name is looked up.
  static func isLasting(at path: FilePath) -> Bool {
    // Magic numbers from statfs(2): ext2 to ext4, XFS, btrfs, tmpfs, ZFS, F2FS, overlayfs, NFS.
    [0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994, 0x2FC1_2FC1, 0xF2F5_2010, 0x794C_7630, 0x6969]
      .contains(path.fileSystemType)
  }
}
