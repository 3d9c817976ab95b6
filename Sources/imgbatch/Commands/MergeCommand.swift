internal import ArgumentParser
internal import BatchEngine
internal import Reporting
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Combine the results of sharded runs (--shard) in one output folder.",
    discussion: """
      Checks that all shards finished with the same options and the same inputs, combines their journals, removes the \
      temporary files of killed shards, and prints one summary. It can be repeated. The exit status is 1 if images failed or a \
      shard is missing: run that shard again, then merge again.

      EXAMPLES:
        imgbatch resize dogs --out thumbs --shard 1/2
        imgbatch resize dogs --out thumbs --shard 2/2
        imgbatch merge thumbs
      """)

  @Argument(help: ArgumentHelp("The output folder of the shards.", valueName: "folder"), completion: .directory)
  var folder: PathArgument

  @Flag(help: "Write the events of all shards to standard output, one JSON object per line.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print failures only.")
  var quiet = false

  func run() throws {
    try ending {
      Signals.handle()
      let shards = try found()
      let lock: FolderLock
      do throws(FolderLock.LockConflict) { lock = try FolderLock(in: folder.path) } catch {
        throw CommandError.locked(folder.path, error)
      }
      return try withExtendedLifetime(lock) { try merge(shards) }
    }
  }

  private func found() throws -> [Shard] {
    let shards: [Shard]
    do throws(Errno) { shards = try ShardEvents.shards(in: folder.path) } catch {
      throw CommandError(
        status: .noInput, sentence: "the folder \(folder.path.forTerminal) cannot be read (\(error.message)).")
    }
    guard let count = shards.first?.count else {
      throw CommandError(
        status: .noInput,
        sentence: "no shard has run with --out \(folder.path.forTerminal); run resize or grayscale with --shard first.")
    }
    guard shards.allSatisfy({ $0.count == count }) else {
      let counts = Set(shards.map(\.count)).sorted().map(String.init).joined(separator: ", ")
      throw CommandError(
        status: .wrongUsage,
        sentence: "there are shards of different divisions (\(counts)); remove .imgbatch-events.*-of-N of those that "
          + "do not count.")
    }
    return shards
  }

  private func merge(_ shards: [Shard]) throws -> ExitStatus {
    let merged: MergedShards
    do throws(Errno) {
      merged = try MergedShards(shards, in: folder.path) { if json { StandardStream.output.write($0 + "\n") } }
    } catch {
      throw CommandError.shardEvents(folder.path, error)
    }
    do throws(JournalError) { try Journal.join(shards, in: folder.path) } catch { throw CommandError.journal(error) }
    StaleTemporaries.sweepAll(below: folder.path)
    for failure in merged.failures { StandardStream.error.write(failure + "\n") }
    if json { StandardStream.output.write(merged.summaryLine + "\n") }
    if !quiet { StandardStream.error.write(merged.text + "\n") }
    for problem in merged.problems { StandardStream.error.write("Error: the shards are not whole: \(problem).\n") }
    if let signal = Signals.received { return .interrupted(signal: signal) }
    return merged.problems.isEmpty && merged.failedCount == 0 ? .success : .someImagesFailed
  }
}
