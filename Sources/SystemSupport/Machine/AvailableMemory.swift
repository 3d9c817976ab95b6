internal import Glibc
package import SystemPackage

/// The memory that this process may allocate.
package enum AvailableMemory {
  /// The smallest of the available memory of the machine, of its control groups and of `ulimit -v`, in bytes.
  package static let byteCount = byteCount(
    meminfo: "/proc/meminfo", processRoot: "/proc/self", groupRoot: "/sys/fs/cgroup", addressSpace: addressSpace)

  /// Used if none of the sources is readable: any machine has this much.
  private static let fallback = 1 << 30

  /// - Parameters:
  ///   - processRoot: the folder that contains the process's `cgroup` file.
  ///   - groupRoot: where the hierarchy of control groups is mounted.
  ///   - addressSpace: bytes of address space that the process may still allocate; nil for no limit.
  package static func byteCount(
    meminfo: FilePath, processRoot: FilePath, groupRoot: FilePath, addressSpace: Int?
  ) -> Int {
    let known = [
      ProcFile.contents(of: meminfo).flatMap(available), addressSpace,
      ControlGroups(processRoot: processRoot, groupRoot: groupRoot).groups(of: "memory").compactMap(free).min(),
    ].compactMap { $0 }
    return max(0, known.min() ?? fallback)
  }

  /// Parses "MemAvailable:   12345 kB".
  private static func available(_ text: String) -> Int? {
    for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      let fields = line.split(separator: " ")
      return fields.count >= 2 ? Int(fields[1]).map { $0 << 10 } : nil
    }
    return nil
  }

  /// What a group may still allocate: its limit minus its usage, where page cache that can be dropped counts as free.
  private static func free(_ group: ControlGroups.Group) -> Int? {
    let names =
      switch group.version {
      case 2: (maximum: "memory.max", used: "memory.current", files: "inactive_file")
      default: (maximum: "memory.limit_in_bytes", used: "memory.usage_in_bytes", files: "total_inactive_file")
      }
    // "max" is no number.
    guard let maximum = number(group.path.appending(names.maximum)), maximum < noLimit else { return nil }
    let used = number(group.path.appending(names.used)) ?? 0
    let statistics = ProcFile.contents(of: group.path.appending("memory.stat")) ?? ""
    let files = statistics.split(separator: "\n").first { $0.hasPrefix(names.files + " ") }
      .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
    return max(0, maximum - max(0, used - (files ?? 0)))
  }

  /// Limits from here on are no limits: version 1 writes a number near 2^63, and RLIM_INFINITY is near 2^64.
  private static let noLimit = 1 << 60

  private static func number(_ path: FilePath) -> Int? {
    ProcFile.contents(of: path).flatMap { Int($0.prefix { !$0.isWhitespace }) }
  }

  private static var addressSpace: Int? {
    var limit = rlimit()
    // SAFETY: one rlimit, which lives during the call.
    let status = unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    guard status == 0, limit.rlim_cur < noLimit else { return nil }
    return max(0, Int(limit.rlim_cur) - OwnMemory.byteCount(.addressSpace))
  }
}
