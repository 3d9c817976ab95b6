internal import CPlatform

/// The deadline for work on an image, for loops that check it as they proceed.
///
/// The clock is read once per some tens of kilobytes of work. That work takes at most a millisecond, and reading the clock costs
/// nothing in comparison. Results produced after the deadline are undefined, so a caller that sets a limit must check the clock
/// afterward.
package struct TimeLimit: Sendable {
  /// On the clock of `system_deadline_clock`, in nanoseconds; 0 for never.
  package let deadline: UInt64
  /// Bytes of work since the last reading of the clock.
  private var work = TimeLimit.workOfReading

  /// The bytes of work per reading of the clock, and the fixed cost of a row in the same unit.
  private static let workOfReading = 64 << 10
  private static let workOfRow = 256

  package init(deadline: UInt64 = 0) { self.deadline = deadline }

  /// Whether the deadline has passed. Reads the clock at the first call, and then again after enough work.
  /// - Parameter byteCount: the work until the next call, in bytes.
  @inline(__always)
  package mutating func isOver(before byteCount: Int) -> Bool {
    if deadline == 0 { return false }
    let isRead = work >= TimeLimit.workOfReading
    work = (isRead ? 0 : work) + byteCount + TimeLimit.workOfRow
    return isRead && hasPassed
  }

  /// Whether the deadline has passed. Reads the clock.
  package var hasPassed: Bool { system_deadline_has_passed(deadline) }

  /// The rows of a plane. The sequence ends early when the deadline passes.
  package func rows(_ range: Range<Int>, byteCount: Int) -> TimedRows {
    TimedRows(row: range.lowerBound, end: range.upperBound, byteCount: byteCount, limit: self)
  }
}

/// Row numbers. The sequence ends early when the deadline passes.
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
  /// The rows of a plane to compute. The sequence ends early when the deadline of the current image passes.
  package func rows(of plane: borrowing Plane) -> TimedRows {
    limit.rows(0..<plane.size.height, byteCount: plane.rowByteCount)
  }
}
