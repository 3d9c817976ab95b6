internal import CPlatform
internal import Glibc
internal import SystemSupport

/// Reads a worker's frames in the parent, several per system call, with a deadline. It drains the worker's standard output and
/// error at the same time, so that the worker cannot block on them.
package struct ReplyReader: ~Copyable {
  private let connection: WorkerSocket
  /// Bytes that were read and not yet returned.
  private var bytes: [UInt8] = []
  private var chunk = [UInt8](repeating: 0, count: 64 << 10)
  /// Offset of the next frame.
  private var start = 0

  /// A piece of an output plus its header.
  private static let maxFrameByteCount = FrameChannel.maxPieceByteCount + 1024
  /// In milliseconds.
  private static let day: UInt64 = 86_400_000

  package init(_ connection: WorkerSocket) { self.connection = connection }

  /// The next frame. Throws `timedOut` if it is not complete within the time.
  package mutating func next(within time: Duration) throws(ChannelEnd) -> [UInt8] {
    try next(until: system_monotonic_nanoseconds() + UInt64(clamping: time.nanoseconds))
  }

  /// The next frame. Throws `timedOut` if it is not complete before a time on CLOCK_MONOTONIC, in nanoseconds (0 for no
  /// deadline).
  package mutating func next(until deadline: UInt64) throws(ChannelEnd) -> [UInt8] {
    while true {
      if let frame = try frame() { return frame }
      try wait(until: deadline)
      try read()
    }
  }

  /// The next frame, if it was read completely.
  private mutating func frame() throws(ChannelEnd) -> [UInt8]? {
    let rest = bytes.count - start
    guard rest >= 4 else { return nil }
    let count = bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard count <= ReplyReader.maxFrameByteCount else { throw .malformed }
    guard rest >= 4 + count else { return nil }
    let frame = Array(bytes[start + 4..<start + 4 + count])
    start += 4 + count
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: true)
      start = 0
    }
    return frame
  }

  private mutating func read() throws(ChannelEnd) {
    if start > 0 {
      bytes.removeSubrange(..<start)
      start = 0
    }
    let got = (try? Descriptor.read(connection.channel.descriptor, into: &chunk)) ?? 0
    if got == 0 { throw .closed }
    bytes += chunk[..<got]
  }

  private func wait(until deadline: UInt64) throws(ChannelEnd) {
    while true {
      var milliseconds: CInt = -1
      if deadline > 0 {
        let now = system_monotonic_nanoseconds()
        guard now < deadline else { throw .timedOut }
        // At most a day per call, and at least a millisecond, the resolution of poll(2).
        milliseconds = CInt(min((deadline - now) / 1_000_000 + 1, ReplyReader.day))
      }
      var questions = [
        pollfd(fd: connection.channel.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: connection.messages.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      guard let count = try? Polling.wait(for: &questions, milliseconds: milliseconds), count > 0 else { continue }
      if questions[1].revents != 0, !connection.messages.read() { throw .malformed }
      if questions[0].revents != 0 { return }
    }
  }
}
