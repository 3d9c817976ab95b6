internal import Parallelism
package import RunState
internal import Synchronization
package import SystemPackage
internal import SystemSupport

/// Jobs that another thread adds while workers wait for them: sources that are still being downloaded.
package final class JobQueue: JobSource {
  private struct State {
    var waiting: ArraySlice<Job> = []
    var unfinishedCount = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  private let door = ConditionVariable()

  package init() {}

  package var count: Int? { nil }

  /// Jobs that were added and have not ended. The producer uses it to limit its lead.
  package var unfinishedCount: Int { state.withLock { $0.unfinishedCount } }

  package func add(_ job: Job) {
    state.withLock { state in
      state.waiting.append(job)
      state.unfinishedCount += 1
    }
    door.broadcast()
  }

  package func finished(_ job: Job, _ outcome: Outcome?) { state.withLock { $0.unfinishedCount -= 1 } }

  /// Ends the queue. No more jobs may be added.
  package func close() {
    state.withLock { $0.isClosed = true }
    door.broadcast()
  }

  package func next() -> Job? {
    var job: Job?
    door.wait {
      state.withLock { state in
        job = state.waiting.popFirst()
        return job != nil || state.isClosed
      }
    }
    return job
  }
}

extension OutputNaming {
  /// The job for a downloaded file.
  /// - Parameter root: the folder of all downloads. The path below it is mirrored.
  package func job(
    index: Int, downloaded path: FilePath, below root: FilePath, byteCount: Int, address: String
  ) -> Job {
    let input = InputFile(
      source: path,
      relativeStart: path.length - path.bytes.dropFirst(root.length).drop { $0 == UInt8(ascii: "/") }.count,
      byteCount: byteCount, identity: nil, contents: nil, refusal: nil)
    let job = job(index: index, for: input)
    return Job(
      index: index, source: path, outputs: job.outputs, sourceByteCount: byteCount, refusal: job.refusal,
      address: address)
  }
}
