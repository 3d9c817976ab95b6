internal import Synchronization

/// Values that are made at their first use, once for all threads. Only threads that need the same value wait until it is made. A
/// value that could not be made (nil) is remembered, too.
final class MadeOnce<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Known {
    var entries: [Key: Entry] = [:]
    var byteCount = 0
  }

  private final class Entry: Sendable {
    /// The inner nil is a value that could not be made.
    let value = Mutex<Value??>(nil)
  }

  private let known = Mutex(Known())
  private let byteLimit: Int

  /// Cameras and editors use a handful of profiles. A run with more of them discards its entries.
  static var maxKnown: Int { 64 }

  /// - Parameter byteLimit: the maximum size of all remembered entries, in bytes as `value` counts them.
  init(byteLimit: Int) { self.byteLimit = byteLimit }

  /// The value of a key, made if it is not remembered.
  /// - Parameter byteCount: approximate size of the value and the key.
  func value(_ key: Key, byteCount: Int, make: () -> Value?) -> Value? {
    entry(key, byteCount).value.withLock { value in
      if let value { return value }
      let made = make()
      value = .some(made)
      return made
    }
  }

  private func entry(_ key: Key, _ byteCount: Int) -> Entry {
    known.withLock { known in
      if let entry = known.entries[key] { return entry }
      let entry = Entry()
      // An entry larger than the limit is made each time.
      guard byteCount <= byteLimit else { return entry }
      if known.entries.count == MadeOnce.maxKnown || known.byteCount + byteCount > byteLimit {
        known = Known()
      }
      known.entries[key] = entry
      known.byteCount += byteCount
      return entry
    }
  }
}
