internal import SystemPackage

/// Processes that the kernel has ended because memory ran out, here or in a control group (/proc/vmstat, since Linux 4.13).
package enum OutOfMemoryKills {
  /// Since the system started; 0 where the kernel does not say.
  package static var count: Int { count(ProcFile.contents(of: "/proc/vmstat") ?? "") }

  package static func count(_ text: String) -> Int {
    let line = text.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
    return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
  }
}
