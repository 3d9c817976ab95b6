internal import BatchEngine
internal import CPlatform
internal import Glibc
package import Parallelism
internal import RunState
package import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// This program run once more as a process of its own, and what that cost, its own worker processes included.
package struct MeasuredProcess: Sendable {
  package enum Watching: Sendable {
    /// Nothing disturbs the run while it is timed.
    case timeOnly
    /// Looks at its memory every few milliseconds, which takes some of the run's time.
    case memory
  }

  /// How long a run may take to end when it was told to.
  private static let patience = Duration.seconds(1)

  /// As the shell sees it: the exit status, or 128 + n where signal n ended it.
  package let status: Int32
  package let wall: Duration
  package let user: Duration
  package let system: Duration
  /// Bytes that had to be read from storage.
  package let storageByteCount: Int
  /// The sum of the proportional shares of the process and of its workers at their highest; nil where it was not watched or
  /// the kernel does not tell.
  package let sharesPeakByteCount: Int?
  /// The high-water mark of the largest of the processes.
  package let largestPeakByteCount: Int
  /// What it wrote on its standard output.
  package let output: [UInt8]

  /// Runs this program and waits for its end. It gets a process group of its own: where `stop` is asked for, it is told so
  /// once, and ends as every run does.
  /// - Parameters:
  ///   - arguments: after the program's name, in bytes.
  ///   - talk: where its standard error goes; replaced.
  package static func run(
    _ arguments: [[UInt8]], messages: FilePath, watching: Watching, stop: CancellationFlag
  ) throws(Errno) -> MeasuredProcess {
    OutputFile.discard(messages)
    let file = try Descriptor(opening: messages, .created)
    var ends: [Int32] = [-1, -1]
    let failure = unsafe system_private_pipe(&ends)
    guard failure == 0 else { throw Errno(rawValue: failure) }
    // Its standard output is a pipe, which ends when the process does, and can be waited for with a limit.
    let reading = Descriptor(owning: ends[0])
    let writing = Descriptor(owning: ends[1])
    let began = ContinuousClock.now
    let process = try spawn(arguments, output: writing.number, errors: file.number)
    try writing.close()

    let pause: Int32 = watching == .memory ? 4 : 100
    var peak: Int?
    var isWatched = watching == .memory
    var looked = began
    var told: ContinuousClock.Instant?
    var output: [UInt8] = []
    while !hasEnded(reading, within: pause, &output) {
      // Output may wake this more often than memory is worth a look.
      if isWatched, .now - looked >= .milliseconds(Int(pause)) {
        looked = .now
        do throws(Errno) {
          peak = max(peak ?? 0, try ProcessMemory.shares(ofTree: process))
        } catch {
          // It may just be at its end. What may not be looked at makes the sum useless.
          if error == .permissionDenied || error == .notPermitted { (peak, isWatched) = (nil, false) }
        }
      }
      if stop.isMade {
        // Its outputs are for nobody any more; what does not end by itself is ended.
        if let told, .now - told > MeasuredProcess.patience { _ = kill(process, SIGKILL) }
        if told == nil { _ = kill(process, SIGTERM) }
        told = told ?? .now
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
    self.status = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f
    self.wall = wall
    user = .seconds(Int64(usage.ru_utime.tv_sec)) + .microseconds(Int64(usage.ru_utime.tv_usec))
    system = .seconds(Int64(usage.ru_stime.tv_sec)) + .microseconds(Int64(usage.ru_stime.tv_usec))
    storageByteCount = usage.ru_inblock * 512
    sharesPeakByteCount = sharesPeak
    self.output = output
    largestPeakByteCount = usage.ru_maxrss * 1024
  }

  private static func spawn(_ arguments: [[UInt8]], output: CInt, errors: CInt) throws(Errno) -> pid_t {
    guard let path = unsafe system_executable_path() else { throw Errno(rawValue: ENOENT) }
    // One block of zero-terminated texts, and a pointer to each.
    let texts = [Array("imgbatch".utf8)] + arguments
    let block: [UInt8] = Array(texts.joined(separator: [0])) + [0]
    var starts: [Int] = []
    var position = 0
    for text in texts {
      starts.append(position)
      position += text.count + 1
    }
    var process: pid_t = 0
    let failure = unsafe block.withUnsafeBufferPointer { block in
      unsafe block.withMemoryRebound(to: CChar.self) { block in
        // SAFETY: every start is inside the block, every text ends in a zero, and the block outlives the call.
        var pointers: [UnsafePointer<CChar>?] = unsafe starts.map { start in
          unsafe block.baseAddress.map { unsafe $0 + start }
        }
        unsafe pointers.append(nil)
        return unsafe system_spawn_measured(path, pointers, output, errors, &process)
      }
    }
    guard failure == 0 else { throw Errno(rawValue: failure) }
    return process
  }

  /// Whether the other end of the pipe was closed; what is written to it meanwhile joins the output.
  private static func hasEnded(
    _ pipe: borrowing Descriptor, within milliseconds: Int32, _ output: inout [UInt8]
  ) -> Bool {
    var question = pollfd(fd: pipe.number, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&question, 1, milliseconds) > 0 else { return false }
    var bytes: [UInt8] = Array(repeating: 0, count: 1 << 16)
    let count = unsafe bytes.withUnsafeMutableBytes { memory in try? unsafe pipe.read(into: memory) }
    output += bytes.prefix(count ?? 0)
    return (count ?? 0) == 0
  }
}
