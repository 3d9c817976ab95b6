package import SystemPackage

/// Why no work may start. Nothing was written.
package enum PlanError: Error, Hashable, Sendable {
  case collisions([Collision])
  case outputsAreInputs([Overlap])
  /// The output folder, or something on the way to it, is a file.
  case outputFolderIsFile(FilePath)
}

/// An output that is one of the sources.
package struct Overlap: Hashable, Sendable {
  /// The source that would be overwritten.
  package let input: FilePath
  package let output: FilePath

  package init(input: FilePath, output: FilePath) {
    self.input = input
    self.output = output
  }
}

/// Decides, before any work, what is written where, so that no picture can get lost.
package enum Planner {
  /// The jobs of the inputs, in their order.
  ///
  /// What is refused already takes part in nothing: it writes nothing. Takes 16 bytes a path for the names, then 24 for
  /// the files, beside the inputs; looks at the file system only where the output folder is there.
  ///
  /// Names are compared among all jobs. With files that are there, those of `shard` only, which nobody else writes.
  package static func jobs(
    for inputs: FoundInputs, naming: OutputNaming, shard: Shard? = nil
  ) throws(PlanError) -> PlannedJobs {
    let outputFolderIsThere = try checkFolder(naming.folder)
    let jobs = PlannedJobs(inputs, naming: naming)
    let collisions = OutputNames(jobs, below: naming.folder).collisions()
    guard collisions.isEmpty else { throw .collisions(collisions) }
    if outputFolderIsThere {
      let overlaps = overlaps(jobs, at: jobs.indices(of: shard))
      guard overlaps.isEmpty else { throw .outputsAreInputs(overlaps) }
    }
    return jobs
  }

  private static func checkFolder(_ folder: FilePath) throws(PlanError) -> Bool {
    do throws(Errno) {
      if try FileStatus(of: folder).kind == .folder { return true }
    } catch {
      if error != .notDirectory { return false }
    }
    throw .outputFolderIsFile(folder)
  }

  private static func overlaps(_ jobs: PlannedJobs, at indices: [UInt32]) -> [Overlap] {
    var sources = SourceFiles(jobs.inputs)
    var overlaps: [Overlap] = []
    var lastFolder: (path: FilePath, isThere: Bool)?
    for job in indices.lazy.map({ jobs[Int($0)] }) where job.refusal == nil {
      for output in job.outputs.map(\.path) {
        // Neighbours share folders, and where a folder is not there yet, nor is anything in it.
        let folder = output.removingLastComponent()
        let isThere = lastFolder?.path == folder ? lastFolder?.isThere == true : OutputFile.isThere(folder)
        lastFolder = (folder, isThere)
        guard isThere, let index = sources.index(of: output) else { continue }
        overlaps.append(Overlap(input: jobs.inputs[index].source, output: output))
      }
    }
    return overlaps
  }
}

/// The files that are inputs, by identity; by path those that could not be looked at.
private struct SourceFiles {
  private let inputs: FoundInputs
  private var identities: [(identity: FileIdentity, index: Int)] = []
  private var paths: [FilePath: Int] = [:]
  /// Of other shards; nobody has looked at these yet.
  private var others: [Int] = []

  init(_ inputs: FoundInputs) {
    self.inputs = inputs
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

  /// Which input the path leads to, by hard links and symbolic ones too.
  mutating func index(of output: FilePath) -> Int? {
    if !paths.isEmpty, let index = paths[output.lexicallyNormalized()] { return index }
    guard let identity = (try? FileStatus(of: output))?.identity else { return nil }
    lookAtOthers()
    let place = identities.firstIndexInOrder { $0.identity >= identity }
    return place < identities.count && identities[place].identity == identity ? identities[place].index : nil
  }

  /// Worth its time only where an output is there.
  private mutating func lookAtOthers() {
    if others.isEmpty { return }
    for index in others {
      if let status = try? FileStatus(of: inputs[index].source) { identities.append((status.identity, index)) }
    }
    others = []
    sort()
  }

  private mutating func sort() {
    identities.sort { ($0.identity, $0.index) < ($1.identity, $1.index) }
  }
}
