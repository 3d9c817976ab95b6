internal import SystemPackage

/// The control groups of a process, whose limits apply to it.
///
/// Every level up to the root has limits. In a container the path in /proc/self/cgroup may not exist below the mount. The mount
/// itself is the process's group then.
struct ControlGroups {
  let processRoot: FilePath
  let groupRoot: FilePath

  struct Group {
    let path: FilePath
    /// Version of the control group interface: 1 or 2.
    let version: Int
  }

  /// All folders that may be a group of the process for a controller, such as "memory". Some may not exist.
  func groups(of controller: String) -> [Group] {
    guard let text = ProcFile.contents(of: processRoot.appending("cgroup")) else { return [] }
    var result: [Group] = []
    for line in text.split(separator: "\n") {
      // The format is hierarchy:controllers:path, where the path may contain colons.
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
