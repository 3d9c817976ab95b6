/// Follows the quotes of a row, piece by piece, to know whether a line end is in a field (RFC 4180, 2.5 to 2.7).
struct QuotedRow {
  private enum Place { case start, plain, quoted, quoteInQuotes }

  private var place = Place.start

  /// Whether a field in quotes has not ended.
  var isOpen: Bool { place == .quoted }

  mutating func add(_ piece: ArraySlice<UInt8>, separator: UInt8) {
    for byte in piece {
      switch place {
      case .quoted: if byte == UInt8(ascii: "\"") { place = .quoteInQuotes }
      case .start where byte == UInt8(ascii: "\""), .quoteInQuotes where byte == UInt8(ascii: "\""): place = .quoted
      case .start, .plain, .quoteInQuotes: place = byte == separator ? .start : .plain
      }
    }
  }
}
