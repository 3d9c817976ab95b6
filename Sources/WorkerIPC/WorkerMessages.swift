internal import CPlatform
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import SystemSupport

/// Collects the start of a worker's standard output and error, for the message that reports how the worker died. Nothing of it
/// reaches a terminal unescaped.
package final class WorkerMessages: Sendable {
  private struct State {
    var descriptor: CInt
    var head: [UInt8] = []
    var byteCount = 0
  }

  private let state: Mutex<State>

  private static let maxHeadByteCount = 300
  /// A worker that writes more than this is broken.
  private static let maxByteCount = 1 << 20

  /// Takes ownership of the read end of a pipe.
  init(owning descriptor: CInt) {
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    state = Mutex(State(descriptor: descriptor))
  }

  deinit { close() }

  /// For poll(2); -1 once the worker has closed its end.
  package var descriptor: CInt { state.withLock { $0.descriptor } }

  /// Reads what is available.
  /// - Returns: false if the worker has written too much.
  @discardableResult
  package func read() -> Bool {
    state.withLock { state in
      var bytes = [UInt8](repeating: 0, count: 4096)
      while state.descriptor >= 0 {
        guard let got = try? Descriptor.read(state.descriptor, into: &bytes) else { return true }
        if got == 0 {
          _ = Glibc.close(state.descriptor)
          state.descriptor = -1
          return true
        }
        state.byteCount += got
        state.head += bytes[..<min(got, WorkerMessages.maxHeadByteCount - state.head.count)]
        if state.byteCount > WorkerMessages.maxByteCount { return false }
      }
      return true
    }
  }

  /// The start of the worker's output as one line of printable ASCII characters.
  package var text: String {
    let head = state.withLock { $0.head }
    let printable = head.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: " ") }
    return String(decoding: printable, as: UTF8.self).split(separator: " ").joined(separator: " ")
  }

  package func close() {
    state.withLock { state in
      if state.descriptor >= 0 { _ = Glibc.close(state.descriptor) }
      state.descriptor = -1
    }
  }
}
