package import RunState
package import SystemPackage
internal import SystemSupport

/// Why no work may start. Nothing was written.
package enum PlanError: Error, Hashable, Sendable {
  case collisions([Collision])
  case outputsAreInputs([OutputIsSource])
  /// The output folder, or something on the way to it, is a file.
  case outputFolderIsFile(FilePath)
}

/// An output that is one of the sources, or a list of them.
package struct OutputIsSource: Hashable, Sendable {
  /// The source that would be overwritten.
  package let input: FilePath
  package let output: FilePath

  package init(input: FilePath, output: FilePath) {
    self.input = input
    self.output = output
  }
}

/// Decides, before any work, what is written where, so that no image can get lost.
package enum Planner {
  /// The jobs of the inputs, in their order.
  ///
  /// What is refused already takes part in nothing: it writes nothing. Takes 16 bytes a path for the names, then 24 for
  /// the files, beside the inputs; looks at the file system only where the output folder is there.
  ///
  /// Names are compared among all jobs. With files that are there, those of `shard` only, which nobody else writes.
  ///
  /// - Parameter lists: files that name inputs, which no output may be either; `-` for standard input.
  package static func jobs(
    for inputs: InputFiles, naming: OutputNaming, shard: Shard? = nil, lists: [FilePath] = []
  ) throws(PlanError) -> PlannedJobs {
    let outputFolderIsThere = try checkFolder(naming.folder)
    let jobs = PlannedJobs(inputs, naming: naming)
    let collisions = jobs.names(below: naming.folder).collisions()
    guard collisions.isEmpty else { throw .collisions(collisions) }
    if outputFolderIsThere {
      let overlaps = overlaps(jobs, at: jobs.indices(of: shard), lists)
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

  private static func overlaps(_ jobs: PlannedJobs, at indices: [UInt32], _ lists: [FilePath]) -> [OutputIsSource] {
    var sources = SourceFiles(jobs.inputs, lists: lists)
    var overlaps: [OutputIsSource] = []
    var lastFolder: (path: FilePath, isThere: Bool)?
    for job in indices.lazy.map({ jobs[Int($0)] }) where job.refusal == nil {
      for output in job.outputs.map(\.path) {
        // Neighbours share folders, and where a folder is not there yet, nor is anything in it.
        let folder = output.removingLastComponent()
        let isThere = lastFolder?.path == folder ? lastFolder?.isThere == true : OutputFile.isThere(folder)
        lastFolder = (folder, isThere)
        guard isThere, let source = sources.source(at: output) else { continue }
        overlaps.append(OutputIsSource(input: source, output: output))
      }
    }
    return overlaps
  }
}
