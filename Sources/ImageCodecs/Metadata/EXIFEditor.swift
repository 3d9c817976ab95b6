internal import ImageCore

/// Changes EXIF values in place (TIFF 6.0, section 2; EXIF 2.32, 4.6).
///
/// Each directory is read once, so the time is linear in the number of bytes.
struct EXIFEditor {
  private(set) var bytes: [UInt8]
  private let reader: TIFFReader
  /// The first directory and those that it leads to, except that of the preview.
  private let folders: [Folder]
  /// The end of the last directory, or of the last value stored outside a directory.
  private let end: Int

  struct Folder {
    let directory: TIFFReader.Directory
    let entries: [TIFFReader.Entry]
  }

  private static let exifTag = 0x8769

  /// Nil if the bytes are not a TIFF structure, or if directories overlap: they then have more entries than fit into the bytes.
  init?(_ bytes: [UInt8]) {
    guard let walk = unsafe TIFFWalk(bytes.span.bytes) else { return nil }
    self.bytes = bytes
    reader = walk.reader
    folders = walk.folders
    end = walk.end
  }

  private mutating func write(_ value: Int, at position: Int, _ byteCount: Int) {
    guard position >= 0, position <= bytes.count - byteCount else { return }
    for index in 0..<byteCount {
      let shift = 8 * (reader.isBigEndian ? byteCount - 1 - index : index)
      bytes[position + index] = UInt8(truncatingIfNeeded: value >> shift)
    }
  }

  /// Sets every orientation tag to 1, whatever its type and values, as one SHORT, the type that EXIF requires.
  mutating func setUpright() {
    for folder in folders {
      for entry in folder.entries where entry.tag == TIFFReader.orientationTag {
        write(TIFFReader.short, at: entry.position + 2, 2)
        write(1, at: entry.position + 4, 4)
        write(1, at: entry.valuePosition, 2)
        write(0, at: entry.valuePosition + 2, 2)
      }
    }
  }

  /// Sets PixelXDimension and PixelYDimension, if present.
  mutating func setDimensions(_ size: PixelSize) {
    guard let pointer = folders.first?.entries.first(where: { $0.tag == EXIFEditor.exifTag }),
      let position = unsafe reader.offset(of: pointer, in: bytes.span.bytes),
      let folder = folders.first(where: { $0.directory.position == position })
    else { return }
    for entry in folder.entries {
      if entry.tag == 0xA002 { set(entry, to: size.width) }
      if entry.tag == 0xA003 { set(entry, to: size.height) }
    }
  }

  private mutating func set(_ entry: TIFFReader.Entry, to value: Int) {
    guard entry.count == 1 else { return }
    if entry.type == TIFFReader.short { write(value, at: entry.valuePosition, 2) }
    if entry.type == TIFFReader.long { write(value, at: entry.valuePosition, 4) }
  }

  /// Removes the second directory and the preview that it points to. The bytes of the preview become zero, except those of
  /// directories that stay. A second directory after all other data is cut off.
  mutating func dropPreview() {
    guard let next = folders.first?.directory.nextPosition,
      let second = unsafe reader.integer(at: next, byteCount: 4, in: bytes.span.bytes), second > 0
    else { return }
    write(0, at: next, 4)
    if let preview = unsafe reader.preview(in: second, bytes.span.bytes) {
      let before = bytes
      for index in preview { bytes[index] = 0 }
      for folder in folders {
        let range = folder.directory.range
        bytes.replaceSubrange(range, with: before[range])
      }
    }
    if second >= end { bytes.removeSubrange(min(end, bytes.count)...) }
  }
}

/// The directories that the first one of a TIFF structure leads to, each once.
private struct TIFFWalk {
  let reader: TIFFReader
  private(set) var folders: [EXIFEditor.Folder] = []
  private(set) var end = 8

  /// The tags whose values are offsets of directories: EXIF, GPS, interoperability and SubIFDs.
  private static let pointers = [0x8769, 0x8825, 0xA005, 0x014A]

  init?(_ bytes: RawSpan) {
    guard let reader = TIFFReader(bytes) else { return nil }
    self.reader = reader
    guard let first = reader.firstDirectory(in: bytes) else { return }
    var found = [first]
    var seen: Set = [first.position]
    // Upper bounds for entries and offsets: sound data have no more than fit into the bytes.
    var (entriesLeft, offsetsLeft) = (bytes.byteCount / 12, bytes.byteCount / 4)
    while folders.count < found.count {
      let directory = found[folders.count]
      entriesLeft -= directory.entryCount
      guard entriesLeft >= 0 else { return nil }
      let entries = reader.entries(of: directory, in: bytes)
      folders.append(EXIFEditor.Folder(directory: directory, entries: entries))
      end = max(end, directory.range.upperBound)
      for entry in entries {
        if let values = reader.values(of: entry, in: bytes) { end = max(end, values.upperBound) }
        guard TIFFWalk.pointers.contains(entry.tag) else { continue }
        let offsets = reader.offsets(entry, in: bytes)
        offsetsLeft -= offsets.count
        guard offsetsLeft >= 0 else { return nil }
        for position in offsets where seen.insert(position).inserted {
          if let folder = reader.directory(at: position, in: bytes) { found.append(folder) }
        }
      }
    }
  }
}

extension TIFFReader {
  /// The range of the JPEG that a directory points to by JPEGInterchangeFormat and JPEGInterchangeFormatLength.
  fileprivate func preview(in position: Int, _ bytes: RawSpan) -> Range<Int>? {
    guard let directory = directory(at: position, in: bytes) else { return nil }
    let entries = entries(of: directory, in: bytes)
    func value(_ tag: Int) -> Int? { entries.first { $0.tag == tag }.flatMap { offset(of: $0, in: bytes) } }
    guard let start = value(0x0201), let count = value(0x0202), start >= 8, count > 0,
      start <= bytes.byteCount - count
    else { return nil }
    return start..<start + count
  }
}
