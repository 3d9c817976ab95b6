internal import CPlatform
internal import Synchronization

/// Workers that are processes of their own: what crashes there costs one picture, and strangers' files stay apart.
///
/// Each worker is served by a thread that only waits: it claims a job, sends it and reports the answer. A worker that dies is
/// replaced; the picture in hand is tried once more in the fresh one before it counts as failed.
package struct ProcessExecutor: Executor {
  private let workers: Int
  private let workerPath: String

  /// - Parameter workerPath: the worker program; nil for `imgbatch-worker` beside this executable.
  package init(workers: Int, workerPath: String? = nil) {
    precondition(workers >= 1, "a run has a worker")
    self.workers = workers
    self.workerPath = workerPath ?? ProcessExecutor.workerBesideExecutable()
  }

  package func run(
    _ jobs: any JobSource, recipe: Recipe, stop: StopRequest, report: @escaping @Sendable (Job, Outcome) -> Void
  ) throws(ExecutorError) {
    let share = WorkerShare(workers: workers, pictures: jobs.count)
    let failure = Mutex<ExecutorError?>(nil)
    let path = workerPath
    onThreads(share.workers) { _ in
      do throws(WorkerFailure) {
        var worker = try WorkerProcess(path: path, recipe: recipe, bands: share.bands)
        while !stop.isMade, let job = jobs.next() {
          do throws(WorkerFailure) {
            report(job, try worker.outcome(of: job))
            continue
          } catch {
            _ = worker.end(.kill)
            worker = try WorkerProcess(path: path, recipe: recipe, bands: share.bands)
          }
          do throws(WorkerFailure) {
            report(job, try worker.outcome(of: job))
          } catch {
            let end = worker.end(.kill)
            report(job, .failed(.workerCrashed(end)))
            worker = try WorkerProcess(path: path, recipe: recipe, bands: share.bands)
          }
        }
        _ = worker.end(.endOfInput)
      } catch {
        // Without workers nothing more can be done here; the jobs that are left stay unstarted.
        if case .cannotStart(let reason) = error {
          failure.withLock { $0 = $0 ?? .noWorker(path: path, reason: reason) }
          stop.make()
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  private static func workerBesideExecutable() -> String {
    guard let path = unsafe system_executable_path() else { return "imgbatch-worker" }
    let executable = unsafe String(cString: path)
    return executable.prefix(through: executable.lastIndex(of: "/") ?? executable.startIndex) + "imgbatch-worker"
  }
}

extension JobError {
  fileprivate static func workerCrashed(_ end: String) -> JobError {
    JobError(
      stage: .decode, code: .workerCrashed,
      message: "the worker process died twice on it (\(end)); please report it with this file")
  }
}

/// How many workers take pictures, and how many bands each resamples a picture in, so that few pictures use all cores too.
struct WorkerShare {
  let workers: Int
  let bands: Int

  init(workers: Int, pictures: Int?) {
    self.workers = max(1, min(workers, pictures ?? workers))
    bands = max(1, workers / self.workers)
  }
}
