internal import SystemPackage

/// Processes that the kernel has killed because the machine or a control group ran out of memory (/proc/vmstat, since Linux
/// 4.13).
package enum OutOfMemoryKills {
  /// Number since the system started; 0 if the kernel does not report it.
  package static var count: Int { count(ProcFile.contents(of: "/proc/vmstat") ?? "") }

  package static func count(_ text: String) -> Int {
    let line = text.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
    return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
  }
}
