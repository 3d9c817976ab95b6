internal import ImageErrors
package import Parallelism
package import RunState
internal import Synchronization
package import SystemPackage
package import SystemSupport

/// Jobs from a list that may still be growing (`--files-from -`). A line is read when a worker asks for a job. So work starts
/// before the list ends, and a thread waits only for its own job.
///
/// A plan finds conflicts before any work. Here they are found line by line and fail only that input: an output name that an
/// earlier line took, or an output that is one of the sources so far. This takes about 100 bytes per line.
///
/// An existing output may be a source that a later line names. So it is replaced at once only if the journal shows that a run
/// made it and it is unchanged. All other images with existing outputs wait for the end of the list, when all sources are known.
/// If the end is not reached, they are not started.
package final class ListedJobs: JobSource, RunInputs {
  private struct State: ~Copyable {
    var planned: ArraySlice<Job>
    var reader: ListReader
    /// All inputs so far.
    var found: ListFingerprint
    /// Number of inputs in the shard.
    var ownCount: Int
    var names: AssignedOutputNames
    var sources: FileIdentities
    var sourceNames = SourceNames()
    var madeOutputs: MadeOutputs
    /// Jobs of `planned` that wait, and then inputs of the list.
    var waitingPlanned: ArraySlice<Job> = []
    var waiting = WaitingInputs()
    /// Other files that the run writes, in addition to images.
    var written = FileIdentities()
    var overwritten: FilePath?
    var isAtEnd = false
    var failure: String?
  }

  private let naming: OutputNaming
  private let shard: Shard?
  private let existing: ExistingOutput
  private let stop: CancellationFlag
  private let outputFolderIsThere: Bool
  private let state: Mutex<State>

  /// - Parameters:
  ///   - planned: jobs of inputs that were given in addition to the list. They come first.
  ///   - descriptor: read from its current offset, and closed at the end. 0 for standard input.
  ///   - separator: the byte that ends each entry.
  ///   - naming: names the outputs. Each name is compared with the previous ones.
  ///   - shard: the shard whose jobs are returned. Jobs of other shards only count for name conflicts. Nil for all jobs.
  ///   - existing: the rule for existing outputs.
  ///   - written: other files that the run writes. No output and no input may be one of them.
  ///   - stop: ends the wait for more lines.
  package init(
    after planned: [Job] = [], from descriptor: CInt, separator: Delimiter, naming: OutputNaming,
    shard: Shard? = nil, existing: ExistingOutput = .overwrite, written: [FilePath] = [], stop: CancellationFlag
  ) {
    self.naming = naming
    self.shard = shard
    self.existing = existing
    self.stop = stop
    outputFolderIsThere = OutputFile.isThere(naming.folder)
    var names = AssignedOutputNames(below: naming.folder)
    var sources = FileIdentities()
    var sourceNames = SourceNames()
    var found = ListFingerprint()
    for job in planned { found.add(job.relativeBytes) }
    for job in planned where job.refusal == nil {
      for output in job.outputs { _ = names.take(output.path, for: job.source) }
      if let status = try? FileStatus(of: job.source) {
        sources.insert(status.identity)
        sourceNames.insert(job.source)
      }
    }
    var writtenFiles = FileIdentities()
    for path in written {
      if let status = try? FileStatus(of: path) { writtenFiles.insert(status.identity) }
      var relative = path.canonical
      if relative.removePrefix(naming.folder.canonical) { _ = names.take(naming.folder.pushing(relative), for: path) }
    }
    let own = planned.filter { $0.isIn(shard) }
    let reader = ListReader(Descriptor(owning: descriptor), separator: separator, stop: stop)
    state = Mutex(
      State(
        planned: own[...], reader: reader, found: found, ownCount: own.count, names: names,
        sources: sources, sourceNames: sourceNames, madeOutputs: MadeOutputs(in: naming.folder, of: shard),
        written: writtenFiles))
  }

  package var count: Int? { nil }

  /// The inputs of the shard.
  package var foundCount: Int { state.withLock { $0.ownCount } }

  package var fingerprint: ListFingerprint? { state.withLock { $0.failure == nil ? $0.found : nil } }

  /// An input that is also one of the other files that the run writes. The list ended there.
  package var overwritten: FilePath? { state.withLock { $0.overwritten } }

  /// The read error that ended the list early, if any.
  package var failure: String? { state.withLock { $0.failure } }

  /// One lock covers everything, including the file status: which of two lines gets a name must not depend on the workers.
  package func next() -> Job? {
    state.withLock { state in
      while let job = state.planned.popFirst() {
        guard mustWait(job, &state) else { return job }
        state.waitingPlanned.append(job)
      }
      if !state.isAtEnd, let job = nextListed(&state) { return job }
      return nextWaiting(&state)
    }
  }

  private func nextListed(_ state: inout State) -> Job? {
    do throws(Errno) {
      while let entry = try state.reader.next() {
        let input = entry.input()
        let job = checked(input, &state)
        state.found.add(job.relativeBytes)
        guard job.isIn(shard) else { continue }
        state.ownCount += 1
        guard mustWait(job, &state) else { return job }
        state.waiting.append(input, index: job.index)
      }
    } catch {
      state.failure = error.message
    }
    state.isAtEnd = true
    return nil
  }

  /// The jobs that waited. Only returned if the list was read completely, so that all sources are known.
  private func nextWaiting(_ state: inout State) -> Job? {
    if stop.isCancelled || state.failure != nil || state.overwritten != nil { return nil }
    let job: Job
    if let planned = state.waitingPlanned.popFirst() {
      job = planned
    } else {
      guard let (input, index) = state.waiting.popFirst() else { return nil }
      job = naming.job(index: index, for: input)
    }
    let overwrites = job.outputs.contains { output in
      let identity = (try? FileStatus(of: output.path))?.identity
      return identity.map { state.sources.contains($0) || state.sourceNames.contains(output.path) } ?? false
    }
    return overwrites ? job.refused(.outputIsInput) : job
  }

  /// Whether an output would replace a file that may be a source that has not been listed yet.
  private func mustWait(_ job: Job, _ state: inout State) -> Bool {
    guard job.refusal == nil, outputFolderIsThere, existing == .overwrite || existing == .update else { return false }
    return job.outputs.contains { OutputFile.isThere($0.path) && !state.madeOutputs.isMade($0.path) }
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

  private func checked(_ input: InputFile, _ state: inout State) -> Job {
    let job = naming.job(index: state.found.count, for: input)
    if let identity = input.identity {
      if state.written.contains(identity) {
        state.overwritten = input.source
        state.isAtEnd = true
        return job.refused(.isWritten)
      }
      state.sources.insert(identity)
      state.sourceNames.insert(input.source)
    }
    if job.refusal != nil { return job }
    for output in job.outputs.map(\.path) where outputFolderIsThere {
      guard let status = try? FileStatus(of: output) else { continue }
      if state.sources.contains(status.identity) || isSource(output, of: job) { return job.refused(.outputIsInput) }
    }
    for output in job.outputs.map(\.path) {
      if let other = state.names.take(output, for: job.source) { return job.refused(.nameTaken(by: other)) }
    }
    return job
  }
}

extension Job {
  fileprivate func refused(_ error: JobError) -> Job {
    Job(
      index: index, source: source, relativeStart: relativeStart, outputs: outputs, sourceByteCount: sourceByteCount,
      refusal: error, address: address)
  }
}

extension JobError {
  fileprivate static let isWritten = JobError(
    stage: .write, code: .exists, message: "the run would overwrite it with its list or page")
  fileprivate static let outputIsInput = JobError(
    stage: .write, code: .exists,
    message: "its output would overwrite one of the inputs", hint: .chooseFolderOrName)

  fileprivate static func nameTaken(by other: FilePath) -> JobError {
    JobError(
      stage: .write, code: .exists,
      message: "it would get the same output name as \(other)", hint: .chooseName)
  }
}
