internal import ImageErrors
package import Parallelism
package import RunState
internal import Synchronization
package import SystemPackage
package import SystemSupport

/// Jobs from a list that may still be growing (`--files-from -`). A line is read when a worker asks for a job. So work starts
/// before the list ends, and a thread waits only for its own job.
///
/// A plan finds conflicts before any work. Here they are found line by line, and fail only that input (`ListedConflicts`).
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
    var conflicts: ListedConflicts
    var madeOutputs: MadeOutputs
    /// Jobs of `planned` that wait, and then inputs of the list.
    var waitingPlanned: ArraySlice<Job> = []
    var waiting = WaitingInputs()
    var overwritten: FilePath?
    var isAtEnd = false
    var failure: String?
  }

  private let naming: OutputNaming
  private let shard: Shard?
  private let existing: ExistingOutput
  private let stop: CancellationFlag
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
    var found = ListFingerprint()
    for job in planned { found.add(job.relativeBytes) }
    let own = planned.filter { $0.isIn(shard) }
    let reader = ListReader(Descriptor(owning: descriptor), separator: separator, stop: stop)
    state = Mutex(
      State(
        planned: own[...], reader: reader, found: found, ownCount: own.count,
        conflicts: ListedConflicts(with: planned, below: naming.folder, written: written),
        madeOutputs: MadeOutputs(in: naming.folder, of: shard)))
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
        let planned = naming.job(index: state.found.count, for: input)
        let refusal = state.conflicts.refusal(of: planned, input)
        if refusal == .isWritten {
          state.overwritten = input.source
          state.isAtEnd = true
        }
        let job = refusal.map { planned.refused($0) } ?? planned
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
    return state.conflicts.replacesSource(job) ? job.refused(.outputIsInput) : job
  }

  /// Whether an output would replace a file that may be a source that has not been listed yet.
  private func mustWait(_ job: Job, _ state: inout State) -> Bool {
    guard job.refusal == nil, state.conflicts.outputFolderIsThere, existing == .overwrite || existing == .update else {
      return false
    }
    return job.possiblePaths.contains { OutputFile.isThere($0) && !state.madeOutputs.isMade($0) }
  }
}

extension Job {
  fileprivate func refused(_ error: JobError) -> Job {
    Job(
      index: index, source: source, relativeStart: relativeStart, outputs: outputs, sourceByteCount: sourceByteCount,
      refusal: error, address: address)
  }
}
