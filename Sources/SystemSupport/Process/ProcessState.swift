package import Glibc
internal import SystemPackage

/// Whether a process with this ID exists and is no zombie, whichever user it belongs to.
package func isAlive(_ process: pid_t) -> Bool { (kill(process, 0) == 0 || errno != ESRCH) && !isZombie(process) }

/// Whether a process has exited and its parent has not waited for it yet. It no longer writes anything.
private func isZombie(_ process: pid_t) -> Bool { processState(process) == UInt8(ascii: "Z") }

/// The letter of a process's state (proc(5)); nil if there is no such process or the system does not report it.
package func processState(_ process: pid_t) -> UInt8? {
  guard let text = try? ProcFile.bytes(of: FilePath("/proc/\(process)/stat")) else { return nil }
  // The state follows the name, which is in parentheses and may contain any bytes (proc(5)).
  let end = text.lastIndex(of: UInt8(ascii: ")")) ?? text.endIndex
  return text[end...].dropFirst(2).first
}
