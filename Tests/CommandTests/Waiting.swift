import Foundation
import Testing

// Waits of tests. Each has a bound, and fails when the other side has ended.

extension Process {
  /// Longer than any test takes, on a busy machine too.
  private static let patience = 600

  /// Starts it. What has not ended long after that is killed, so that nothing waits for it for ever.
  func start() throws {
    try run()
    let process = processIdentifier
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Process.patience)) { [weak self] in
      if self?.isRunning == true { kill(process, SIGKILL) }
    }
  }

  /// Waits until something is so. Fails when the process ends before that, or after a minute.
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
  /// Reads until there are so many lines. Fails at the end of the stream, and when nothing comes for a minute.
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
