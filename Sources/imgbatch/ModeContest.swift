internal import Batch
internal import Profiling
internal import Reporting
internal import SystemPackage

/// Somebody asked for the end while modes were measured.
struct Interruption: Error {}

/// Runs `resize` in each mode as a process of its own, and holds what it wrote against what the first run wrote.
struct ModeContest: Contest {
  private let scratch: FilePath
  private let arguments: PassedArguments
  private let workers: Int
  private let coldSources: [FilePath]
  private let runsInAll: Int
  private var runsDone = 0
  /// The first run's end and outputs, which all others must have too.
  private var first: (status: Int32, outputs: OutputTree)?

  /// - Parameter coldSources: files to drop from the page cache before each timed run.
  init(scratch: FilePath, arguments: PassedArguments, workers: Int, coldSources: [FilePath], runs: Int) {
    self.scratch = scratch
    self.arguments = arguments
    self.workers = workers
    self.coldSources = coldSources
    runsInAll = Contestant.allCases.count * (runs + 1)
  }

  /// Pictures that every run wrote.
  var pictureCount: Int { first?.outputs.files.count ?? 0 }

  mutating func warmUp(_ contestant: Contestant) throws -> MemoryPeak {
    let run = try perform(contestant, watching: .memory)
    return run.sharesPeakByteCount.map { MemoryPeak(byteCount: $0, method: .proportionalShares) }
      ?? MemoryPeak(byteCount: run.largestPeakByteCount, method: .largestProcess)
  }

  mutating func start(_ contestant: Contestant) throws -> Measurement {
    // A list that may grow, so workers start before it turns out to be empty.
    let empty = ["--files-from", "-", "--out"].map { Array($0.utf8) } + [scratch.appending("empty").bytes]
    let run = try launch(contestant, empty, watching: .timeOnly)
    guard run.status == ExitStatus.noInput.code else { throw fault(contestant, run.status) }
    return Measurement(run)
  }

  mutating func work(_ contestant: Contestant) throws -> Measurement {
    for source in coldSources { dropCachedPages(of: source) }
    return Measurement(try perform(contestant, watching: .timeOnly))
  }

  private mutating func perform(_ contestant: Contestant, watching: MeasuredProcess.Watching) throws -> MeasuredProcess
  {
    showProgress(contestant)
    let out = scratch.appending(first == nil ? "first" : "outputs")
    let run = try launch(
      contestant, [Array("--out".utf8), out.bytes] + arguments.bytes, watching: watching)
    hideProgress()
    guard [ExitStatus.success.code, ExitStatus.somePicturesFailed.code].contains(run.status) else {
      throw fault(contestant, run.status)
    }
    let outputs = try OutputTree(of: out)
    if let first {
      guard run.status == first.status else { throw fault(contestant, run.status) }
      if let file = try first.outputs.firstDifference(to: outputs) { throw Complaint.differs(file, contestant) }
      ScratchFolder.remove(out)
    } else {
      first = (run.status, outputs)
      StandardStream.error.write(talk)
    }
    return run
  }

  private func launch(
    _ contestant: Contestant, _ rest: [[UInt8]], watching: MeasuredProcess.Watching
  ) throws -> MeasuredProcess {
    let run = try MeasuredProcess.run(
      (["resize", "--quiet", "--color", "never", "--no-journal", "--no-lock"] + contestant.options(workers: workers))
        .map { Array($0.utf8) } + rest,
      talk: talkFile, watching: watching, stop: Signals.stopRequest)
    if Signals.stopRequest.isMade { throw Interruption() }
    return run
  }

  private var talkFile: FilePath { scratch.appending("talk") }

  /// What the last run said to people.
  private var talk: String {
    guard let file = try? FileDescriptor.open(talkFile, .readOnly) else { return "" }
    defer { try? file.close() }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while let count = unsafe try? buffer.withUnsafeMutableBytes({ unsafe try file.read(into: $0) }), count > 0 {
      text += buffer[..<count]
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func fault(_ contestant: Contestant, _ status: Int32) -> Complaint {
    StandardStream.error.write(talk)
    let known = [ExitStatus.wrongUsage, .noInput, .outputUnusable].first { $0.code == status && first == nil }
    return Complaint(
      status: known ?? .internalFault,
      sentence: "the run of mode \(contestant.rawValue) ended with status \(status)"
        + (first.map { ", that of the first mode with \($0.status)." } ?? "."))
  }

  private mutating func showProgress(_ contestant: Contestant) {
    runsDone += 1
    guard StandardStream.error.isTerminal else { return }
    StandardStream.error.write("run \(runsDone) of \(runsInAll): \(contestant.rawValue)")
  }

  private func hideProgress() {
    if StandardStream.error.isTerminal { StandardStream.error.write("\r\u{1B}[K") }
  }
}

extension Complaint {
  /// - Parameter file: the first whose bytes differ, from the output folder.
  static func differs(_ file: FilePath, _ contestant: Contestant) -> Complaint {
    Complaint(
      status: .internalFault,
      sentence: "mode \(contestant.rawValue) wrote other bytes than \(Contestant.allCases[0].rawValue) in "
        + "\(file.forTerminal); please report it with this picture.")
  }
}

extension Contestant {
  fileprivate func options(workers: Int) -> [String] {
    switch self {
    case .serial: ["--mode", "serial"]
    case .threads: ["--mode", "threads", "--jobs", "\(workers)"]
    case .processes: ["--mode", "processes", "--jobs", "\(workers)"]
    case .perPicture: ["--mode", "processes", "--jobs", "\(workers)", "--worker-lifetime", "picture"]
    }
  }
}

extension Measurement {
  fileprivate init(_ run: MeasuredProcess) {
    self.init(wall: run.wall, user: run.user, system: run.system, storageByteCount: run.storageByteCount)
  }
}
