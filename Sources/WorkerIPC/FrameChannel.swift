internal import CPlatform
internal import Glibc
internal import SystemSupport

/// Length-prefixed frames over a stream socket: 4 bytes of length, little-endian, then the payload. A frame can carry one open
/// file.
package struct FrameChannel: Sendable {
  package let descriptor: Int32

  package init(descriptor: Int32) { self.descriptor = descriptor }

  /// Maximum number of bytes of an output in one frame.
  package static let maxPieceByteCount = 256 << 10

  /// Frames contain paths and messages. A longer frame is malformed.
  private static let maxBytes = 1 << 20

  /// Sends a frame and, unless it is -1, the open descriptor `file`. Returns false if the other end is closed. Never raises
  /// SIGPIPE.
  package func send(_ payload: [UInt8], with file: Int32 = -1) -> Bool {
    sendFrames(FrameChannel.frame(payload), with: file)
  }

  /// The frame with its length prefix.
  package static func frame(_ payload: [UInt8]) -> [UInt8] {
    let count = UInt32(payload.count)
    return (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * UInt32($0))) } + payload
  }

  /// Sends one or more encoded frames, like `send`.
  package func sendFrames(_ frames: [UInt8], with file: Int32 = -1) -> Bool {
    var done = 0
    while done < frames.count {
      let sent = unsafe frames.withUnsafeBytes { bytes in
        // SAFETY: `done` is below the count, so there is a base.
        unsafe system_send_with_descriptor(
          descriptor, bytes.baseAddress.unsafelyUnwrapped + done, bytes.count - done, done == 0 ? file : -1)
      }
      if sent < 0 && errno == EINTR { continue }
      if sent <= 0 { return false }
      done += sent
    }
    return true
  }

  /// The next frame; nil at the end of the stream or if the frame is malformed.
  package func receive() -> [UInt8]? {
    do throws(ChannelEnd) {
      let head = try receive(exactly: 4)
      return try receive(exactly: FrameChannel.count(head))
    } catch {
      return nil
    }
  }

  /// The next frame and the file that came with it, or -1; nil as in `receive`.
  package func receiveWithFile() -> (payload: [UInt8], file: Int32)? {
    var file: Int32 = -1
    var head: [UInt8] = [0, 0, 0, 0]
    var done = 0
    while done < head.count {
      let got = unsafe head.withUnsafeMutableBytes { buffer in
        // SAFETY: what is left of four bytes, and a descriptor that lives during the call.
        unsafe system_receive_with_descriptor(
          descriptor, buffer.baseAddress.unsafelyUnwrapped + done, buffer.count - done, &file)
      }
      if got < 0 && errno == EINTR { continue }
      if got <= 0 { break }
      done += got
    }
    if done == head.count, let count = try? FrameChannel.count(head),
      let payload = try? receive(exactly: count)
    {
      return (payload, file)
    }
    if file >= 0 { _ = Glibc.close(file) }
    return nil
  }

  func close() { _ = Glibc.close(descriptor) }

  private static func count(_ head: [UInt8]) throws(ChannelEnd) -> Int {
    let count = head.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard count <= maxBytes else { throw .malformed }
    return count
  }

  private func receive(exactly count: Int) throws(ChannelEnd) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = (try? Descriptor.read(descriptor, into: &bytes, from: done)) ?? 0
      if got == 0 { throw .closed }
      done += got
    }
    return bytes
  }
}

/// Why no frame is received.
package enum ChannelEnd: Error {
  /// The other end is closed.
  case closed
  /// The data is no valid frame.
  case malformed
  case timedOut
}
