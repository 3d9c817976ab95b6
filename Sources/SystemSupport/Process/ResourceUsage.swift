internal import Glibc
internal import SystemPackage

/// CPU time and memory of this process and of the workers that it has waited for.
package struct ResourceUsage: Sendable {
  /// User and system time.
  package var cpuTime: Duration
  /// Peak memory. With worker processes it is an upper bound: this process's peak plus, for each worker, the peak of the largest
  /// worker. The real peaks need not coincide.
  package var peakByteCount: Int

  package init(cpuTime: Duration, peakByteCount: Int) {
    self.cpuTime = cpuTime
    self.peakByteCount = peakByteCount
  }

  /// - Parameter processes: number of worker processes that ran concurrently, or 0.
  package static func now(workerProcesses processes: Int) -> ResourceUsage {
    let own = usage(of: .own)
    let children = usage(of: .endedChildren)
    return ResourceUsage(
      cpuTime: cpuTime(own) + cpuTime(children),
      peakByteCount: (peakOfThisProgram() ?? peakByteCount(own)) + processes * peakByteCount(children))
  }

  private enum ChildProcesses { case own, endedChildren }

  private static func usage(of processes: ChildProcesses) -> rusage {
    var usage = rusage()
    let who = processes == .own ? RUSAGE_SELF.rawValue : RUSAGE_CHILDREN.rawValue
    // SAFETY: `usage` is a whole rusage that the call fills; it fails only for a wrong `who`.
    _ = unsafe getrusage(who, &usage)
    return usage
  }

  private static func cpuTime(_ usage: rusage) -> Duration { Duration(usage.ru_utime) + Duration(usage.ru_stime) }

  private static func peakByteCount(_ usage: rusage) -> Int {
    usage.ru_maxrss * 1024
  }

  /// In `ru_maxrss` Linux includes the memory of the process that started the program. VmHWM in /proc is the program's alone.
  private static func peakOfThisProgram() -> Int? {
    let lines = (ProcFile.contents(of: "/proc/self/status") ?? "").split(separator: "\n")
    for line in lines where line.hasPrefix("VmHWM:") {
      return Int(line.filter { ("0"..."9").contains($0) }).map { $0 * 1024 }
    }
    return nil
  }
}
