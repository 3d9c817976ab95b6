internal import CPlatform
package import SystemPackage

/// The number of workers that this process can keep busy.
package enum UsableCores {
  /// The task's CPUs according to Slurm. Without Slurm, the smaller of the CPU affinity and the quota of the control groups. At
  /// least 1.
  package static let count = count(
    slurm: Environment["SLURM_CPUS_PER_TASK"], affinity: Int(system_affinity_core_count()), processRoot: "/proc/self",
    groupRoot: "/sys/fs/cgroup")

  /// - Parameters:
  ///   - processRoot: the folder that contains the process's `cgroup` file.
  ///   - groupRoot: where the hierarchy of control groups is mounted.
  package static func count(slurm: String?, affinity: Int, processRoot: FilePath, groupRoot: FilePath) -> Int {
    if let slurm, let cores = Int(slurm), cores >= 1 { return cores }
    let quota = quota(processRoot: processRoot, groupRoot: groupRoot) ?? .infinity
    // A quota of 2.5 cores keeps three workers busy for 5/6 of the time.
    return max(1, Int(min(Double(affinity), quota.rounded(.up))))
  }

  /// The smallest quota of the process's groups, in cores; nil if there is none.
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

  /// Nil for "max", and for -1, which means no limit in version 1.
  private static func ratio(_ quota: Substring, _ period: Substring) -> Double? {
    guard let quota = Double(quota), let period = Double(period), quota > 0, period > 0 else { return nil }
    return quota / period
  }
}
