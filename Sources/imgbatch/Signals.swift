internal import Batch
internal import Synchronization

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// SIGINT and SIGTERM as wishes: at the first the pictures in hand are finished and the sums told, at the second the
/// process ends at once.
///
/// The only global state of the program, because a signal handler has nowhere else to look.
enum Signals {
  private static let stop = StopRequest()
  /// The signal that asked first, 0 for none.
  private static let first = Atomic<Int32>(0)

  /// What the signals ask for; executors look at it.
  static var stopRequest: StopRequest { stop }

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
    for number in [SIGINT, SIGTERM] where !isIgnored(number) {
      install(number) { number in
        // Only atomics and _exit: both are safe in a handler.
        guard Signals.first.compareExchange(expected: 0, desired: number, ordering: .acquiringAndReleasing).exchanged
        else { _exit(128 + number) }
        Signals.stop.make()
      }
    }
    unblock()
    // Into a closed pipe or over the file size limit, write then fails with an error that has a place.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Whoever starts a program from a thread that blocks signals hands the block down; a run could then not be ended.
  private static func unblock() {
    var signals = sigset_t()
    // SAFETY: one sigset_t, which lives during the calls.
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
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
