import Benchmarking
import Foundation
import SystemPackage
import Testing

@Suite struct MachineTests {
  private let root = FileManager.default.temporaryDirectory.appending(path: "imgbatch-\(UUID().uuidString)")

  private func write(_ path: String, _ text: String) throws {
    let url = root.appending(path: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  @Test func `a machine is described by its kernel files`() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    try write("proc/cpuinfo", "processor\t: 0\nmodel name\t: Threadfast 9\nflags\t\t: fpu hypervisor\n")
    try write("proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\n")
    try write("proc/sys/kernel/osrelease", "6.1.0-test\n")
    try write("etc/os-release", "ID=x\nPRETTY_NAME=\"Test Linux 12\"\n")
    try write("sys/devices/system/cpu/online", "0-3\n")
    for core in 0...3 {
      try write("sys/devices/system/cpu/cpu\(core)/topology/physical_package_id", "\(core / 2)\n")
      try write("sys/devices/system/cpu/cpu\(core)/topology/thread_siblings_list", "0,2\n")
    }
    try write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n")
    for (index, cache) in [("1", "Data", "48K", "0,2"), ("3", "Unified", "32768K", "0-3")].enumerated() {
      let folder = "sys/devices/system/cpu/cpu0/cache/index\(index)/"
      try write(folder + "level", cache.0)
      try write(folder + "type", cache.1)
      try write(folder + "size", cache.2)
      try write(folder + "shared_cpu_list", cache.3)
    }
    let machine = Machine(root: FilePath(root.path), usableCores: 3, software: "imgbatch 1")
    #expect(
      machine.properties.map { "\($0.name): \($0.value)" } == [
        "CPU: Threadfast 9", "Cores: 3 usable of 4, 2 sockets, 2 threads a core",
        "Caches: L1 data 48 KiB for 2, L3 32 MiB for 4", "Clock governor: powersave", "Virtual machine: yes",
        "Memory: 16.0 GiB", "System: Test Linux 12", "Kernel: 6.1.0-test", "Software: imgbatch 1",
      ])
  }

  @Test func `unknown properties are omitted`() {
    let machine = Machine(root: "/nowhere", usableCores: 2, software: "imgbatch 1")
    #expect(machine.properties.map(\.name) == ["CPU", "Cores", "Clock governor", "Software"])
    #expect(machine.description == "unknown, 2 usable")
  }

  @Test func `load is the work of other processes on the allowed cores`() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    func reading(_ stat: String, own: Int, after seconds: Int) throws -> MachineLoad.Reading {
      try write("stat", stat)
      try write("status", "Name:\tx\nCpus_allowed_list:\t0-1\n")
      return try #require(
        MachineLoad.Reading(
          stat: FilePath(root.path).appending("stat"), status: FilePath(root.path).appending("status"),
          groups: FilePath(root.path), own: .seconds(own), at: start + .seconds(seconds)))
    }
    let start = ContinuousClock.now
    try write("cpu.stat", "usage_usec 1\nthrottled_usec 1000000\n")
    let first = try reading(
      "cpu  0 0 0 0 0 0 0 0\ncpu0 100 0 100 9 9 0 0 0 0 0\ncpu1 0 0 0 9 9 0 0 0 0 0\ncpu2 0 0 0 0 0 0 0 0 0 0\n",
      own: 1,
      after: 0)
    try write("cpu.stat", "usage_usec 1\nthrottled_usec 1500000\n")
    let last = try reading(
      "cpu  0 0 0 0 0 0 0 0\ncpu0 900 0 200 9 9 0 0 100 0 0\ncpu1 500 0 0 9 9 0 0 0 0 0\ncpu2 9999 0 0 0 0 0 0 0 0 0\n",
      own: 9, after: 10)
    let load = try #require(MachineLoad(from: first, to: last))
    // Busy for 8 + 1 + 5 s, of which 8 s are this process's. The third core is not allowed.
    #expect(abs(load.otherCores - 0.6) < 1e-9)
    #expect(abs(load.stolenShare - 0.05) < 1e-9)
    #expect(abs(load.throttledSeconds - 0.5) < 1e-9)
  }
}
