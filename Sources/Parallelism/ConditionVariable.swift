internal import Glibc

/// A condition variable, which `Synchronization` lacks: threads wait until a condition that others change becomes true.
@safe package final class ConditionVariable: Sendable {
  // SAFETY: allocated and initialized once, never moved, and destroyed in deinit, when no thread can wait any more.
  private let parts: Int

  @unsafe private struct Parts {
    var mutex = unsafe pthread_mutex_t()
    var condition = pthread_cond_t()
  }

  package init() {
    let memory = UnsafeMutablePointer<Parts>.allocate(capacity: 1)
    unsafe memory.initialize(to: unsafe Parts())
    unsafe pthread_mutex_init(&memory.pointee.mutex, nil)
    unsafe pthread_cond_init(&memory.pointee.condition, nil)
    parts = Int(bitPattern: memory)
  }

  deinit {
    guard let memory = unsafe UnsafeMutablePointer<Parts>(bitPattern: parts) else { return }
    unsafe pthread_cond_destroy(&memory.pointee.condition)
    unsafe pthread_mutex_destroy(&memory.pointee.mutex)
    unsafe memory.deallocate()
  }

  /// Returns as soon as `isOpen` returns true. It is called at once and after each `broadcast`.
  package func wait(until isOpen: () -> Bool) {
    guard let memory = unsafe UnsafeMutablePointer<Parts>(bitPattern: parts) else { return }
    unsafe pthread_mutex_lock(&memory.pointee.mutex)
    while !isOpen() { _ = unsafe pthread_cond_wait(&memory.pointee.condition, &memory.pointee.mutex) }
    unsafe pthread_mutex_unlock(&memory.pointee.mutex)
  }

  package func broadcast() {
    guard let memory = unsafe UnsafeMutablePointer<Parts>(bitPattern: parts) else { return }
    unsafe pthread_mutex_lock(&memory.pointee.mutex)
    unsafe pthread_cond_broadcast(&memory.pointee.condition)
    unsafe pthread_mutex_unlock(&memory.pointee.mutex)
  }
}
