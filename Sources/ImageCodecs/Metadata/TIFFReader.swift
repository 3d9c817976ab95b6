internal import ImageCore

/// Reads the directories of a TIFF structure, the format of EXIF data and of most raw files (TIFF 6.0, section 2). Every offset is
/// checked against the end of the data, which are given with each call: all bytes from the byte order mark.
struct TIFFReader {
  let isBigEndian: Bool

  static let orientationTag = 0x0112
  static let short = 3
  static let long = 4
  /// The number after the byte order mark.
  static let version = 42

  init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

  /// Nil if the bytes do not start with a byte order mark and one of the version numbers.
  init?(_ bytes: RawSpan, versions: [Int] = [TIFFReader.version]) {
    guard bytes.byteCount >= 8 else { return nil }
    switch (bytes.byte(0), bytes.byte(1)) {
    case (0x49, 0x49): isBigEndian = false
    case (0x4D, 0x4D): isBigEndian = true
    default: return nil
    }
    guard let version = integer(at: 2, byteCount: 2, in: bytes), versions.contains(version) else { return nil }
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
  func directory(at position: Int, in bytes: RawSpan) -> Directory? {
    guard position >= 8, let count = integer(at: position, byteCount: 2, in: bytes) else { return nil }
    let whole = min(count, (bytes.byteCount - position - 2) / 12)
    let next = position + 2 + count * 12
    return Directory(position: position, entryCount: whole, nextPosition: next <= bytes.byteCount - 4 ? next : nil)
  }

  /// The directory that the header points to.
  func firstDirectory(in bytes: RawSpan) -> Directory? {
    integer(at: 4, byteCount: 4, in: bytes).flatMap { directory(at: $0, in: bytes) }
  }

  /// The entries of a directory, as far as they are complete.
  /// - Parameter maxCount: further entries are left out.
  func entries(of directory: Directory, maxCount: Int = .max, in bytes: RawSpan) -> [Entry] {
    (0..<min(directory.entryCount, maxCount)).map { index in
      let position = directory.position + 2 + index * 12
      return Entry(
        tag: integer(at: position, byteCount: 2, in: bytes) ?? 0,
        type: integer(at: position + 2, byteCount: 2, in: bytes) ?? 0,
        count: integer(at: position + 4, byteCount: 4, in: bytes) ?? 0, position: position)
    }
  }

  /// The first value of an entry of type BYTE, SHORT or LONG. A reader must accept each of them for an unsigned integer (TIFF
  /// 6.0, section 2). Nil for other types, and for values stored outside the entry.
  func unsignedValue(of entry: Entry, in bytes: RawSpan) -> Int? {
    let byteCount: Int
    switch entry.type {
    case 1: byteCount = 1
    case TIFFReader.short: byteCount = 2
    case TIFFReader.long: byteCount = 4
    default: return nil
    }
    guard entry.count >= 1, entry.count <= 4 / byteCount else { return nil }
    return integer(at: entry.valuePosition, byteCount: byteCount, in: bytes)
  }

  /// The last four bytes of an entry as an offset.
  func offset(of entry: Entry, in bytes: RawSpan) -> Int? { integer(at: entry.valuePosition, byteCount: 4, in: bytes) }

  /// The range of an entry's values outside the entry, as far as the data contain it; nil if the values are in the entry.
  func values(of entry: Entry, in bytes: RawSpan) -> Range<Int>? {
    guard let count = entry.valueByteCount, count > 4, let offset = offset(of: entry, in: bytes),
      offset < bytes.byteCount
    else { return nil }
    return offset..<min(offset + count, bytes.byteCount)
  }

  /// The values of an entry as offsets, as far as the data contain them.
  func offsets(_ entry: Entry, in bytes: RawSpan) -> [Int] {
    guard let values = values(of: entry, in: bytes) else {
      return offset(of: entry, in: bytes).map { [$0] } ?? []
    }
    return stride(from: values.lowerBound, through: values.upperBound - 4, by: 4).compactMap {
      integer(at: $0, byteCount: 4, in: bytes)
    }
  }

  func integer(at offset: Int, byteCount: Int, in bytes: RawSpan) -> Int? {
    guard offset >= 0 && offset <= bytes.byteCount - byteCount else { return nil }
    var value = 0
    for index in 0..<byteCount {
      let position = isBigEndian ? index : byteCount - 1 - index
      value = value << 8 | Int(bytes.byte(offset + position))
    }
    return value
  }
}
