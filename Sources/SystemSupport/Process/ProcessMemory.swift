package import Glibc
package import SystemPackage

/// The memory of running processes according to /proc.
package enum ProcessMemory {
  /// Sum of the proportional set sizes (PSS) of a process and its descendants. The kernel divides shared memory between the
  /// processes that share it, so the sum counts it once. Processes that exit meanwhile do not count.
  ///
  /// Throws if the kernel does not report the size, or not to this user.
  package static func shares(ofTree root: pid_t) throws(Errno) -> Int {
    let program = try program(of: root)
    var sum = try shares(of: root)
    var waiting = children(of: root)
    while let process = waiting.popLast() {
      do throws(Errno) {
        // Between fork and exec a child shares all memory of its parent, which is already counted.
        if try Self.program(of: process) == program { continue }
        sum += try shares(of: process)
      } catch {
        guard error == .noSuchFileOrDirectory || error == .noSuchProcess else { throw error }
      }
      waiting += children(of: process)
    }
    return sum
  }

  private static func shares(of process: pid_t) throws(Errno) -> Int {
    let text = String(decoding: try ProcFile.bytes(of: FilePath("/proc/\(process)/smaps_rollup")), as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix("Pss:") {
      if let count = Int(line.filter({ ("0"..."9").contains($0) })) { return count * 1024 }
    }
    // A zombie has no memory.
    throw .noSuchProcess
  }

  private static func children(of process: pid_t) -> [pid_t] {
    guard let tasks = try? OpenFolder.open(Array("/proc/\(process)/task".utf8), links: .stay) else { return [] }
    let listing = FolderListing(of: tasks)
    return listing.entries.flatMap { entry in
      let task = String(decoding: listing.name(of: entry), as: UTF8.self)
      let text = ProcFile.contents(of: FilePath("/proc/\(process)/task/\(task)/children")) ?? ""
      return text.split(separator: " ").compactMap { pid_t($0) }
    }
  }

  private static func program(of process: pid_t) throws(Errno) -> FileIdentity {
    try FileStatus(of: FilePath("/proc/\(process)/exe")).identity
  }
}
