internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// The names and files of a run whose list may still be growing. Finds the conflicts of each input with those before it: an
/// output name that is taken, or an output that is a source. This takes about 100 bytes per input.
struct ListedConflicts {
  private var names: AssignedOutputNames
  private var sources = FileIdentities()
  private var sourceNames = SourceNames()
  /// Other files that the run writes, in addition to images.
  private var written = FileIdentities()
  /// Whether the output folder was there before the run.
  let outputFolderIsThere: Bool

  /// - Parameters:
  ///   - planned: jobs before the list.
  ///   - written: other files that the run writes. No output and no input may be one of them.
  init(with planned: [Job], below folder: FilePath, written: [FilePath]) {
    outputFolderIsThere = OutputFile.isThere(folder)
    names = AssignedOutputNames(below: folder)
    for job in planned where job.refusal == nil {
      for output in job.possiblePaths { _ = names.take(output, for: job.source) }
      if let status = try? FileStatus(of: job.source) {
        sources.insert(status.identity)
        sourceNames.insert(job.source)
      }
    }
    for path in written {
      if let status = try? FileStatus(of: path) { self.written.insert(status.identity) }
      var relative = path.canonical
      if relative.removePrefix(folder.canonical) { _ = names.take(folder.pushing(relative), for: path) }
    }
  }

  /// Adds a job and its input. Returns why it must not be done, or nil.
  mutating func refusal(of job: Job, _ input: InputFile) -> JobError? {
    if let identity = input.identity {
      if written.contains(identity) { return .isWritten }
      sources.insert(identity)
      sourceNames.insert(input.source)
    }
    if job.refusal != nil { return nil }
    for output in job.possiblePaths where outputFolderIsThere {
      guard let status = try? FileStatus(of: output) else { continue }
      if sources.contains(status.identity) || isSource(output, of: job) { return .outputIsInput }
    }
    for output in job.possiblePaths {
      if let other = names.take(output, for: job.source) { return .nameTaken(by: other) }
    }
    return nil
  }

  /// Whether an existing output is one of the sources.
  mutating func replacesSource(_ job: Job) -> Bool {
    job.possiblePaths.contains { output in
      guard let status = try? FileStatus(of: output) else { return false }
      return sources.contains(status.identity) || sourceNames.contains(output)
    }
  }

  /// Whether an existing output is the job's own source on a file system where identities change.
  private func isSource(_ output: FilePath, of job: Job) -> Bool {
    guard !FileIdentity.isLasting(at: output), let name = output.lastComponent, let own = job.source.lastComponent
    else { return false }
    let folder = output.removingLastComponent().canonical
    let (these, those) = (FilePath(root: nil, components: name).bytes, FilePath(root: nil, components: own).bytes)
    return FoldedName.form(these) == FoldedName.form(those)
      && folder == job.source.removingLastComponent().canonical
      && (these == those || NameProbe().areOne(these, those, below: folder))
  }
}

extension JobError {
  static let isWritten = JobError(
    stage: .write, code: .exists, message: "the run would overwrite it with its list or page")
  static let outputIsInput = JobError(
    stage: .write, code: .exists, message: "its output would overwrite one of the inputs", hint: .chooseFolderOrName)

  fileprivate static func nameTaken(by other: FilePath) -> JobError {
    JobError(
      stage: .write, code: .exists, message: "it would get the same output name as \(other)", hint: .chooseName)
  }
}
