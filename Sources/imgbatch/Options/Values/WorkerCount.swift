internal import ArgumentParser

/// A number of workers: the value of `--jobs`.
struct WorkerCount: ExpressibleByArgument {
  static let range = 1...1024

  let count: Int

  init?(argument: String) {
    guard let count = Int(argument) else { return nil }
    self.count = count
  }

  func validate() throws {
    guard WorkerCount.range.contains(count) else { throw ValidationError("--jobs is 1 to 1024, not \(count).") }
  }
}

/// Several numbers of workers, separated by commas: "1,2,4".
struct WorkerCounts: ExpressibleByArgument {
  let counts: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let counts = parts.compactMap { $0.allSatisfy(\.isASCIIDigit) ? Int($0) : nil }
    guard counts.count == parts.count, counts.allSatisfy(WorkerCount.range.contains), !counts.isEmpty else {
      return nil
    }
    self.counts = Set(counts).sorted()
  }
}
