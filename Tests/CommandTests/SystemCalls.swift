import Foundation
import TestSupport
import Testing

/// An account of the calls that a program and its workers make on files, and faults in them: Tests/SystemCallLog/log.c.
final class SystemCalls {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    let source = Places.root.appending(path: "Tests/SystemCallLog/log.c").path
    // The package has parts in C, so there is a compiler: the system's, or that of Swift.
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

  /// For the environment of a program.
  /// - Parameter fault: as log.c reads it.
  func environment(fault: String? = nil) -> [String: String] {
    var variables = ["LD_PRELOAD": scratch["log.so"], "CALL_LOG": scratch["log"]]
    variables["CALL_FAULT"] = fault
    return variables
  }

  /// Forgets what was called so far, and the faults that were made.
  func clear() throws { try Data().write(to: scratch.url.appending(path: "log")) }

  /// "call path", in order; temporary names without their numbers.
  var lines: [String] {
    let text = String(decoding: (scratch.bytes("log") ?? Data()).filter { $0 >= 0x20 || $0 == 0x0A }, as: UTF8.self)
    return text.split(separator: "\n").map { line in
      String(line).replacing(/\.imgbatch-\d+-\d+\.tmp/, with: "TEMPORARY")
    }
  }
}
