package import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// The properties of the machine that affect times. Properties that the system does not report are omitted.
package struct Machine: Hashable, Sendable {
  package struct Property: Hashable, Sendable {
    package let name: String
    package let value: String
  }

  /// For example "AMD EPYC 7763 64-Core Processor".
  package let processor: String
  package let properties: [Property]

  /// - Parameters:
  ///   - root: the root of the file system with /proc, /sys and /etc.
  ///   - usableCores: the number of cores that this process may use.
  ///   - software: name and version of the measured program and of its libraries.
  package init(root: FilePath = "/", usableCores: Int, software: String) {
    let files = KernelFiles(root: root)
    let cpuinfo = files.text("proc/cpuinfo") ?? ""
    processor = terminalText(Machine.processor(cpuinfo))
    let all: [(String, String?)] = [
      ("CPU", processor),
      ("Cores", Machine.cores(files, usable: usableCores)),
      ("Caches", Machine.caches(files)),
      ("Clock governor", files.line("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") ?? "unknown"),
      ("Virtual machine", field("flags", of: cpuinfo)?.contains("hypervisor") == true ? "yes" : nil),
      ("Memory", Machine.memory(files)),
      ("System", Machine.system(files)),
      ("Kernel", files.line("proc/sys/kernel/osrelease")),
      ("Software", software),
    ]
    properties = all.compactMap { name, value in value.map { Property(name: name, value: terminalText($0)) } }
  }

  /// One line, such as "AMD EPYC, 2 usable of 2".
  package var description: String { properties.prefix(2).map(\.value).joined(separator: ", ") }

  private static func processor(_ cpuinfo: String) -> String {
    if let name = field("model name", of: cpuinfo) { return name }
    // On ARM, /proc/cpuinfo contains numbers only.
    if let part = field("CPU part", of: cpuinfo) {
      return "implementer \(field("CPU implementer", of: cpuinfo) ?? "?"), part \(part)"
    }
    return "unknown"
  }

  private static func cores(_ files: KernelFiles, usable: Int) -> String {
    let folder = "sys/devices/system/cpu/"
    let online = files.line(folder + "online").map(coreList) ?? []
    var text = "\(usable) usable" + (online.isEmpty ? "" : " of \(online.count)")
    let sockets = Set(online.compactMap { files.line(folder + "cpu\($0)/topology/physical_package_id") })
    if !sockets.isEmpty { text += ", \(counted(sockets.count, "socket"))" }
    if let siblings = files.line(folder + "cpu0/topology/thread_siblings_list") {
      text += ", \(counted(coreList(siblings).count, "thread")) a core"
    }
    return text
  }

  /// For example "L1 data 32 KiB, L2 1 MiB, L3 32 MiB for 2".
  private static func caches(_ files: KernelFiles) -> String? {
    let text = (0..<8).compactMap { index -> String? in
      let folder = "sys/devices/system/cpu/cpu0/cache/index\(index)/"
      guard let level = files.line(folder + "level"), let size = files.line(folder + "size"),
        let kind = files.line(folder + "type")
      else { return nil }
      let sharers = files.line(folder + "shared_cpu_list").map { coreList($0).count } ?? 1
      return "L\(level)" + (kind == "Unified" ? "" : " \(kind.lowercased())") + " \(kiloBytes(size))"
        + (sharers > 1 ? " for \(sharers)" : "")
    }
    return text.isEmpty ? nil : text.joined(separator: ", ")
  }

  /// The kernel writes sizes such as "32768K".
  private static func kiloBytes(_ size: String) -> String {
    guard size.hasSuffix("K"), let count = Int(size.dropLast()) else { return size }
    return count >= 1024 && count % 1024 == 0 ? "\(count / 1024) MiB" : "\(count) KiB"
  }

  private static func memory(_ files: KernelFiles) -> String? {
    guard let line = files.text("proc/meminfo").flatMap({ field("MemTotal", of: $0) }),
      let count = line.split(separator: " ").first.flatMap({ Double($0) })
    else { return nil }
    return decimal(count / 1024 / 1024, places: 1) + " GiB"
  }

  private static func system(_ files: KernelFiles) -> String? {
    let line = (files.text("etc/os-release") ?? "").split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
    return line.map { String($0.dropFirst("PRETTY_NAME=".count)).filter { $0 != "\"" } }
  }
}

/// The value of the first "name : value" line, in the kernel's format.
private func field(_ name: String, of text: String) -> String? {
  for line in text.split(separator: "\n") {
    let parts = line.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, trimmed(parts[0]) == name else { continue }
    return trimmed(parts[1])
  }
  return nil
}

private func trimmed(_ text: some StringProtocol) -> String {
  String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
}

private struct KernelFiles {
  let root: FilePath

  func text(_ path: String) -> String? { ProcFile.contents(of: root.pushing(FilePath(path))) }
  func line(_ path: String) -> String? { text(path).map(trimmed).flatMap { $0.isEmpty ? nil : $0 } }
}
