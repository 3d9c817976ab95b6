internal import Parallelism
internal import SystemPackage
internal import SystemSupport

/// A folder that a walk has found and not opened.
struct PendingFolder: Sendable {
  /// Bytes and not a `FilePath`: paths may be long, and each is split and joined at every level.
  let path: [UInt8]
  /// The number of the folder that contains it; nil for the root.
  let parent: Int?
}

/// The order of a walk: the entries of a folder in the order of their names, then its subfolders in the same order.
///
/// Folders are opened, and their entries read in small groups, in nearly the same order: no more folders are open than threads
/// work on them.
struct FolderTree: OrderedWork {
  enum Step: Sendable {
    case open(Int, PendingFolder)
    case read(Int, group: Int, ListedFolder)
  }

  enum StepResult: Sendable {
    case opened(FolderOpening)
    case read([EntryFinding])
  }

  enum Output: Sendable {
    /// A folder that was not read.
    case skipped(PendingFolder, FolderOpening)
    /// The first entry with its findings.
    case entries(ListedFolder, start: Int, [EntryFinding])
    /// All entries of a folder have left.
    case end(PendingFolder, ListedFolder)
  }

  private struct Folder {
    let pending: PendingFolder
    var opening: FolderOpening?
    /// The findings of each group of entries, from the end of its step until they leave.
    var groups: [[EntryFinding]] = []
    var begun = 0
    var ended = 0
    var taken = 0
    /// Subfolders with the indices of their entries, and their numbers when all are known.
    var subfolders: [(entry: Int, folder: PendingFolder)] = []
    var numbers = 0..<0
  }

  /// Entries that one step reads.
  static let groupSize = 16

  private let detectsLoops: Bool
  private var folders: [Int: Folder] = [:]
  private var count = 0
  /// Folders by number: stacks with the next one last, and a queue of those with groups that no step has begun to read.
  private var toOpen: [Int] = []
  private var toTake: [Int] = []
  private var toRead: [Int] = []
  private var inFlight = 0
  /// The folders that were entered, if loops of links must be detected.
  private var entered: [Int: (identity: FileIdentity, parent: Int?)] = [:]

  /// - Parameter detectsLoops: whether a folder inside itself is not entered again.
  init(_ root: [UInt8], detectsLoops: Bool) {
    self.detectsLoops = detectsLoops
    toTake = Array(add([PendingFolder(path: root, parent: nil)]))
  }

  var isOver: Bool { inFlight == 0 && toOpen.isEmpty && toRead.isEmpty }

  mutating func begin() -> Step? {
    // One thread per folder, as long as there are more folders: some file systems do one call at a time in each folder.
    let idle = toRead.firstIndex { folders[$0].map { $0.begun == $0.ended } ?? false }
    if idle == nil, let number = toOpen.popLast(), let folder = folders[number]?.pending {
      inFlight += 1
      return .open(number, folder)
    }
    guard let position = idle ?? toRead.indices.first, let group = folders[toRead[position]]?.begun,
      case .opened(let listed)? = folders[toRead[position]]?.opening
    else { return nil }
    let number = toRead[position]
    folders[number]?.begun += 1
    if group + 1 == folders[number]?.groups.count { toRead.remove(at: position) }
    inFlight += 1
    return .read(number, group: group, listed)
  }

  mutating func end(_ step: Step, _ result: StepResult) {
    inFlight -= 1
    switch (step, result) {
    case (.open(let number, let folder), .opened(let opening)):
      var opening = opening
      if case .opened(let listed) = opening {
        if detectsLoops, isInsideItself(number, listed.identity, folder) {
          opening = .left
        } else {
          let groups = (listed.listing.entries.count + FolderTree.groupSize - 1) / FolderTree.groupSize
          folders[number]?.groups = Array(repeating: [], count: groups)
          if groups > 0 { toRead.append(number) }
        }
      }
      folders[number]?.opening = opening
    case (.read(let number, let group, let listed), .read(let findings)):
      let start = group * FolderTree.groupSize
      for (index, finding) in findings.enumerated() {
        guard case .folder = finding else { continue }
        let path = listed.prefix + listed.listing.name(of: listed.listing.entries[start + index])
        folders[number]?.subfolders.append((start + index, PendingFolder(path: path, parent: number)))
      }
      folders[number]?.groups[group] = findings
      folders[number]?.ended += 1
      addSubfolders(of: number)
    default: preconditionFailure("a step has a result of its kind")
    }
  }

  /// Adds the subfolders of a folder whose entries have all been read.
  private mutating func addSubfolders(of number: Int) {
    guard folders[number]?.ended == folders[number]?.groups.count, let folder = folders[number] else { return }
    if folder.subfolders.isEmpty { return }
    let numbers = add(folder.subfolders.sorted { $0.entry < $1.entry }.map(\.folder))
    folders[number]?.subfolders = []
    folders[number]?.numbers = numbers
  }

  private mutating func add(_ pending: [PendingFolder]) -> Range<Int> {
    let numbers = count..<count + pending.count
    for (number, folder) in zip(numbers, pending) { folders[number] = Folder(pending: folder) }
    count += pending.count
    toOpen.append(contentsOf: numbers.reversed())
    return numbers
  }

  mutating func take() -> Output? {
    guard let number = toTake.last, let opening = folders[number]?.opening else { return nil }
    if case .opened(let listed) = opening, let group = folders[number]?.taken, group != folders[number]?.groups.count {
      guard let findings = folders[number]?.groups[group], !findings.isEmpty else { return nil }
      folders[number]?.groups[group] = []
      folders[number]?.taken += 1
      return .entries(listed, start: group * FolderTree.groupSize, findings)
    }
    guard let folder = folders.removeValue(forKey: number) else { return nil }
    toTake.removeLast()
    guard case .opened(let listed) = opening else { return .skipped(folder.pending, opening) }
    toTake.append(contentsOf: folder.numbers.reversed())
    return .end(folder.pending, listed)
  }

  static func callCount(of step: Step) -> Int {
    switch step {
    // Opens, reads and closes the folder, and searches for a marker.
    case .open: 4
    case .read(_, let group, let listed): min(groupSize, listed.listing.entries.count - group * groupSize)
    }
  }

  private mutating func isInsideItself(_ number: Int, _ identity: FileIdentity, _ folder: PendingFolder) -> Bool {
    var next = folder.parent
    while let ancestor = next.flatMap({ entered[$0] }) {
      if ancestor.identity == identity { return true }
      next = ancestor.parent
    }
    entered[number] = (identity, folder.parent)
    return false
  }
}
