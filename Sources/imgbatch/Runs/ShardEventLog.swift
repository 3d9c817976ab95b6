internal import BatchEngine
internal import Benchmarking
internal import Reporting
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing

/// Writes the events of a shard to the output folder during the run, and adds a completion record at the end.
struct ShardEventLog {
  private let shard: Shard
  private let events: ShardEvents
  private let options: UInt64
  let reporter: RunReporter

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
      progressWidth: nil, sinks: ReportOutput(results: { events.add($0) }, messages: { _ in }),
      elapsed: { ContinuousClock.now - began })
  }

  /// - Parameters:
  ///   - inputs: the number of inputs of this shard.
  ///   - found: the inputs of all shards; nil where the run did not reach its end.
  func close(inputs: Int, found: ListFingerprint?, usage: ResourceUsage) {
    reporter.finish(inputs: inputs, usage: usage)
    if let found { events.add(ShardCompletion(shard: shard, found: found, options: options).line + "\n") }
    if let error = events.close() {
      StandardStream.error.write(
        "Warning: the events of the shard could not be kept (\(error.message)); merge will want it run again.\n")
    }
  }
}
