package import SystemPackage

/// The control groups that a process is in, whose limits hold for it.
///
/// Every level counts, up to the root. In a container the path that the process is told may not be there below the
/// mount: then the mount itself is its group.
struct ControlGroups {
  let processRoot: FilePath
  let groupRoot: FilePath

  struct Group {
    let path: FilePath
    /// Of the control groups' interface: 1 or 2.
    let version: Int
  }

  /// Every folder that may be a group of the process for a controller, as "memory"; those that are not there too.
  func groups(of controller: String) -> [Group] {
    guard let text = ProcFile.contents(of: processRoot.appending("cgroup")) else { return [] }
    var result: [Group] = []
    for line in text.split(separator: "\n") {
      // hierarchy:controllers:path, and the path may have colons.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = fields[1].split(separator: ",")
      let roots: [FilePath]
      let version: Int
      if fields[0] == "0" && controllers.isEmpty {
        roots = [groupRoot, groupRoot.appending("unified")]
        version = 2
      } else if controllers.contains(controller[...]) {
        roots = [groupRoot.appending(controller), groupRoot.appending("cpu,cpuacct")]
        version = 1
      } else {
        continue
      }
      for root in roots {
        var components = fields[2].split(separator: "/").map(String.init)
        if components.contains("..") { components = [] }
        while true {
          result.append(Group(path: components.reduce(root) { $0.appending($1) }, version: version))
          if components.popLast() == nil { break }
        }
      }
    }
    return result
  }
}

/// The kernel's small files.
package enum ProcFile {
  /// They have no size, so this reads once, up to more than any of them has; nil where there is no such file.
  package static func contents(of path: FilePath) -> String? {
    guard let file = try? Descriptor(opening: path, .list) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = try? unsafe bytes.withUnsafeMutableBytes { memory throws(Errno) in try unsafe file.read(into: memory) }
    return count.map { String(decoding: bytes.prefix($0), as: UTF8.self) }
  }
}
