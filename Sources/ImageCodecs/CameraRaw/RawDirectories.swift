internal import ImageCore

/// The directories of a raw file that is a TIFF file, or one in all but its version number: DNG, NEF, CR2, ARW, PEF, ORF, RW2.
///
/// Sources: TIFF 6.0; DNG 1.6; https://exiftool.org/TagNames/ for the tags of makers.
struct RawDirectories {
  /// The ranges that the directories give for JPEGs. They may lie beyond the end of the file, and be no JPEGs.
  private(set) var previews: [Range<Int>] = []
  private(set) var orientation: Orientation?
  /// Whether they describe the data of a sensor.
  private(set) var areRaw = false
  /// Whether one of them lies beyond the end of the file.
  private(set) var isCut = false

  private let reader: TIFFReader
  private var hasMaker = false
  private var found: [(position: Int, isSub: Bool)] = []

  /// Sound files have fewer than 10 directories, with at most 100 entries.
  private static let maxDirectories = 32
  private static let maxEntries = 512

  private enum Tag {
    static let rw2Preview = 0x002E
    static let compression = 0x0103
    static let photometric = 0x0106
    static let make = 0x010F
    static let stripOffsets = 0x0111
    static let stripByteCounts = 0x0117
    static let subDirectories = 0x014A
    static let jpegStart = 0x0201
    static let jpegByteCount = 0x0202
    static let exif = 0x8769
    static let makerNote = 0x927C
    static let dngVersion = 0xC612
  }

  /// The numbers in place of TIFF's 42: RW2, ORF, and ORF of some models.
  private static let versionsOfRaw = [0x0055, 0x4F52, 0x5352]
  /// PhotometricInterpretation: a color filter array (TIFF/EP), and linear raw (DNG).
  private static let photometricsOfRaw = [32803, 34892]
  private static let rgb = 2
  /// Gray, RGB and YCbCr. DNG has others, for masks and depth.
  private static let photometricsOfPreviews = [1, rgb, 6]
  /// Compression: JPEG as in TIFF 6.0, and as in its technical note 2 and DNG.
  private static let jpegCompressions = [6, 7]
  /// Of CR2, after the header: its own mark, and the major version.
  private static let canon: [UInt8] = [0x43, 0x52, 0x02]

  /// Nil if the bytes do not start like such a file.
  /// - Parameters:
  ///   - file: the file or its start.
  ///   - readsNotes: whether previews are searched in the notes of makers too.
  init?(_ file: RawSpan, readsNotes: Bool) {
    let versions = [TIFFReader.version] + RawDirectories.versionsOfRaw
    guard let reader = TIFFReader(file, versions: versions) else { return nil }
    self.reader = reader
    let version = reader.integer(at: 2, byteCount: 2, in: file) ?? 0
    areRaw = RawDirectories.versionsOfRaw.contains(version) || file.holds(RawDirectories.canon, at: 8)
    guard let first = reader.integer(at: 4, byteCount: 4, in: file) else { return }
    found = [(first, false)]
    var next = 0
    while next < found.count {
      read(found[next], file, isFirst: next == 0, readsNotes)
      next += 1
    }
  }

  private mutating func visit(_ position: Int, isSub: Bool = false) {
    guard position > 0, found.count < RawDirectories.maxDirectories, !found.contains(where: { $0.position == position })
    else { return }
    found.append((position, isSub))
  }

  private mutating func read(
    _ pointer: (position: Int, isSub: Bool), _ file: RawSpan, isFirst: Bool, _ readsNotes: Bool
  ) {
    guard let directory = reader.directory(at: pointer.position, in: file) else {
      guard pointer.position >= file.byteCount else { return }
      isCut = true
      // The directory with the data of the sensor may lie after the given bytes, the start of a file.
      if pointer.isSub, hasMaker { areRaw = true }
      return
    }
    var values: [Int: Int] = [:]
    for entry in reader.entries(of: directory, maxCount: RawDirectories.maxEntries, in: file) {
      switch entry.tag {
      case Tag.rw2Preview:
        if let start = reader.offset(of: entry, in: file), let count = entry.valueByteCount { add(start, count) }
      case Tag.make: hasMaker = true
      case Tag.dngVersion: areRaw = areRaw || isFirst
      case Tag.subDirectories:
        for position in reader.offsets(entry, in: file).prefix(RawDirectories.maxDirectories) {
          visit(position, isSub: true)
        }
      case Tag.exif: if readsNotes, let position = reader.offset(of: entry, in: file) { visit(position) }
      case Tag.makerNote:
        if readsNotes, let note = reader.values(of: entry, in: file) {
          for preview in MakerNote.previews(in: note, of: file, reader) { add(preview.lowerBound, preview.count) }
        }
      case _ where entry.count == 1 && values[entry.tag] == nil:
        values[entry.tag] = reader.unsignedValue(of: entry, in: file)
      default: break
      }
    }
    if isFirst { orientation = values[TIFFReader.orientationTag].flatMap { Orientation(rawValue: $0) } }
    if RawDirectories.photometricsOfRaw.contains(values[Tag.photometric] ?? RawDirectories.rgb) { areRaw = true }
    if let start = values[Tag.jpegStart], let count = values[Tag.jpegByteCount] { add(start, count) }
    if RawDirectories.photometricsOfPreviews.contains(values[Tag.photometric] ?? RawDirectories.rgb),
      RawDirectories.jpegCompressions.contains(values[Tag.compression] ?? 0), let start = values[Tag.stripOffsets],
      let count = values[Tag.stripByteCounts]
    {
      add(start, count)
    }
    if let next = directory.nextPosition, let position = reader.integer(at: next, byteCount: 4, in: file) {
      visit(position)
    }
  }

  private mutating func add(_ start: Int, _ count: Int) {
    if start > 0, count > 0 { previews.append(start..<start + count) }
  }
}
