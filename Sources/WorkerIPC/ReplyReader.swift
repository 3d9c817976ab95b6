internal import CPlatform
internal import Glibc
internal import SystemSupport

/// Frames of a worker process, as its parent reads them: several in one call, and never for longer than a deadline. What the
/// worker writes on its standard error is taken at the same time, so that it cannot block there.
@safe package struct ReplyReader: ~Copyable {
  private let connection: WorkerSocket
  /// What was read and is not yet used.
  private var bytes: [UInt8] = []
  private var chunk = [UInt8](repeating: 0, count: 64 << 10)
  /// Where the next frame starts.
  private var start = 0

  /// A piece of an output, and what stands around it.
  private static let maxFrameByteCount = FrameChannel.maxPieceByteCount + 1024

  package init(_ connection: WorkerSocket) { self.connection = connection }

  /// The next frame, whole within a time from now.
  package mutating func next(within time: Duration) throws(ChannelEnd) -> [UInt8] {
    try next(until: system_monotonic_nanoseconds() + UInt64(clamping: time.nanoseconds))
  }

  /// The next frame, whole before a time on CLOCK_MONOTONIC (0 for any time).
  package mutating func next(until deadline: UInt64) throws(ChannelEnd) -> [UInt8] {
    while true {
      if let frame = try frame() { return frame }
      try wait(until: deadline)
      try read()
    }
  }

  /// The next frame, if all of it was read.
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
    var got = 0
    repeat {
      got = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(connection.channel.descriptor, $0.baseAddress, $0.count)
      }
    } while got < 0 && errno == EINTR
    if got <= 0 { throw .closed }
    bytes += chunk[..<got]
  }

  private func wait(until deadline: UInt64) throws(ChannelEnd) {
    while true {
      var milliseconds: Int32 = -1
      if deadline > 0 {
        let now = system_monotonic_nanoseconds()
        guard now < deadline else { throw .timedOut }
        // A day at most at once, and at least a millisecond, which is the step of `poll`.
        milliseconds = Int32(min((deadline - now) / 1_000_000 + 1, 86_400_000))
      }
      var questions = [
        pollfd(fd: connection.channel.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: connection.messages.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      guard unsafe poll(&questions, 2, milliseconds) > 0 else { continue }
      if questions[1].revents != 0, !connection.messages.read() { throw .malformed }
      if questions[0].revents != 0 { return }
    }
  }
}
