package import Glibc
package import SystemPackage

/// What the kernel tells in /proc about the memory of processes that run.
package enum ProcessMemory {
  /// The proportional shares (PSS) of a process and of all below it: memory that several share is divided between them, so
  /// the sum counts it once. Processes that end meanwhile do not count.
  ///
  /// Throws where the kernel does not tell, or does not tell us.
  package static func shares(ofTree root: pid_t) throws(Errno) -> Int {
    let program = try program(of: root)
    var sum = try shares(of: root)
    var waiting = children(of: root)
    while let process = waiting.popLast() {
      do throws(Errno) {
        // Between being made and running its own program, a child borrows all of its maker's memory; that counts already.
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
    let text = try contents(of: "/proc/\(process)/smaps_rollup")
    for line in text.split(separator: "\n") where line.hasPrefix("Pss:") {
      if let count = Int(line.filter({ ("0"..."9").contains($0) })) { return count * 1024 }
    }
    // A process that has ended and waits for its parent has no memory to tell of.
    throw .noSuchProcess
  }

  private static func children(of process: pid_t) -> [pid_t] {
    guard let tasks = try? OpenFolder.open(Array("/proc/\(process)/task".utf8), links: .stay) else { return [] }
    let listing = FolderListing(of: tasks)
    return listing.entries.flatMap { entry in
      let task = String(decoding: listing.name(of: entry), as: UTF8.self)
      let text = (try? contents(of: "/proc/\(process)/task/\(task)/children")) ?? ""
      return text.split(separator: " ").compactMap { pid_t($0) }
    }
  }

  private static func program(of process: pid_t) throws(Errno) -> FileIdentity {
    try FileStatus(of: FilePath("/proc/\(process)/exe")).identity
  }

  /// The kernel's small files have no size, so this reads once, up to more than any of them has.
  private static func contents(of path: String) throws(Errno) -> String {
    let file = try Descriptor(opening: FilePath(path), .list)
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = try unsafe bytes.withUnsafeMutableBufferPointer { memory throws(Errno) in
      try unsafe file.read(into: UnsafeMutableRawBufferPointer(memory))
    }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
