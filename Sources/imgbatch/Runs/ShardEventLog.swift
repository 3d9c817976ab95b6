internal import BatchEngine
internal import Benchmarking
internal import Parallelism
internal import Reporting
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing

/// Writes the events of a shard to the output folder during the run, and adds a completion record at the end.
struct ShardEventLog: RunRecord {
  private let shard: Shard
  private let events: ShardEvents
  private let options: UInt64
  private let reporter: RunReporter

  init(
    _ shard: Shard, in folder: FilePath, options: ThumbnailOptions, naming: OutputNaming, inputs: Int?,
    since began: ContinuousClock.Instant
  ) throws {
    let events: ShardEvents
    do throws(OwnFileError) { events = try ShardEvents(in: folder, of: shard) } catch {
      throw CommandError.shardEvents(ShardEvents.path(in: folder, of: shard), error)
    }
    self.shard = shard
    self.events = events
    self.options = OutputFingerprints(options).common ^ naming.mark
    reporter = RunReporter(
      extent: .init(inputs: inputs, sourceByteCount: 0), events: .jsonLines, verbosity: .quiet, style: .plain,
      advice: \.sentence, progressWidth: nil, sinks: ReportOutput(results: { events.add($0) }, messages: { _ in }),
      elapsed: { ContinuousClock.now - began })
  }

  func start(_ execution: ExecutorOptions) {
    reporter.start(version: Build.version, mode: execution.mode, workers: execution.workers)
  }

  func observe(_ job: Job, _ outcome: Outcome) { reporter.observe(job, outcome) }

  func close(_ summary: RunSummary, of inputs: any RunInputs) -> Bool {
    reporter.finish(inputs: summary.inputs, usage: summary.usage)
    // A cancelled run is not complete.
    if !Signals.cancellation.isCancelled, let found = inputs.fingerprint {
      events.add(ShardCompletion(shard: shard, found: found, options: options).line + "\n")
    }
    if let error = events.close() {
      StandardStream.error.write(
        "Warning: the events of the shard could not be kept (\(error.message)); merge will want it run again.\n")
    }
    return true
  }
}
