internal import ImageCore

/// The boxes of a CR3 that lead to its previews: ISO base media (ISO/IEC 14496-12) with boxes of Canon
/// (https://exiftool.org/TagNames/Canon.html#uuid).
struct CR3Boxes {
  private(set) var previews: [Range<Int>] = []
  private(set) var orientation: Orientation?

  /// Sound files have at most 20 boxes in one.
  private static let maxBoxes = 128

  private static let metadata: [UInt8] = [
    0x85, 0xC0, 0xB6, 0x87, 0x82, 0x0F, 0x11, 0xE0, 0x81, 0x11, 0xF4, 0xCE, 0x46, 0x2B, 0x6A, 0x48,
  ]
  private static let preview: [UInt8] = [
    0xEA, 0xF4, 0x2B, 0x5E, 0x1C, 0x98, 0x4B, 0x88, 0xB9, 0xFB, 0xB7, 0xDC, 0x40, 0x6E, 0x4D, 0x16,
  ]

  init(_ file: RawSpan) {
    for box in CR3Boxes.boxes(in: 0..<file.byteCount, file) {
      if box.name == "moov" {
        for part in CR3Boxes.boxes(in: box.body, file) {
          if part.name == "trak" { readTrack(part.body, file) }
          if let body = CR3Boxes.body(of: part, CR3Boxes.metadata, file) { readMetadata(body, file) }
        }
      } else if let body = CR3Boxes.body(of: box, CR3Boxes.preview, file) {
        // After the version of the box, and the number of boxes in it.
        for part in CR3Boxes.boxes(in: body.dropFirst(8), file) where part.name == "PRVW" {
          addPreview(part.body, lengthAt: 12, file)
        }
      }
    }
  }

  private mutating func readMetadata(_ body: Range<Int>, _ file: RawSpan) {
    for box in CR3Boxes.boxes(in: body, file) {
      switch box.name {
      // A TIFF structure with the first directory.
      case "CMT1": orientation = RawDirectories(file.extracting(box.body), readsNotes: false)?.orientation
      case "THMB": addPreview(box.body, lengthAt: 8, file)
      default: break
      }
    }
  }

  /// Adds the JPEG of a THMB or PRVW box, which starts at byte 16 of it.
  private mutating func addPreview(_ body: Range<Int>, lengthAt offset: Int, _ file: RawSpan) {
    guard body.count > 16 else { return }
    let count = Int(file.bigEndian(body.lowerBound + offset, UInt32.self))
    let start = body.lowerBound + 16
    if count > 0 { previews.append(start..<start + count) }
  }

  /// Adds the first sample of a track, which is a JPEG in the first track.
  private mutating func readTrack(_ body: Range<Int>, _ file: RawSpan) {
    var body = body
    for name in ["mdia", "minf", "stbl"] {
      guard let box = CR3Boxes.boxes(in: body, file).first(where: { $0.name == name }) else { return }
      body = box.body
    }
    var (start, count): (UInt64?, UInt32?) = (nil, nil)
    for box in CR3Boxes.boxes(in: body, file) {
      let first = box.body.lowerBound
      switch box.name {
      // After version and flags: the size of all samples, or 0, their number, and the size of each.
      case "stsz" where box.body.count >= 12:
        count = file.bigEndian(first + 4, UInt32.self)
        if count == 0, box.body.count >= 16 { count = file.bigEndian(first + 12, UInt32.self) }
      // After version and flags: the number of chunks, and the offset of each.
      case "stco" where box.body.count >= 12: start = UInt64(file.bigEndian(first + 8, UInt32.self))
      case "co64" where box.body.count >= 16: start = file.bigEndian(first + 8, UInt64.self)
      default: break
      }
    }
    if let start, let count, count > 0, start <= UInt64(UInt32.max) << 16 {
      previews.append(Int(start)..<Int(start) + Int(count))
    }
  }

  /// The boxes in a range, with their bodies in the file.
  private static func boxes(in range: Range<Int>, _ file: RawSpan) -> [BoxWalk.Box] {
    let bytes = file.extracting(range)
    var walk = BoxWalk()
    var boxes: [BoxWalk.Box] = []
    while boxes.count < maxBoxes, let box = walk.next(in: bytes) {
      let start = range.lowerBound + box.body.lowerBound
      boxes.append(BoxWalk.Box(name: box.name, body: start..<start + box.body.count))
    }
    return boxes
  }

  /// The body of a box that is named by an identifier of 16 bytes; nil if it is another one (ISO/IEC 14496-12, 11.1).
  private static func body(of box: BoxWalk.Box, _ identifier: [UInt8], _ file: RawSpan) -> Range<Int>? {
    guard box.name == "uuid", file.extracting(box.body).holds(identifier) else { return nil }
    return box.body.dropFirst(identifier.count)
  }
}
