internal import ArgumentParser
internal import Glibc
internal import RunState
internal import SystemSupport

/// Which part of the inputs a run processes.
struct ShardOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Process only part I of N of the inputs, selected by a hash of their paths.",
      discussion: """
        auto/N takes I from SLURM_ARRAY_TASK_ID (counted from 1), JOB_COMPLETION_INDEX or AWS_BATCH_JOB_ARRAY_INDEX \
        (counted from 0). 'imgbatch merge' combines the results.
        """, valueName: "i/n"),
    transform: Shard.init(text:))
  var shard: Shard?
}

extension Shard {
  /// Environment variables of job array schedulers, and the index of the first job.
  private static let variables = [
    ("SLURM_ARRAY_TASK_ID", 1), ("JOB_COMPLETION_INDEX", 0), ("AWS_BATCH_JOB_ARRAY_INDEX", 0),
  ]

  /// Parses the value of `--shard`.
  init(text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let count = Shard.number(parts[1]), (1...Shard.maximum).contains(count) else {
      throw ValidationError("--shard is I/N, part I of N from 1/N to N/N, or auto/N; not \(text).")
    }
    if parts[0] == "auto" {
      try self.init(automaticOf: count)
    } else if let index = Shard.number(parts[0]), let shard = Shard(index: index, count: count) {
      self = shard
    } else {
      throw ValidationError("--shard is 1/\(count) to \(count)/\(count), not \(text).")
    }
  }

  private init(automaticOf count: Int) throws {
    for (name, first) in Shard.variables {
      guard let text = Environment[name] else { continue }
      guard let number = Shard.number(text[...]), let shard = Shard(index: number - first + 1, count: count) else {
        throw ValidationError("--shard auto/\(count): \(name) must be \(first) to \(count - 1 + first), not \(text).")
      }
      self = shard
      return
    }
    let names = Shard.variables.map(\.0).joined(separator: ", ")
    throw ValidationError("--shard auto/\(count): none of \(names) is set; name the part, as in 1/\(count).")
  }

  /// Parses digits only, without a sign or spaces.
  private static func number(_ text: Substring) -> Int? {
    text.allSatisfy { $0.isASCII && $0.isWholeNumber } ? Int(text) : nil
  }
}
