internal import Glibc
internal import Parallelism
internal import Synchronization

/// SIGINT and SIGTERM as wishes: at the first the images in hand are finished, or dropped where that takes too long, and
/// the sums told; at the second the process ends at once.
///
/// The only global state of the program, because a signal handler has nowhere else to look.
enum Signals {
  private static let stop = CancellationFlag()
  /// The signal that asked first, 0 for none.
  private static let first = Atomic<Int32>(0)
  /// Where the first signal is told to the thread of `onGracePeriodExpired`; -1 for nowhere.
  private static let wakePipe = Atomic<Int32>(-1)

  /// Milliseconds for the images in hand after the first signal, and seconds until the process is gone whatever hinders
  /// it: two, as users wait for a key that they pressed.
  private static var patience: Int32 { 1500 }
  private static var maxPatience: UInt32 { 2 }

  /// What the signals ask for; executors look at it.
  static var stopRequest: CancellationFlag { stop }

  /// The signal that asked for the end, nil where none did.
  static var received: Int32? {
    let number = first.load(ordering: .acquiring)
    return number == 0 ? nil : number
  }

  /// Installs the handlers. Call before any other thread is there.
  static func handle() {
    // Globals are made at first use, which must not be inside a handler.
    _ = stop.isMade
    _ = received
    _ = wakePipe.load(ordering: .relaxed)
    install(SIGALRM) { _ in _exit(128 + Signals.first.load(ordering: .acquiring)) }
    for number in [SIGINT, SIGTERM] where !isIgnored(number) {
      install(number) { number in
        // Only atomics, alarm, write and _exit: all are safe in a handler.
        guard Signals.first.compareExchange(expected: 0, desired: number, ordering: .acquiringAndReleasing).exchanged
        else { _exit(128 + number) }
        Signals.stop.make()
        let error = errno
        alarm(Signals.maxPatience)
        var byte: UInt8 = 0
        // SAFETY: one byte, which lives during the call. Without a bell the call fails, which is as good.
        _ = unsafe write(Signals.wakePipe.load(ordering: .acquiring), &byte, 1)
        errno = error
      }
    }
    unblock([SIGINT, SIGTERM])
    // Into a closed pipe or over the file size limit, write then fails with an error that has a place.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Has `conclude` called, and the process ended, where the run is still at it a while after the first signal: a giant
  /// image, or a disk that hangs. Once a process.
  static func onGracePeriodExpired(_ conclude: @escaping @Sendable () -> Void) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let listener = SignalThread(descriptor: ends[0], conclude: conclude)
    let start = unsafe Unmanaged.passRetained(listener)
    var thread = pthread_t()
    // SAFETY: the thread takes over the one reference that `passRetained` made.
    let status = unsafe pthread_create(
      &thread, nil,
      { raw in
        guard let raw = unsafe raw else { return nil }
        unsafe Unmanaged<SignalThread>.fromOpaque(raw).takeRetainedValue().listen()
        return nil
      }, start.toOpaque())
    guard status == 0 else {
      unsafe start.release()
      return
    }
    pthread_detach(thread)
    wakePipe.store(ends[1], ordering: .releasing)
  }

  private final class SignalThread: Sendable {
    let descriptor: Int32
    let conclude: @Sendable () -> Void

    init(descriptor: Int32, conclude: @escaping @Sendable () -> Void) {
      self.descriptor = descriptor
      self.conclude = conclude
    }

    func listen() {
      var byte: UInt8 = 0
      // SAFETY: one byte, which lives during the call.
      while unsafe read(descriptor, &byte, 1) < 0 {
        if errno != EINTR { return }
      }
      // Nothing more is rung: this only waits, and a run that ends in time takes the thread with it.
      var question = pollfd(fd: descriptor, events: 0, revents: 0)
      _ = unsafe poll(&question, 1, Signals.patience)
      conclude()
      _exit(128 + Signals.first.load(ordering: .acquiring))
    }
  }

  /// Has a suspended run leave no progress line behind, which the shell would write into.
  static func clearLineWhenSuspended() {
    guard !isIgnored(SIGTSTP) else { return }
    install(SIGTSTP, suspend)
    unblock([SIGTSTP])
  }

  private static let suspend: @convention(c) (Int32) -> Void = { number in
    let error = errno
    // To the first column, erase to the end.
    let clear: StaticString = "\r\u{1B}[K"
    // SAFETY: a literal's bytes, which are always there.
    _ = unsafe write(STDERR_FILENO, clear.utf8Start, clear.utf8CodeUnitCount)
    signal(number, SIG_DFL)
    raise(number)
    var signals = sigset_t()
    // SAFETY: one sigset_t, which lives during the calls. The process stops in the last of them, until SIGCONT.
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, number)
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    Signals.install(number, suspend)
    errno = error
  }

  /// Whoever starts a program from a thread that blocks signals hands the block down; a run could then not be ended.
  private static func unblock(_ numbers: [Int32]) {
    var signals = sigset_t()
    // SAFETY: one sigset_t, which lives during the calls.
    unsafe sigemptyset(&signals)
    for number in numbers { unsafe sigaddset(&signals, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// A shell without job control, and nohup, start programs with signals ignored; that is to stay so.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    // SAFETY: the old action is only read, into a whole sigaction.
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    #if canImport(Glibc)
      let handler = unsafe action.__sigaction_handler.sa_handler
    #else
      let handler = unsafe action.__sigaction_u.__sa_handler
    #endif
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func install(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    // Without SA_RESTART: a read that waits for the next line of a list returns, and the wish is seen.
    #if canImport(Glibc)
      unsafe action.__sigaction_handler.sa_handler = handler
    #else
      unsafe action.__sigaction_u.__sa_handler = handler
    #endif
    // SAFETY: a whole sigaction with an empty mask; the handler touches nothing but atomics.
    _ = unsafe sigaction(number, &action, nil)
  }
}
