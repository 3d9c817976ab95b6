internal import Glibc

/// Runs `body` on the calling thread and on `count - 1` new threads, and waits for all of them.
///
/// For threads that mostly wait for worker processes: `concurrentPerform` would start no more threads than cores.
package func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  final class Start {
    let index: Int
    let body: @Sendable (Int) -> Void

    init(index: Int, body: @escaping @Sendable (Int) -> Void) {
      self.index = index
      self.body = body
    }
  }
  var threads: [pthread_t] = []
  for index in 1..<max(count, 1) {
    let start = unsafe Unmanaged.passRetained(Start(index: index, body: body))
    var thread = pthread_t()
    // SAFETY: the new thread takes over the one reference that `passRetained` created.
    let status = unsafe pthread_create(
      &thread, nil,
      { raw in
        guard let raw = unsafe raw else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
        start.body(start.index)
        return nil
      }, start.toOpaque())
    if status == 0 {
      threads.append(thread)
    } else {
      // The system allows no further thread. The existing ones do the work.
      unsafe start.release()
    }
  }
  body(0)
  for thread in threads { pthread_join(thread, nil) }
}
