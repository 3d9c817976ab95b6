package import Glibc

/// Runs `body` on the calling thread and on `count - 1` new threads, and waits for all of them.
///
/// For threads that mostly wait for worker processes: `concurrentPerform` would start no more threads than cores.
package func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  // If no more threads can be created, the existing ones do all the work.
  let threads = (1..<max(count, 1)).compactMap { index in startThread { body(index) } }
  body(0)
  for thread in threads { pthread_join(thread, nil) }
}

/// Starts a thread, which the caller joins or detaches.
/// - Returns: nil if the system refuses another thread.
package func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
  final class Start {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let start = unsafe Unmanaged.passRetained(Start(body))
  var thread = pthread_t()
  // SAFETY: the thread takes over the one reference that `passRetained` created.
  let status = unsafe pthread_create(
    &thread, nil,
    { raw in
      guard let raw = unsafe raw else { return nil }
      unsafe Unmanaged<Start>.fromOpaque(raw).takeRetainedValue().body()
      return nil
    }, start.toOpaque())
  if status == 0 { return thread }
  unsafe start.release()
  return nil
}
