internal import JPEGEncoding

/// The layout of `Symbols`, for inner loops: constants of another module are not inlined there.
enum SymbolLayout {
  static let byteCount = 3
  static let followingBits: UInt32 = 11
  static let lengthBits: UInt32 = 5
  static let count = 1024

  static func check() {
    precondition(
      byteCount == Symbols.byteCount && followingBits == Symbols.followingBits && lengthBits == Symbols.lengthBits
        && count == Symbols.count, "both layouts are equal")
  }
}
