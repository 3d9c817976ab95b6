/// Reads the directories of a TIFF structure, the format of EXIF data (TIFF 6.0, section 2). Every offset is checked against the
/// end of the data.
struct TIFFReader {
  private let bytes: [UInt8]
  let isBigEndian: Bool

  static let orientationTag = 0x0112
  static let short = 3
  static let long = 4

  var byteCount: Int { bytes.count }

  /// Nil if the bytes do not start with a byte order mark and the number 42.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 8 else { return nil }
    switch (bytes[0], bytes[1]) {
    case (0x49, 0x49): isBigEndian = false
    case (0x4D, 0x4D): isBigEndian = true
    default: return nil
    }
    self.bytes = bytes
    guard integer(at: 2, byteCount: 2) == 42 else { return nil }
  }

  struct Entry {
    let tag: Int
    let type: Int
    let count: Int
    /// Start of its 12 bytes.
    let position: Int

    /// Position of its value, or of the offset of its values.
    var valuePosition: Int { position + 8 }

    /// Size of all its values in bytes; nil on overflow.
    var valueByteCount: Int? {
      let sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4]
      let (byteCount, overflow) = count.multipliedReportingOverflow(by: type < sizes.count ? sizes[type] : 8)
      return overflow ? nil : byteCount
    }
  }

  /// A directory whose last entries may be missing.
  struct Directory {
    let position: Int
    /// The number of complete entries.
    let entryCount: Int
    /// Position of the offset of the next directory; nil if the data end before it.
    let nextPosition: Int?

    var range: Range<Int> { position..<(nextPosition.map { $0 + 4 } ?? position + 2 + entryCount * 12) }
  }

  /// Nil if there is no directory at this position, or if the position is within the header of 8 bytes.
  func directory(at position: Int) -> Directory? {
    guard position >= 8, let count = integer(at: position, byteCount: 2) else { return nil }
    let whole = min(count, (byteCount - position - 2) / 12)
    let next = position + 2 + count * 12
    return Directory(position: position, entryCount: whole, nextPosition: next <= byteCount - 4 ? next : nil)
  }

  /// The directory that the header points to.
  var firstDirectory: Directory? { integer(at: 4, byteCount: 4).flatMap { directory(at: $0) } }

  /// - Precondition: `index` is less than the directory's `entryCount`.
  func entry(_ index: Int, of directory: Directory) -> Entry {
    let position = directory.position + 2 + index * 12
    return Entry(
      tag: integer(at: position, byteCount: 2) ?? 0, type: integer(at: position + 2, byteCount: 2) ?? 0,
      count: integer(at: position + 4, byteCount: 4) ?? 0, position: position)
  }

  /// The first value of an entry of type BYTE, SHORT or LONG. A reader must accept each of them for an unsigned integer (TIFF
  /// 6.0, section 2). Nil for other types, and for values stored outside the entry.
  func unsignedValue(of entry: Entry) -> Int? {
    let byteCount: Int
    switch entry.type {
    case 1: byteCount = 1
    case TIFFReader.short: byteCount = 2
    case TIFFReader.long: byteCount = 4
    default: return nil
    }
    guard entry.count >= 1, entry.count <= 4 / byteCount else { return nil }
    return integer(at: entry.valuePosition, byteCount: byteCount)
  }

  func integer(at offset: Int, byteCount: Int) -> Int? {
    guard offset >= 0 && offset <= self.byteCount - byteCount else { return nil }
    var value = 0
    for index in 0..<byteCount {
      let position = isBigEndian ? index : byteCount - 1 - index
      value = value << 8 | Int(bytes[offset + position])
    }
    return value
  }
}
