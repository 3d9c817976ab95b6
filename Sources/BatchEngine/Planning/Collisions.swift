internal import RunState
package import SystemPackage
internal import SystemSupport

/// Two sources whose outputs conflict.
package struct Collision: Hashable, Sendable {
  package let first: FilePath
  package let second: FilePath
  /// The output of the first source.
  package let output: FilePath
  package let kind: Kind

  package enum Kind: Hashable, Sendable {
    /// Both sources have this output.
    case oneName
    /// The second source has another output, which is the same name for the file system.
    case oneNameThere(FilePath)
    /// The output of the second source would lie in a folder with this name.
    case fileAndFolder
  }

  package init(first: FilePath, second: FilePath, output: FilePath, kind: Kind) {
    self.first = first
    self.second = second
    self.output = output
    self.kind = kind
  }
}

/// Finds conflicting outputs. Stores a hash and an index per path, sorted: a fifth of the size of a set of paths. Names with
/// equal hashes are compared, and the file system decides about different spellings of a name.
struct OutputNames {
  private struct Name {
    /// Hash of the folded name.
    let hash: Int
    /// Index of the job, and of the output in the job.
    let index: UInt32
    let output: UInt32
  }

  private struct Finding {
    let first: Int
    let second: Int
    /// Relative to the folder of all outputs.
    let output: [UInt8]
    let kind: Collision.Kind
  }

  private let jobs: PlannedJobs
  private let folder: FilePath
  private let probe = NameProbe()
  private let names: [Name]
  /// The first job of each run of neighbors with the same output folder.
  private let firstInFolder: [Int]

  /// - Parameter folder: the folder that contains all outputs.
  init(_ jobs: PlannedJobs, below folder: FilePath) {
    self.jobs = jobs
    self.folder = folder
    var names: [Name] = []
    names.reserveCapacity(jobs.count)
    var firstInFolder: [Int] = []
    var lastFolder: [UInt8]?
    for job in jobs.indices {
      for (position, path) in jobs.outputNames(at: job).enumerated() {
        names.append(Name(hash: FoldedName.hash(path), index: UInt32(job), output: UInt32(position)))
        let folder = OutputNames.folder(of: path[...])
        if lastFolder?.elementsEqual(folder) == true { continue }
        firstInFolder.append(job)
        lastFolder = Array(folder)
      }
    }
    self.firstInFolder = firstInFolder
    names.sort { ($0.hash, $0.index, $0.output) < ($1.hash, $1.index, $1.output) }
    self.names = names
  }

  /// Sorted by the second source of each pair.
  func collisions() -> [Collision] {
    (equalNames() + filesAndFolders()).sorted { ($0.second, $0.first) < ($1.second, $1.first) }.map { finding in
      Collision(
        first: jobs[finding.first].source, second: jobs[finding.second].source,
        output: folder.pushing(FilePath(bytes: finding.output)), kind: finding.kind)
    }
  }

  private func equalNames() -> [Finding] {
    var findings: [Finding] = []
    var start = 0
    for position in names.indices {
      if names[position].hash != names[start].hash { start = position }
      if position == start { continue }
      // Nearly always the first of the run.
      let output = path(names[position])
      guard let first = names[start..<position].first(where: { isOne(path($0), output) }) else { continue }
      let known = path(first)
      findings.append(
        Finding(
          first: Int(first.index), second: Int(names[position].index), output: known,
          kind: known == output ? .oneName : .oneNameThere(folder.pushing(FilePath(bytes: output)))))
    }
    return findings
  }

  private func isOne(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one == other || (FoldedName.form(one) == FoldedName.form(other) && probe.areOne(one, other, below: folder))
  }

  private func path(_ name: Name) -> [UInt8] { jobs.outputNames(at: Int(name.index))[Int(name.output)] }

  /// Searches the outputs for every parent folder of an output.
  private func filesAndFolders() -> [Finding] {
    var findings: [Finding] = []
    for job in firstInFolder {
      for folder in Set(jobs.outputNames(at: job).map { OutputNames.folder(of: $0[...]) }) {
        var path = folder
        while !path.isEmpty {
          if let file = index(of: Array(path)) {
            findings.append(Finding(first: file, second: job, output: Array(path), kind: .fileAndFolder))
          }
          path = OutputNames.folder(of: path)
        }
      }
    }
    return findings
  }

  /// The first job with this output.
  func index(of output: [UInt8]) -> Int? {
    let hash = FoldedName.hash(output)
    let position = names.firstIndexInOrder { $0.hash >= hash }
    return names[position...].prefix { $0.hash == hash }.first { isOne(path($0), output) }.map { Int($0.index) }
  }

  /// A path without its last component; empty for a single component.
  private static func folder(of path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    path[..<(path.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex)]
  }
}

extension Array {
  /// The index of the first element for which the predicate is true, or the end index. Binary search.
  /// - Precondition: the predicate is false for a prefix and true for the rest.
  func firstIndexInOrder(where isTrue: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if isTrue(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
