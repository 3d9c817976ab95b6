internal import ImageCore

extension ScaledDecoder {
  /// What to decode of a file, and how.
  package struct Request: Sendable {
    /// 8, 4, 2 or 1. Others are declined.
    package var denominator: Int
    /// Rows of the image at full size that are needed, nil for all. The contents of other rows are undefined; they are only read
    /// to check them.
    package var rows: Range<Int>?
    /// Columns that are needed, nil for all. In other columns, the decoder only reads what leads to the next block.
    package var columns: Range<Int>?
    /// 0 for no limit.
    package var maxScans = 0
    /// On the clock of `TimeLimit`, in nanoseconds. 0 for no deadline.
    package var deadline: UInt64 = 0
    /// Maximum number of threads for the image, 1 or more. They decode bands if its restart markers allow, otherwise scans. The
    /// planes do not depend on this number.
    package var workers = 1
    /// The planes hold one of these at a time. Only one that contains all rows is decoded in bands.
    package var strips = MCUStrips.whole

    package init(denominator: Int) { self.denominator = denominator }
  }
}

extension ScaledDecoder.Request {
  /// Whether the deadline has passed.
  var isOver: Bool { TimeLimit(deadline: deadline).hasPassed }
}
