internal import Parallelism
package import RunState
package import SystemPackage
internal import SystemSupport

/// Why no work may start. Nothing has been written.
package enum PlanError: Error, Hashable, Sendable {
  case collisions([Collision])
  case outputsAreInputs([OutputIsSource])
  /// The output folder, or one of its parents, is a file.
  case outputFolderIsFile(FilePath)
}

/// An output that is one of the sources, or a list of sources.
package struct OutputIsSource: Hashable, Sendable {
  /// The source that would be overwritten.
  package let input: FilePath
  package let output: FilePath

  package init(input: FilePath, output: FilePath) {
    self.input = input
    self.output = output
  }
}

/// Decides before any work which files are written, so that no image can be lost.
package enum Planner {
  /// The jobs of the inputs, in the same order.
  ///
  /// Refused inputs are ignored, because they have no output. Takes 16 bytes per path for the names, then 24 for the files, in
  /// addition to the inputs. Accesses the file system only if the output folder exists.
  ///
  /// The names of all jobs are compared with each other. Only those of `shard` are compared with existing files: no other run
  /// writes these.
  ///
  /// - Parameter lists: files that contain names of inputs. No output may be one of them. `-` for standard input.
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
    WaitingThreads.storage.map {
      $0 < indices.count ? jobs[Int(indices[$0])] : nil
    } state: {
      ExistingOutputs()
    } body: { outputs, job in
      outputs.identities(of: job)
    } take: { outputs in
      for (output, identity) in outputs {
        guard let source = sources.source(at: output, identity) else { continue }
        overlaps.append(OutputIsSource(input: source, output: output))
      }
    }
    return overlaps
  }
}

/// The outputs of jobs in existing folders.
private struct ExistingOutputs {
  /// Consecutive jobs share folders. If a folder does not exist, it contains no files.
  private var lastFolder: (path: FilePath, isThere: Bool)?

  /// - Returns: an identity of nil for an output that does not exist.
  mutating func identities(of job: Job) -> [(path: FilePath, identity: FileIdentity?)] {
    if job.refusal != nil { return [] }
    return job.possiblePaths.compactMap { output in
      let folder = output.removingLastComponent()
      let isThere = lastFolder?.path == folder ? lastFolder?.isThere == true : OutputFile.isThere(folder)
      lastFolder = (folder, isThere)
      return isThere ? (output, (try? FileStatus(of: output))?.identity) : nil
    }
  }
}
