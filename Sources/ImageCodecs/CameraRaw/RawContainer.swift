internal import ImageCore

/// Where the JPEG previews of a raw file are, and how they are turned.
struct RawContainer {
  /// The ranges of the previews in the file, each once. A preview that the file does not have to its end ends with the file.
  private(set) var previews: [Range<Int>] = []
  /// The orientation of the raw file, as tag 0x0112; nil if it has none.
  private(set) var orientation: Orientation?
  /// Whether parts are missing at the end of the file.
  private(set) var isCut = false

  /// A raw file has up to five previews. Each costs the time to read its header.
  private static let maxPreviews = 16

  init(_ file: RawSpan) {
    if file.holds(RawContainer.fujifilm) {
      readFujifilm(file)
    } else if file.hasBrand(["crx "]) {
      let boxes = CR3Boxes(file)
      boxes.previews.forEach { add($0, file) }
      orientation = boxes.orientation
    } else if let directories = RawDirectories(file, readsNotes: true) {
      directories.previews.forEach { add($0, file) }
      orientation = directories.orientation
      isCut = isCut || directories.isCut
    }
  }

  private mutating func add(_ preview: Range<Int>, _ file: RawSpan) {
    guard preview.lowerBound < file.byteCount else {
      isCut = true
      return
    }
    let present = preview.clamped(to: 0..<file.byteCount)
    guard JPEGFormat.recognizes(file.extracting(present)), previews.count < RawContainer.maxPreviews,
      !previews.contains(where: { $0.lowerBound == present.lowerBound })
    else { return }
    previews.append(present)
  }
}

extension RawContainer {
  static func recognizes(_ start: RawSpan) -> Bool {
    if start.holds(fujifilm) || start.hasBrand(["crx "]) { return true }
    return RawDirectories(start, readsNotes: false)?.areRaw ?? false
  }

  // RAF: https://exiftool.org/TagNames/FujiFilm.html#RAFHeader
  private static let fujifilm = Array("FUJIFILMCCD-RAW ".utf8)
  /// Offsets of the start and the length of its JPEG, which has the orientation of the image.
  private static let fujifilmStart = 84
  private static let fujifilmLength = 88

  private mutating func readFujifilm(_ file: RawSpan) {
    let reader = TIFFReader(isBigEndian: true)
    guard let start = reader.integer(at: RawContainer.fujifilmStart, byteCount: 4, in: file),
      let count = reader.integer(at: RawContainer.fujifilmLength, byteCount: 4, in: file)
    else {
      isCut = true
      return
    }
    add(start..<start + count, file)
  }
}
