import Foundation
import TestSupport
import Testing

/// Records the file system calls of a program and its workers, and injects faults into them: Tests/SystemCallLog/log.c.
final class SystemCalls {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    let source = Places.root.appending(path: "Tests/SystemCallLog/log.c").path
    // The package contains C code, so a compiler exists: the system's, or Swift's clang.
    let answer = try Command.shell(
      """
      for compiler in cc clang gcc "$(dirname "$(readlink -f "$(command -v swift)")")/clang"; do
        command -v "$compiler" > /dev/null || continue
        "$compiler" -shared -fPIC -O1 -o log.so '\(source)' -ldl && exit 0
      done
      exit 1
      """, in: scratch)
    try #require(answer.status == 0, "no C compiler made a library of \(source): \(answer.error)")
    try clear()
  }

  /// The environment variables for a program.
  /// - Parameter fault: the fault in the syntax of log.c.
  func environment(fault: String? = nil) -> [String: String] {
    var variables = ["LD_PRELOAD": scratch["log.so"], "CALL_LOG": scratch["log"]]
    variables["CALL_FAULT"] = fault
    return variables
  }

  /// Clears the recorded calls and the injected faults.
  func clear() throws { try Data().write(to: scratch.url.appending(path: "log")) }

  /// Lines of the form "call path", in order. The numbers in temporary names are removed.
  var lines: [String] {
    let text = String(decoding: (scratch.bytes("log") ?? Data()).filter { $0 >= 0x20 || $0 == 0x0A }, as: UTF8.self)
    return text.split(separator: "\n").map { line in
      String(line).replacing(/\.imgbatch-\d+-\d+\.tmp/, with: "TEMPORARY")
    }
  }
}
