package import Glibc
package import SystemPackage

/// Waiting for descriptors (poll(2)).
package enum Polling {
  /// Waits until a descriptor is ready, a signal arrives or the time is over.
  /// - Parameters:
  ///   - requests: receives the events that occurred.
  ///   - milliseconds: -1 for no limit.
  /// - Returns: the number of ready descriptors.
  @discardableResult
  package static func wait(for requests: inout [pollfd], milliseconds: CInt) throws(Errno) -> Int {
    // SAFETY: poll writes to the `count` elements of the array only.
    let count = unsafe poll(&requests, nfds_t(requests.count), milliseconds)
    if count < 0 && errno != EINTR && errno != EAGAIN { throw .current }
    return max(0, Int(count))
  }

  /// Whether a descriptor has bytes to read, or is at its end, within a time.
  package static func isReadable(_ number: CInt, milliseconds: CInt) throws(Errno) -> Bool {
    var requests = [pollfd(fd: number, events: Int16(POLLIN), revents: 0)]
    return try wait(for: &requests, milliseconds: milliseconds) > 0
  }
}
