internal import CPlatform
internal import Glibc
package import SystemPackage

/// How many workers this process can really keep busy.
package enum UsableCores {
  /// What Slurm gave the task, else the smaller of the processors it may run on and what its control groups let it use.
  /// At least 1.
  package static let count = count(
    slurm: environment("SLURM_CPUS_PER_TASK"), affinity: Int(system_affinity_core_count()), processRoot: "/proc/self",
    groupRoot: "/sys/fs/cgroup")

  /// - Parameters:
  ///   - processRoot: the folder that has the process's `cgroup` file.
  ///   - groupRoot: where the hierarchy of control groups is mounted.
  package static func count(slurm: String?, affinity: Int, processRoot: FilePath, groupRoot: FilePath) -> Int {
    if let slurm, let cores = Int(slurm), cores >= 1 { return cores }
    let quota = quota(processRoot: processRoot, groupRoot: groupRoot) ?? .infinity
    // A quota of two and a half cores keeps three workers busy at five sixths each.
    return max(1, Int(min(Double(affinity), quota.rounded(.up))))
  }

  /// The smallest quota of the groups that the process is in, in cores; nil where there is none.
  private static func quota(processRoot: FilePath, groupRoot: FilePath) -> Double? {
    ControlGroups(processRoot: processRoot, groupRoot: groupRoot).groups(of: "cpu").compactMap { group in
      group.version == 2 ? quotaOfVersion2(group.path) : quotaOfVersion1(group.path)
    }.min()
  }

  /// `cpu.max`: quota and period in microseconds, or "max" for no limit.
  private static func quotaOfVersion2(_ group: FilePath) -> Double? {
    guard let text = ProcFile.contents(of: group.appending("cpu.max")) else { return nil }
    let fields = text.split(whereSeparator: \.isWhitespace)
    guard fields.count == 2 else { return nil }
    return ratio(fields[0], fields[1])
  }

  private static func quotaOfVersion1(_ group: FilePath) -> Double? {
    guard let quota = ProcFile.contents(of: group.appending("cpu.cfs_quota_us")),
      let period = ProcFile.contents(of: group.appending("cpu.cfs_period_us"))
    else { return nil }
    return ratio(quota.prefix { !$0.isWhitespace }, period.prefix { !$0.isWhitespace })
  }

  /// Nil for "max", and for -1, which version 1 has for no limit.
  private static func ratio(_ quota: Substring, _ period: Substring) -> Double? {
    guard let quota = Double(quota), let period = Double(period), quota > 0, period > 0 else { return nil }
    return quota / period
  }

  private static func environment(_ name: String) -> String? {
    // SAFETY: getenv gives null or a terminated string, copied here; nothing changes the environment while threads run.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}
