internal import CPlatform

/// When work on an image has to end, for loops that look at it as they go on.
///
/// The clock is read once for some tens of kilobytes of work: that takes a millisecond at the slowest, and reading costs nothing
/// next to it. What is made once the time is over is undefined, so whoever gives a limit looks at the clock afterwards.
package struct TimeLimit: Sendable {
  /// On the clock of `system_deadline_clock`, in nanoseconds; 0 for never.
  package let deadline: UInt64
  /// Bytes since the clock was read last.
  private var work = TimeLimit.workOfReading

  /// The bytes of work for one reading of the clock, and what a row costs that has none.
  private static let workOfReading = 64 << 10
  private static let workOfRow = 256

  package init(deadline: UInt64 = 0) { self.deadline = deadline }

  /// Whether the time is over. The clock is read at the first call, and then where there has been work enough.
  /// - Parameter byteCount: of what is done before the next call.
  @inline(__always)
  package mutating func isOver(before byteCount: Int) -> Bool {
    if deadline == 0 { return false }
    let isRead = work >= TimeLimit.workOfReading
    work = (isRead ? 0 : work) + byteCount + TimeLimit.workOfRow
    return isRead && hasPassed
  }

  /// Whether the time is over, by a reading of the clock.
  package var hasPassed: Bool { system_deadline_has_passed(deadline) }

  /// The rows of a plane up to where the time is over.
  package func rows(_ range: Range<Int>, byteCount: Int) -> TimedRows {
    TimedRows(row: range.lowerBound, end: range.upperBound, byteCount: byteCount, limit: self)
  }
}

/// Row numbers that end early when the time is over.
package struct TimedRows: Sequence, IteratorProtocol {
  fileprivate var row: Int
  fileprivate let end: Int
  fileprivate let byteCount: Int
  fileprivate var limit: TimeLimit

  @inline(__always)
  package mutating func next() -> Int? {
    guard row < end, !limit.isOver(before: byteCount) else { return nil }
    defer { row += 1 }
    return row
  }
}

extension BufferPool {
  /// The rows of a plane that is made, up to where the time of the image in hand is over.
  package func rows(of plane: borrowing Plane) -> TimedRows {
    limit.rows(0..<plane.size.height, byteCount: plane.rowByteCount)
  }
}
