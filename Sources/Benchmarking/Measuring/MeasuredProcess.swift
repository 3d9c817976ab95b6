internal import BatchEngine
internal import CPlatform
internal import Glibc
package import Parallelism
internal import RunState
package import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// A run of this program as a separate process, and its cost including its worker processes.
package struct MeasuredProcess: Sendable {
  package enum Watching: Sendable {
    /// Nothing disturbs the timed run.
    case timeOnly
    /// Samples the memory every few milliseconds, which slows the run slightly.
    case memory
  }

  /// The time that a run has to end after SIGTERM, before SIGKILL.
  private static let patience = Duration.seconds(1)
  /// Milliseconds between two samples of the memory. More samples would take a noticeable share of the run.
  private static let memoryInterval: CInt = 4
  /// Milliseconds between two checks for a request to stop.
  private static let stopInterval: CInt = 100

  /// The exit status, or 128 + n after death by signal n, as in a shell.
  package let status: Int32
  package let wall: Duration
  package let user: Duration
  package let system: Duration
  /// The number of bytes read from storage.
  package let storageByteCount: Int
  /// The peak of the summed proportional shares (PSS) of the process and its workers; nil where it was not watched or the kernel
  /// does not report it.
  package let sharesPeakByteCount: Int?
  /// The peak resident size of the largest process (ru_maxrss).
  package let largestPeakByteCount: Int
  /// The standard output of the process.
  package let output: [UInt8]

  /// Runs this program and waits for its end. It gets its own process group. Where `stop` is set, it receives SIGTERM once and
  /// ends like any interrupted run.
  /// - Parameters:
  ///   - arguments: the arguments after the program's name, as bytes.
  ///   - messages: the file for its standard error. An existing file is replaced.
  package static func run(
    _ arguments: [[UInt8]], messages: FilePath, watching: Watching, stop: CancellationFlag
  ) throws(Errno) -> MeasuredProcess {
    OutputFile.discard(messages)
    let file = try Descriptor(opening: messages, .created)
    // A pipe for standard output reaches its end when the process does, and allows waiting with a timeout.
    let ends = try Descriptor.makePipe()
    let reading = Descriptor(owning: ends.reading)
    let writing = Descriptor(owning: ends.writing)
    let began = ContinuousClock.now
    let process = try spawn(arguments, output: writing.number, errors: file.number)
    try writing.close()

    let pause = watching == .memory ? MeasuredProcess.memoryInterval : MeasuredProcess.stopInterval
    var peak: Int?
    var isWatched = watching == .memory
    var sampledAt = began
    var terminatedAt: ContinuousClock.Instant?
    var output: [UInt8] = []
    while !hasEnded(reading, within: pause, &output) {
      // Output may wake this loop more often than memory needs to be sampled.
      if isWatched, .now - sampledAt >= .milliseconds(Int(pause)) {
        sampledAt = .now
        do throws(Errno) {
          peak = max(peak ?? 0, try ProcessMemory.shares(ofTree: process))
        } catch {
          // The process may be exiting. Where access is denied, the sum would be incomplete and is dropped.
          if error == .permissionDenied || error == .notPermitted { (peak, isWatched) = (nil, false) }
        }
      }
      if stop.isCancelled {
        // Its outputs are no longer needed. A process that does not end in time is killed.
        if let terminatedAt, .now - terminatedAt > MeasuredProcess.patience { _ = kill(process, SIGKILL) }
        if terminatedAt == nil { _ = kill(process, SIGTERM) }
        terminatedAt = terminatedAt ?? .now
      }
    }
    var status: Int32 = 0
    var usage = rusage()
    while unsafe wait4(process, &status, 0, &usage) < 0 {
      if errno != EINTR { throw .current }
    }
    return MeasuredProcess(
      status: status, wall: ContinuousClock.now - began, usage: usage, sharesPeak: peak, output: output)
  }

  private init(status: Int32, wall: Duration, usage: rusage, sharesPeak: Int?, output: [UInt8]) {
    self.status =
      switch ExitReason(waitStatus: status) {
      case .status(let status): status
      case .signal(let signal): 128 + signal
      }
    self.wall = wall
    user = Duration(usage.ru_utime)
    system = Duration(usage.ru_stime)
    // Linux counts blocks of 512 bytes, and kibibytes (getrusage(2)).
    storageByteCount = usage.ru_inblock * 512
    sharesPeakByteCount = sharesPeak
    self.output = output
    largestPeakByteCount = usage.ru_maxrss * 1024
  }

  private static func spawn(_ arguments: [[UInt8]], output: CInt, errors: CInt) throws(Errno) -> pid_t {
    guard let path = unsafe system_executable_path() else { throw Errno(rawValue: ENOENT) }
    var process: pid_t = 0
    // SAFETY: the path is zero-terminated and, like `process` and the arguments, outlives the call.
    let failure = unsafe withCStrings([Array("imgbatch".utf8)] + arguments) { arguments in
      unsafe system_spawn_measured(path, arguments, output, errors, &process)
    }
    guard failure == 0 else { throw Errno(rawValue: failure) }
    return process
  }

  /// Whether the other end of the pipe was closed. Appends bytes that arrive meanwhile to `output`.
  private static func hasEnded(
    _ pipe: borrowing Descriptor, within milliseconds: Int32, _ output: inout [UInt8]
  ) -> Bool {
    guard (try? Polling.isReadable(pipe.number, milliseconds: milliseconds)) == true else { return false }
    var bytes: [UInt8] = Array(repeating: 0, count: 1 << 16)
    let count = try? pipe.read(into: &bytes)
    output += bytes.prefix(count ?? 0)
    return (count ?? 0) == 0
  }
}
