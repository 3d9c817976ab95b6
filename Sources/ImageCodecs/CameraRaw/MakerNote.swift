internal import ImageCore

/// Finds previews in the notes of makers: directories whose offsets count from the note (https://exiftool.org/makernote_types.html).
enum MakerNote {
  private struct Layout {
    let name: String
    /// Where the byte order mark is; nil for that of the file.
    let byteOrder: Int?
    /// Where the offsets count from; nil for the start of the file.
    let base: Int?
    /// Where the directory is.
    let directory: Int
    /// The tag of the directory that has the preview, and those of the preview's start and length in it.
    let tag: Int
    let start: Int
    let byteCount: Int
  }

  private static let layouts = [
    // A whole TIFF structure follows the name and a version.
    Layout(
      name: "Nikon\0", byteOrder: 10, base: 10, directory: 18, tag: 0x0011, start: 0x0201, byteCount: 0x0202),
    Layout(
      name: "OM SYSTEM\0", byteOrder: 12, base: 0, directory: 16, tag: 0x2020, start: 0x0101, byteCount: 0x0102),
    Layout(name: "OLYMPUS\0", byteOrder: 8, base: 0, directory: 12, tag: 0x2020, start: 0x0101, byteCount: 0x0102),
    Layout(name: "OLYMP\0", byteOrder: nil, base: nil, directory: 8, tag: 0x2020, start: 0x0101, byteCount: 0x0102),
  ]

  private static let maxEntries = 512

  /// The ranges that a note gives for previews, in the file. They may lie beyond its end, and be no JPEGs.
  static func previews(in note: Range<Int>, of file: RawSpan, _ reader: TIFFReader) -> [Range<Int>] {
    guard let layout = layouts.first(where: { file.holds($0.name, at: note.lowerBound) }) else { return [] }
    let base = layout.base.map { note.lowerBound + $0 } ?? 0
    guard base < file.byteCount else { return [] }
    let isBigEndian = layout.byteOrder.map { file.holds("MM", at: note.lowerBound + $0) } ?? reader.isBigEndian
    let reader = TIFFReader(isBigEndian: isBigEndian)
    let bytes = file.extracting(base..<file.byteCount)
    guard let first = reader.directory(at: note.lowerBound + layout.directory - base, in: bytes),
      let pointer = entry(layout.tag, first, reader, bytes),
      let position = reader.offset(of: pointer, in: bytes),
      let second = reader.directory(at: position, in: bytes),
      let start = entry(layout.start, second, reader, bytes).flatMap({ reader.unsignedValue(of: $0, in: bytes) }),
      let count = entry(layout.byteCount, second, reader, bytes).flatMap({ reader.unsignedValue(of: $0, in: bytes) })
    else { return [] }
    return [base + start..<base + start + count]
  }

  private static func entry(
    _ tag: Int, _ directory: TIFFReader.Directory, _ reader: TIFFReader, _ bytes: RawSpan
  ) -> TIFFReader.Entry? {
    reader.entries(of: directory, maxCount: maxEntries, in: bytes).first { $0.tag == tag }
  }
}
