internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import SystemSupport

/// Standard output or standard error: writes whole texts, and stores the first error.
final class StandardStream: Sendable {
  static let output = StandardStream(STDOUT_FILENO)
  static let error = StandardStream(STDERR_FILENO)

  enum Condition: Equatable {
    case open
    /// The reader of the pipe has exited (`| head -1`). This is not an error, and further output is useless.
    case readerGone
    case failed(Errno)
  }

  private let descriptor: CInt
  private let state = Mutex(Condition.open)

  private init(_ descriptor: CInt) { self.descriptor = descriptor }

  var condition: Condition { state.withLock { $0 } }

  /// Writes the whole text, unless an earlier write failed. Concurrent texts do not interleave.
  /// - Returns: the condition after the write.
  @discardableResult
  func write(_ text: String) -> Condition { write(bytes: Array(text.utf8)) }

  /// Writes bytes, such as names, which need not be valid UTF-8.
  @discardableResult
  func write(bytes: [UInt8]) -> Condition {
    state.withLock { state in
      guard state == .open else { return state }
      var rest = bytes[...]
      while !rest.isEmpty {
        do throws(Errno) {
          rest.removeFirst(try Descriptor.writeOnce(descriptor, rest))
        } catch {
          // Another process that shares the pipe set O_NONBLOCK. The reader is only slow.
          if error == .resourceTemporarilyUnavailable {
            waitUntilWritable()
            continue
          }
          state = error == .brokenPipe ? .readerGone : .failed(error)
          return state
        }
      }
      return state
    }
  }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Whether another process group is in the foreground of the terminal (`bg`).
  var isOthersTerminal: Bool {
    let foreground = tcgetpgrp(descriptor)
    return foreground > 0 && foreground != getpgrp()
  }

  /// The width of the terminal in columns; 80 where unknown.
  var terminalWidth: Int {
    var size = winsize()
    // SAFETY: TIOCGWINSZ fills one winsize, which is valid during the call.
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  private func waitUntilWritable() {
    var requests = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
    _ = try? Polling.wait(for: &requests, milliseconds: -1)
  }

  /// Opens /dev/null in place of each closed standard stream. Otherwise the first opened file would get descriptor 1, and events
  /// would be written into an image.
  ///
  /// Standard output is opened read-only, so that writes fail as on a closed descriptor: lost results must not count as success.
  static func fillClosedDescriptors() {
    for number in Int32(0)...2 where fcntl(number, F_GETFD) == -1 {
      // open returns the lowest free descriptor, and all below this one are open.
      _ = unsafe open("/dev/null", number == STDOUT_FILENO ? O_RDONLY : O_RDWR)
    }
  }
}
