internal import Imaging

/// Changes values of EXIF data in their places (TIFF 6.0, section 2; EXIF 2.32, 4.6). What is not sound is left alone.
struct EXIFEditor {
  private(set) var bytes: [UInt8]
  private let isBigEndian: Bool

  private static let exifFolder = 0x8769
  private static let subfolders = [exifFolder, 0x8825, 0xA005]
  private static let previewOffset = 0x0201
  private static let previewByteCount = 0x0202

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    isBigEndian = bytes.first == 0x4D
  }

  private struct Entry {
    let tag: Int
    let type: Int
    let count: Int
    /// Where its four bytes of value or offset are.
    let place: Int
  }

  private func integer(_ place: Int, _ byteCount: Int) -> Int? {
    guard place >= 0, place <= bytes.count - byteCount else { return nil }
    return (0..<byteCount).reduce(0) { value, index in
      value << 8 | Int(bytes[place + (isBigEndian ? index : byteCount - 1 - index)])
    }
  }

  private mutating func write(_ value: Int, at place: Int, _ byteCount: Int) {
    guard place >= 0, place <= bytes.count - byteCount else { return }
    for index in 0..<byteCount {
      let shift = 8 * (isBigEndian ? byteCount - 1 - index : index)
      bytes[place + index] = UInt8(truncatingIfNeeded: value >> shift)
    }
  }

  /// The entries of a directory and where the offset of the next one is.
  private func directory(at place: Int) -> (entries: [Entry], next: Int)? {
    guard place >= 8, let count = integer(place, 2), place + 2 + count * 12 <= bytes.count else { return nil }
    let entries = (0..<count).compactMap { index -> Entry? in
      let start = place + 2 + index * 12
      guard let tag = integer(start, 2), let type = integer(start + 2, 2), let count = integer(start + 4, 4) else {
        return nil
      }
      return Entry(tag: tag, type: type, count: count, place: start + 8)
    }
    return (entries, place + 2 + count * 12)
  }

  private var first: (entries: [Entry], next: Int)? { integer(4, 4).flatMap { directory(at: $0) } }

  /// Sets a value of the first directory, where it is there.
  mutating func set(_ tag: Int, to value: Int) {
    for entry in first?.entries ?? [] where entry.tag == tag { set(entry, to: value) }
  }

  private mutating func set(_ entry: Entry, to value: Int) {
    guard entry.count == 1 else { return }
    if entry.type == 3 { write(value, at: entry.place, 2) }
    if entry.type == 4 { write(value, at: entry.place, 4) }
  }

  /// Sets PixelXDimension and PixelYDimension, where they are there.
  mutating func setDimensions(_ size: PixelSize) {
    guard let pointer = first?.entries.first(where: { $0.tag == EXIFEditor.exifFolder }),
      let place = integer(pointer.place, 4), let exif = directory(at: place)
    else { return }
    for entry in exif.entries {
      if entry.tag == 0xA002 { set(entry, to: size.width) }
      if entry.tag == 0xA003 { set(entry, to: size.height) }
    }
  }

  /// Removes the second directory and the preview that it tells of: its bytes become zero, and go where they are last.
  mutating func dropPreview() {
    guard let (entries, next) = first, let second = integer(next, 4), second > 0 else { return }
    write(0, at: next, 4)
    guard let preview = directory(at: second) else { return }
    func value(_ tag: Int) -> Int? { preview.entries.first { $0.tag == tag }.flatMap { integer($0.place, 4) } }
    if let start = value(EXIFEditor.previewOffset), let count = value(EXIFEditor.previewByteCount), start >= 8,
      count > 0, start <= bytes.count - count
    {
      for index in start..<start + count { bytes[index] = 0 }
    }
    let end = max(next + 4, end(of: entries, depth: 0))
    if second >= end { bytes.removeSubrange(min(end, bytes.count)...) }
  }

  /// Where the last value ends that directories have beside themselves.
  private func end(of entries: [Entry], depth: Int) -> Int {
    let sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]
    return entries.reduce(8) { end, entry in
      var end = max(end, entry.place + 4)
      let (byteCount, overflow) = entry.count.multipliedReportingOverflow(
        by: entry.type < sizes.count ? sizes[entry.type] : 8)
      guard !overflow, let offset = integer(entry.place, 4) else { return end }
      if byteCount > 4 { end = max(end, min(offset + byteCount, bytes.count)) }
      if depth < 3, EXIFEditor.subfolders.contains(entry.tag), let folder = directory(at: offset) {
        end = max(end, folder.next + 4, self.end(of: folder.entries, depth: depth + 1))
      }
      return end
    }
  }
}
