/// Tracks the quotes of a row, in pieces, to determine whether a line end is inside a field (RFC 4180, 2.5 to 2.7).
struct QuotedRow {
  private enum State { case start, plain, quoted, quoteInQuotes }

  private var state = State.start

  /// Whether a quoted field is still open.
  var isOpen: Bool { state == .quoted }

  mutating func add(_ piece: ArraySlice<UInt8>, separator: UInt8) {
    for byte in piece {
      switch state {
      case .quoted: if byte == UInt8(ascii: "\"") { state = .quoteInQuotes }
      case .start where byte == UInt8(ascii: "\""), .quoteInQuotes where byte == UInt8(ascii: "\""): state = .quoted
      case .start, .plain, .quoteInQuotes: state = byte == separator ? .start : .plain
      }
    }
  }
}
