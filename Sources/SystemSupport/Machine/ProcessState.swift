package import Glibc
internal import SystemPackage

/// Whether a process with this ID exists and is no zombie, whichever user it belongs to.
package func isAlive(_ process: pid_t) -> Bool { (kill(process, 0) == 0 || errno != ESRCH) && !isZombie(process) }

/// Whether a process has exited and its parent has not waited for it yet. It no longer writes anything.
private func isZombie(_ process: pid_t) -> Bool { processState(process) == UInt8(ascii: "Z") }

/// The letter of a process's state (proc(5)); nil if there is no such process or the system does not report it.
package func processState(_ process: pid_t) -> UInt8? {
  guard let file = try? unsafe FileDescriptor.open("/proc/\(process)/stat", .readOnly, options: .closeOnExec) else {
    return nil
  }
  defer { try? file.close() }
  var text = [UInt8](repeating: 0, count: 512)
  guard let count = try? unsafe text.withUnsafeMutableBytes({ try unsafe file.read(into: $0) }) else { return nil }
  // The state follows the name, which is in parentheses and may contain any bytes (proc(5)).
  let end = text.prefix(count).lastIndex(of: UInt8(ascii: ")")) ?? count
  return text[end...].dropFirst(2).first
}
