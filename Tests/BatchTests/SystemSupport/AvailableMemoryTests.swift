import SystemPackage
import TestSupport
import Testing

@testable import SystemSupport

@Suite struct AvailableMemoryTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try add("meminfo", "MemTotal:       8000 kB\nMemFree:         100 kB\nMemAvailable:   4000 kB\n")
  }

  private func add(_ path: String, _ text: String) throws { try folder.add(path, Array(text.utf8)) }

  private func available(addressSpace: Int? = nil) -> Int {
    AvailableMemory.byteCount(
      meminfo: folder("meminfo"), processRoot: folder("self"), groupRoot: folder("groups"), addressSpace: addressSpace)
  }

  @Test func `without control groups it is the memory that the system has available`() {
    #expect(available() == 4000 << 10)
    #expect(available(addressSpace: 1000) == 1000)
  }

  @Test func `the tightest group of version 2 counts, with droppable page cache as free memory`() throws {
    try add("self/cgroup", "0::/a/b\n")
    try add("groups/a/memory.max", "2000000\n")
    try add("groups/a/memory.current", "1500000\n")
    try add("groups/a/memory.stat", "anon 5\ninactive_file 400000\n")
    try add("groups/a/b/memory.max", "max\n")
    #expect(available() == 900_000)
  }

  @Test func `groups of version 1 count too`() throws {
    try add("self/cgroup", "5:memory:/c\n2:cpu,cpuacct:/\n")
    try add("groups/memory/c/memory.limit_in_bytes", "1000000\n")
    try add("groups/memory/c/memory.usage_in_bytes", "250000\n")
    try add("groups/memory/memory.limit_in_bytes", "9223372036854771712\n")
    #expect(available() == 750_000)
  }

  @Test func `without any readable source it is a gigabyte`() throws {
    let none = folder("none")
    #expect(
      AvailableMemory.byteCount(meminfo: none, processRoot: none, groupRoot: none, addressSpace: nil) == 1 << 30)
  }
}
