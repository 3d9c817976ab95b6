package import SystemPackage
internal import SystemSupport

/// The activity of other processes and machines during a measurement.
package struct MachineLoad: Hashable, Sendable {
  /// The average number of cores that other processes kept busy.
  package let otherCores: Double
  /// The share of the time that the hypervisor gave to other machines (steal time).
  package let stolenShare: Double
  /// The seconds for which the control group's CPU quota stopped this process.
  package let throttledSeconds: Double

  package init(otherCores: Double, stolenShare: Double, throttledSeconds: Double) {
    self.otherCores = otherCores
    self.stolenShare = stolenShare
    self.throttledSeconds = throttledSeconds
  }

  /// The load while something is measured.
  package static func during<Result>(_ measure: () throws -> Result) rethrows -> (Result, MachineLoad?) {
    let before = Reading()
    let result = try measure()
    return (result, before.flatMap { before in Reading().flatMap { MachineLoad(from: before, to: $0) } })
  }

  /// The counters at one instant.
  package struct Reading: Sendable {
    let time: ContinuousClock.Instant
    let busy: Double
    let stolen: Double
    let own: Double
    let throttled: Double
    let cores: Int

    /// Nil where /proc/stat cannot be read.
    /// - Parameters:
    ///   - stat: the file with the counters of all cores.
    ///   - status: the file with the cores allowed to this process. Only those are counted.
    ///   - groups: the folder of the control group, with cpu.stat.
    ///   - own: the CPU time of this process and its children.
    package init?(
      stat: FilePath = "/proc/stat", status: FilePath = "/proc/self/status",
      groups: FilePath = "/sys/fs/cgroup", own: Duration = ResourceUsage.now(workerProcesses: 0).cpuTime,
      at time: ContinuousClock.Instant = .now
    ) {
      guard let counters = ProcFile.contents(of: stat) else { return nil }
      let allowed = ProcFile.contents(of: status).flatMap(allowedCores)
      var (busy, stolen, cores) = (0.0, 0.0, 0)
      for line in counters.split(separator: "\n") {
        let fields = line.split(separator: " ")
        guard fields.count >= 9, fields[0].hasPrefix("cpu"), let core = Int(fields[0].dropFirst(3)),
          allowed?.contains(core) ?? true
        else { continue }
        // user nice system idle iowait irq softirq steal, in units of USER_HZ, which is 100 on all platforms of this program. guest is included in user (proc_stat(5)).
        let times = fields.dropFirst().prefix(8).map { (Double($0) ?? 0) / 100 }
        busy += times[0] + times[1] + times[2] + times[5] + times[6]
        stolen += times[7]
        cores += 1
      }
      guard cores > 0 else { return nil }
      let group = ProcFile.contents(of: groups.appending("cpu.stat")) ?? ""
      let line = group.split(separator: "\n").first { $0.hasPrefix("throttled_usec ") }
      self.time = time
      self.busy = busy
      self.stolen = stolen
      self.own = own.inSeconds
      throttled = (line.flatMap { Double($0.dropFirst("throttled_usec ".count)) } ?? 0) / 1e6
      self.cores = cores
    }
  }

  /// - Returns: nil where no time has passed.
  package init?(from first: Reading, to last: Reading) {
    let seconds = (last.time - first.time).inSeconds
    guard seconds > 0 else { return nil }
    otherCores = max(0, last.busy - first.busy - (last.own - first.own)) / seconds
    stolenShare = max(0, last.stolen - first.stolen) / (seconds * Double(last.cores))
    throttledSeconds = max(0, last.throttled - first.throttled)
  }
}

/// The cores of "Cpus_allowed_list:\t0-3,8"; nil where there is no such line.
private func allowedCores(_ status: String) -> Set<Int>? {
  guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed_list:") }) else {
    return nil
  }
  return coreList(line.dropFirst("Cpus_allowed_list:".count).filter { !$0.isWhitespace })
}

/// The numbers of a list in the kernel's format: "0-3,8".
func coreList(_ text: String) -> Set<Int> {
  var cores: Set<Int> = []
  for part in text.split(separator: ",") {
    let ends = part.split(separator: "-").compactMap { Int($0) }
    // No machine has more cores. A malformed file must not cause a huge allocation.
    if let first = ends.first, let last = ends.last, first <= last, last < 1 << 16 { cores.formUnion(first...last) }
  }
  return cores
}
