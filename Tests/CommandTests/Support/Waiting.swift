import Foundation
import Testing

// Waiting in tests. Every wait has a bound, and fails when the other side has ended.

extension Process {
  /// Longer than any test takes, even on a busy machine.
  private static let patience = 600

  /// Starts the process. It is killed if it does not end within this time, so that no wait is endless.
  func start() throws {
    try run()
    let process = processIdentifier
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Process.patience)) { [weak self] in
      if self?.isRunning == true { kill(process, SIGKILL) }
    }
  }

  /// Waits for a condition. Fails when the process ends before it holds, or after a minute.
  func wait(for what: String, until isSo: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(60)
    while try !isSo() {
      try #require(isRunning, "it ended before \(what)")
      try #require(ContinuousClock.now < end, "\(what) did not come within a minute")
      usleep(1000)
    }
  }
}

extension FileHandle {
  /// Reads the given number of lines. Fails at the end of the stream, and when nothing arrives for a minute.
  func read(lines: Int) throws -> String {
    var bytes = Data()
    while bytes.count(where: { $0 == UInt8(ascii: "\n") }) < lines {
      var request = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
      try #require(unsafe poll(&request, 1, 60_000) == 1, "nothing came for a minute")
      let more = availableData
      try #require(!more.isEmpty, "it ended too early, after: \(String(decoding: bytes, as: UTF8.self))")
      bytes += more
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
