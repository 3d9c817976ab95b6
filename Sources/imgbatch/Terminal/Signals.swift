internal import Glibc
internal import Parallelism
internal import Synchronization
internal import SystemSupport

/// Handles SIGINT and SIGTERM. At the first signal the run finishes the images in flight, or abandons them after a grace period,
/// and prints the summary. At the second signal the process exits at once.
///
/// This is the only global state of the program: a signal handler cannot reach any other.
enum Signals {
  private static let stop = CancellationFlag()
  /// The first signal received; 0 for none.
  private static let first = Atomic<Int32>(0)
  /// The write end of the pipe that wakes the thread of `onGracePeriodExpired`; -1 without one.
  private static let wakePipe = Atomic<Int32>(-1)

  /// The grace period for the images in flight after the first signal, in milliseconds, and the time until the process exits
  /// unconditionally, in seconds. The latter is 2 because a user is waiting after pressing Ctrl-C.
  private static var gracePeriod: Int32 { 1500 }
  private static var maxGracePeriod: UInt32 { 2 }

  /// The flag that the signals set. Executors check it.
  static var cancellation: CancellationFlag { stop }

  /// The signal that interrupted the run; nil for none.
  static var received: Int32? {
    let number = first.load(ordering: .acquiring)
    return number == 0 ? nil : number
  }

  /// Installs the handlers. Call before starting any thread.
  static func handle() {
    // Globals are initialized lazily, which must not happen inside a signal handler.
    _ = stop.isCancelled
    _ = received
    _ = wakePipe.load(ordering: .relaxed)
    install(SIGALRM) { _ in _exit(128 + Signals.first.load(ordering: .acquiring)) }
    for number in [SIGINT, SIGTERM] where !isIgnored(number) {
      install(number) { number in
        // Only atomics, alarm, write and _exit, which are all async-signal-safe (signal-safety(7)).
        guard Signals.first.compareExchange(expected: 0, desired: number, ordering: .acquiringAndReleasing).exchanged
        else { _exit(128 + number) }
        Signals.stop.cancel()
        let error = errno
        alarm(Signals.maxGracePeriod)
        var byte: UInt8 = 0
        // SAFETY: one byte, which is valid during the call. Where there is no pipe (-1), the call fails, which is harmless.
        _ = unsafe write(Signals.wakePipe.load(ordering: .acquiring), &byte, 1)
        errno = error
      }
    }
    for number in [SIGINT, SIGTERM] { unblock(number) }
    // write then fails with EPIPE or EFBIG, and the error can be reported where it occurs.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Calls `conclude` and ends the process where the run continues for the grace period after the first signal, as with a huge
  /// image or a disk that hangs. Call once per process.
  static func onGracePeriodExpired(_ conclude: @escaping @Sendable () -> Void) {
    guard let ends = try? Descriptor.makePipe() else { return }
    let listener = SignalThread(descriptor: ends.reading, conclude: conclude)
    guard let thread = startThread({ listener.listen() }) else { return }
    pthread_detach(thread)
    wakePipe.store(ends.writing, ordering: .releasing)
  }

  private final class SignalThread: Sendable {
    let descriptor: Int32
    let conclude: @Sendable () -> Void

    init(descriptor: Int32, conclude: @escaping @Sendable () -> Void) {
      self.descriptor = descriptor
      self.conclude = conclude
    }

    func listen() {
      var byte: [UInt8] = [0]
      guard (try? Descriptor.read(descriptor, into: &byte)) != nil else { return }
      // No further byte arrives: this call only waits. A run that ends in time ends this thread with the process.
      var questions = [pollfd(fd: descriptor, events: 0, revents: 0)]
      _ = try? Polling.wait(for: &questions, milliseconds: Signals.gracePeriod)
      conclude()
      _exit(128 + Signals.first.load(ordering: .acquiring))
    }
  }

  /// Clears the progress line before the process is suspended. Otherwise the shell's prompt would be written into it.
  static func clearLineWhenSuspended() {
    guard !isIgnored(SIGTSTP) else { return }
    install(SIGTSTP, suspend)
    unblock(SIGTSTP)
  }

  private static let suspend: @convention(c) (Int32) -> Void = { number in
    let error = errno
    // Carriage return, then erase to the end of the line.
    let clear: StaticString = "\r\u{1B}[K"
    // SAFETY: the bytes of a literal, which are always valid.
    _ = unsafe write(STDERR_FILENO, clear.utf8Start, clear.utf8CodeUnitCount)
    signal(number, SIG_DFL)
    raise(number)
    // The process stops here, until SIGCONT.
    Signals.unblock(number)
    Signals.install(number, suspend)
    errno = error
  }

  /// A process inherits the signal mask of the thread that started it. With these signals blocked, a run could not be
  /// interrupted.
  private static func unblock(_ number: Int32) {
    var signals = sigset_t()
    // SAFETY: one sigset_t, which is valid during the calls.
    _ = unsafe (sigemptyset(&signals), sigaddset(&signals, number), pthread_sigmask(SIG_UNBLOCK, &signals, nil))
  }

  /// A shell without job control, and nohup, start programs with signals ignored. They must stay ignored.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    // SAFETY: the old action is only read, into a whole sigaction.
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func install(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    // Without SA_RESTART: a read that waits for the next line of a list returns, so that the run sees the stop request.
    unsafe action.__sigaction_handler.sa_handler = handler
    // SAFETY: a whole sigaction with an empty mask; the handler accesses only atomics.
    _ = unsafe sigaction(number, &action, nil)
  }
}
