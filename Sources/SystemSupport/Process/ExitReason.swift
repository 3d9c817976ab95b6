/// How a process ended.
package enum ExitReason: Hashable, Sendable {
  case status(Int32)
  case signal(Int32)

  /// - Parameter waitStatus: as wait(2) stores it. The lowest 7 bits contain the signal, 0 for none; the next byte but one bit
  ///   contains the exit status.
  package init(waitStatus: Int32) {
    let signal = waitStatus & 0x7F
    self = signal == 0 ? .status(waitStatus >> 8 & 0xFF) : .signal(signal)
  }
}
