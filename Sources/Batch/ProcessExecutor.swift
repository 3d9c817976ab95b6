internal import CPlatform
internal import Glibc
internal import Synchronization
package import SystemPackage

/// Workers that are processes of their own: what crashes there costs one picture, and strangers' files stay apart.
///
/// Each worker is served by a thread that only waits: it claims a job, sends it and reports the answer. A worker that dies is
/// replaced; the picture in hand is tried once more in the fresh one before it counts as failed.
package struct ProcessExecutor: Executor {
  private let workers: Int
  private let workerPath: String
  private let limits: WorkLimits
  private let outputRoot: FilePath?
  private let lifetime: WorkerLifetime
  private let variable: String?

  /// - Parameters:
  ///   - workerPath: the worker program; nil for `imgbatch-worker` beside this executable.
  ///   - outputRoot: the folder that all outputs lie beneath; workers can write nowhere else. Nil to let them.
  ///   - variable: joins the workers' environment, as "NAME=value"; for tests.
  package init(
    workers: Int, workerPath: String? = nil, limits: WorkLimits = WorkLimits(), outputRoot: FilePath? = nil,
    lifetime: WorkerLifetime = .run, variable: String? = nil
  ) {
    precondition(workers >= 1, "a run has a worker")
    self.workers = workers
    self.workerPath = workerPath ?? WorkerConnection.programBesideExecutable()
    self.limits = limits
    self.outputRoot = outputRoot
    self.lifetime = lifetime
    self.variable = variable
  }

  /// What the workers of this system are kept from, for people.
  package static var isolation: String {
    let version = system_landlock_version()
    let rest = "resource limits, no new privileges, end with imgbatch"
    return version == 0
      ? "worker processes: \(rest); this kernel has no Landlock, so they may open files"
      : "worker processes: \(rest); by Landlock \(version) they write beneath the output folder only and open no file to read"
  }

  package func run(
    _ jobs: any JobSource, recipe: Recipe, stop: StopRequest, report: @escaping @Sendable (Job, Outcome) -> Void
  ) throws(ExecutorError) {
    let share = WorkerShare(workers: workers, pictures: jobs.count)
    let failure = Mutex<ExecutorError?>(nil)
    let (path, lifetime, variable, timeout) = (workerPath, lifetime, variable, limits.timeout)
    let memory = MemoryBudget(limits, workerProcesses: share.workers, stop: stop)
    let greeting = WorkerGreeting(
      recipe: recipe, bands: share.bands, timeout: limits.timeout, memory: memory, parent: Int(getpid()),
      outputRoot: outputRoot)
    onThreads(share.workers) { _ in
      do throws(WorkerFailure) {
        var worker = try WorkerProcess(path: path, greeting: greeting, memory: memory, variable: variable)
        var isFresh = true
        while !stop.isMade, let job = jobs.next() {
          if lifetime == .picture && !isFresh {
            _ = worker.end(.endOfInput)
            worker = try WorkerProcess(path: path, greeting: greeting, memory: memory, variable: variable)
          }
          isFresh = false
          var outcome: Outcome? = job.refusal.map { .failed($0) }
          let before = job.outputs.map { FileStamp(of: $0.path, links: .stay) }
          var tries = 0
          while outcome == nil {
            var admitted = 0
            do throws(WorkerFailure) {
              outcome = try worker.outcome(of: job, share: &admitted)
              memory.release(admitted)
            } catch {
              // Its memory is free only when it is gone.
              let process = worker.processID
              let end = worker.end(.kill)
              memory.release(admitted)
              for (output, stamp) in zip(job.outputs, before) { output.path.removeRemains(of: process, unless: stamp) }
              if case .notBegun = error { return }
              tries += 1
              if tries == 2 { outcome = .failed(.worker(error, timeout, end)) }
              worker = try WorkerProcess(path: path, greeting: greeting, memory: memory, variable: variable)
            }
          }
          if let outcome { report(job, outcome) }
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
}

extension JobError {
  /// What a worker did to a picture at its second try.
  fileprivate static func worker(_ failure: WorkerFailure, _ timeout: Duration?, _ end: String) -> JobError {
    switch failure {
    case .silent: .timeout(timeout ?? .zero, stage: .decode)
    case .garbage: crashed("the worker process twice gave no sensible answer")
    case .died, .cannotStart, .notBegun: crashed("the worker process died twice on it (\(end))")
    }
  }

  private static func crashed(_ words: String) -> JobError {
    JobError(stage: .decode, code: .workerCrashed, message: "\(words); please report it with this file")
  }
}

extension FilePath {
  /// What a dead worker put under an output's name, and what it was still writing beside it.
  fileprivate func removeRemains(of process: pid_t, unless before: FileStamp?) {
    OutputFile.remove(self, unless: before)
    StaleTemporaries.drop(removingLastComponent(), of: process)
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
