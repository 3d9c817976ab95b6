internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Standard output or standard error: writes whole texts, and remembers when that stopped working.
final class StandardStream: Sendable {
  static let output = StandardStream(.standardOutput)
  static let error = StandardStream(.standardError)

  enum Condition: Equatable {
    case open
    /// The reader of the pipe is gone (`| head -1`): nothing to complain about, and nobody to write for.
    case readerGone
    case failed(Errno)
  }

  private let descriptor: FileDescriptor
  private let state = Mutex(Condition.open)

  private init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

  var condition: Condition { state.withLock { $0 } }

  /// Writes all of the text, unless writing failed before. Two texts never mix.
  /// - Returns: the condition afterwards.
  @discardableResult
  func write(_ text: String) -> Condition { write(bytes: Array(text.utf8)) }

  /// The same for names, which need not be text.
  @discardableResult
  func write(bytes: [UInt8]) -> Condition {
    state.withLock { state in
      guard state == .open else { return state }
      var rest = bytes[...]
      while !rest.isEmpty {
        do {
          rest.removeFirst(try unsafe rest.withUnsafeBytes { try unsafe descriptor.write($0) })
        } catch .brokenPipe {
          state = .readerGone
          return state
        } catch .resourceTemporarilyUnavailable {
          // Somebody who shares the pipe made it non-blocking; its reader is only slow.
          waitUntilWritable()
        } catch let error as Errno {
          state = .failed(error)
          return state
        } catch {
          preconditionFailure("a system call throws Errno and nothing else")
        }
      }
      return state
    }
  }

  var isTerminal: Bool { isatty(descriptor.rawValue) == 1 }

  /// Whether it is a terminal that another job is in the foreground of (`bg`).
  var isOthersTerminal: Bool {
    let foreground = tcgetpgrp(descriptor.rawValue)
    return foreground > 0 && foreground != getpgrp()
  }

  /// Columns of the terminal, 80 where it does not say.
  var terminalWidth: Int {
    var size = winsize()
    // SAFETY: TIOCGWINSZ fills one winsize, which lives during the call.
    guard unsafe ioctl(descriptor.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  private func waitUntilWritable() {
    var wish = pollfd(fd: descriptor.rawValue, events: Int16(POLLOUT), revents: 0)
    // SAFETY: one pollfd, which lives during the call.
    _ = unsafe poll(&wish, 1, -1)
  }

  /// Opens /dev/null in place of each closed standard stream. Otherwise the first file opened would become "standard
  /// output", and events would end up in an image.
  ///
  /// For standard output it is opened so that writing fails, as it would if it had stayed closed: results that nobody gets are
  /// no success.
  static func fillClosedDescriptors() {
    for number in Int32(0)...2 where fcntl(number, F_GETFD) == -1 {
      // The lowest free number is taken, and all below this one are open.
      _ = unsafe open("/dev/null", number == STDOUT_FILENO ? O_RDONLY : O_RDWR)
    }
  }
}
