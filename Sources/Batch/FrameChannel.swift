internal import Glibc

/// Counted frames over a stream socket: 4 bytes of length, little-endian, then as many bytes.
struct FrameChannel: Sendable {
  let descriptor: Int32

  /// Frames are paths and messages; a longer one is nonsense.
  private static let mostBytes = 1 << 20

  /// False when the other end is gone. Never raises SIGPIPE.
  func send(_ payload: [UInt8]) -> Bool {
    let count = UInt32(payload.count)
    var frame = (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * UInt32($0))) }
    frame += payload
    var done = 0
    while done < frame.count {
      let sent = unsafe frame.withUnsafeBytes { bytes in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
        return unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      }
      if sent < 0 && errno == EINTR { continue }
      if sent <= 0 { return false }
      done += sent
    }
    return true
  }

  /// The next frame, or nil at the end of the stream or of sense.
  func receive() -> [UInt8]? {
    guard let head = receive(exactly: 4) else { return nil }
    let count = head.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard count <= FrameChannel.mostBytes else { return nil }
    return receive(exactly: count)
  }

  func close() { _ = Glibc.close(descriptor) }

  private func receive(exactly count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
        return unsafe read(descriptor, rest.baseAddress, rest.count)
      }
      if got < 0 && errno == EINTR { continue }
      if got <= 0 { return nil }
      done += got
    }
    return bytes
  }
}
