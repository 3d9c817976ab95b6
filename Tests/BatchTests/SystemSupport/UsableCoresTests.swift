import SystemPackage
import SystemSupport
import TestSupport
import Testing

@Suite struct UsableCoresTests {
  let root: TemporaryFolder
  init() throws { root = try TemporaryFolder() }

  private func count(slurm: String? = nil, affinity: Int = 8) -> Int {
    UsableCores.count(
      slurm: slurm, affinity: affinity, processRoot: root("proc"), groupRoot: root("groups"))
  }

  private func add(_ path: String, _ text: String) throws { try root.add(path, Array(text.utf8)) }

  @Test func `without groups all processors of the affinity mask count`() {
    #expect(count() == 8)
    #expect(count(affinity: 0) == 1)
  }

  @Test func `Slurm's number comes first`() throws {
    try add("proc/cgroup", "0::/\n")
    try add("groups/cpu.max", "100000 100000\n")
    #expect(count(slurm: "3") == 3)
    #expect(count(slurm: "0") == 1)
    #expect(count(slurm: "many") == 1)
  }

  @Test func `the smallest quota up to the root counts`() throws {
    try add("proc/cgroup", "0::/a/b:c\n")
    try add("groups/a/b:c/cpu.max", "max 100000\n")
    #expect(count() == 8)
    try add("groups/a/cpu.max", "350000 100000\n")
    #expect(count() == 4)
    try add("groups/a/b:c/cpu.max", "150000 100000\n")
    #expect(count() == 2)
    try add("groups/cpu.max", "50000 100000\n")
    #expect(count() == 1)
  }

  @Test func `a quota above the mask changes nothing`() throws {
    try add("proc/cgroup", "0::/\n")
    try add("groups/cpu.max", "6400000 100000\n")
    #expect(count() == 8)
  }

  @Test func `a group that does not exist below the mount is the mount itself`() throws {
    try add("proc/cgroup", "0::/outside/the/container\n")
    try add("groups/cpu.max", "200000 100000\n")
    #expect(count() == 2)
    try add("proc/cgroup", "0::/../../elsewhere\n")
    #expect(count() == 2)
  }

  @Test func `groups of version 1 count too`() throws {
    try add("proc/cgroup", "9:name=systemd:/x\n3:cpu,cpuacct:/x\n0::/\n")
    try add("groups/cpu,cpuacct/x/cpu.cfs_quota_us", "-1\n")
    try add("groups/cpu,cpuacct/x/cpu.cfs_period_us", "100000\n")
    #expect(count() == 8)
    try add("groups/cpu/x/cpu.cfs_quota_us", "250000\n")
    try add("groups/cpu/x/cpu.cfs_period_us", "100000\n")
    #expect(count() == 3)
  }

  @Test func `malformed values are no limit`() throws {
    try add("proc/cgroup", "rubbish\n0::/\n")
    for text in ["", "max", "0 0\n", "-5 100000\n", "a b\n", "100000 0\n"] {
      try add("groups/cpu.max", text)
      #expect(count() == 8, "\(text)")
    }
  }

  @Test func `this machine has a core`() {
    #expect(UsableCores.count >= 1)
  }
}
