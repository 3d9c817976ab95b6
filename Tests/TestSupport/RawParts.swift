/// Builds raw files of cameras with previews and without data of a sensor.
package struct RawParts {
  package enum Container: String, CaseIterable, Sendable {
    case dng, nef, cr2, cr3, arw, orf, rw2, pef, raf
  }

  package var container: Container
  /// JPEGs, the largest last. A RAF has only the largest.
  package var previews: [[UInt8]]
  /// Tag 0x0112 of the container; nil for none.
  package var orientation: Int?
  package var isBigEndian = false

  package init(_ container: Container, _ previews: [[UInt8]], orientation: Int? = 1) {
    self.container = container
    self.previews = previews
    self.orientation = orientation
  }

  private typealias Directory = TIFFTree.Directory

  package var bytes: [UInt8] {
    switch container {
    case .dng: file([first("Acme", [(0xC612, .undefined([1, 4, 0, 0])), (0x014A, .directories([sensor] + strips))])])
    case .nef: nef
    case .cr2:
      file(
        [first("Canon", jpegStrips(largest))] + others.map(interchange)
          + [Directory([(0x0103, .short([6])), (0x0111, .blob(RawParts.lossless)), (0x0117, .long([4]))])],
        head: [0x43, 0x52, 2, 0, 0, 0, 0, 0])
    case .cr3: cr3
    case .arw:
      file(
        [first("SONY", interchange(previews[0]) + [(0x014A, .directories([sensor]))])]
          + previews.dropFirst().map(interchange))
    case .orf: orf
    case .rw2: file([first("Panasonic", [(0x002E, .undefined(largest))])] + others.map(interchange), magic: "U\0")
    case .pef: file([first("PENTAX", sensor)] + previews.map(interchange))
    case .raf: raf
    }
  }

  private var largest: [UInt8] { previews[previews.count - 1] }
  private var others: ArraySlice<[UInt8]> { previews.dropLast() }

  private var byteOrder: String { isBigEndian ? "MM" : "II" }

  /// - Parameter magic: in little-endian order.
  private func file(_ chain: [TIFFTree.Directory], magic: String = "*\0", head: [UInt8] = []) -> [UInt8] {
    let version = Array(magic.utf8)
    let start = Array(byteOrder.utf8) + (isBigEndian ? version.reversed() : version) + [0, 0, 0, 0] + head
    return TIFFTree.bytes(start: start, isBigEndian: isBigEndian, chain)
  }

  /// The first directory of a file.
  private func first(_ maker: String, _ entries: TIFFTree.Directory) -> TIFFTree.Directory {
    Directory([(0x010F, .text(maker))] + (orientation.map { [(0x0112, .short([$0]))] } ?? []) + entries)
  }

  /// A color filter array of 8x8 samples.
  private var sensor: TIFFTree.Directory {
    Directory([
      (0x0100, .long([8])), (0x0101, .long([8])), (0x0103, .short([1])), (0x0106, .short([32803])),
      (0x0111, .blob([UInt8](repeating: 7, count: 64))), (0x0117, .long([64])),
    ])
  }

  /// SOI, and the marker of a frame that is coded without loss.
  private static let lossless: [UInt8] = [0xFF, 0xD8, 0xFF, 0xC3]

  private func jpegStrips(_ jpeg: [UInt8]) -> TIFFTree.Directory {
    [(0x0103, .short([6])), (0x0111, .blob(jpeg)), (0x0117, .long([jpeg.count]))]
  }

  private var strips: [TIFFTree.Directory] {
    previews.map {
      Directory([(0x0103, .short([7])), (0x0106, .short([6])), (0x0111, .blob($0)), (0x0117, .long([$0.count]))])
    }
  }

  private func interchange(_ jpeg: [UInt8]) -> TIFFTree.Directory {
    Directory([(0x0201, .blob(jpeg)), (0x0202, .long([jpeg.count]))])
  }

  /// The largest in a directory below the first, the smallest in the note of the maker, which is a TIFF structure of its own.
  private var nef: [UInt8] {
    let start = Array("MM\0*\0\0\0\0".utf8)
    let note = others.first.map {
      Array("Nikon\0".utf8) + [2, 0x10, 0, 0]
        + TIFFTree.bytes(start: start, isBigEndian: true, [Directory([(0x0011, .directories([interchange($0)]))])])
    }
    let exif = Directory(note.map { [(0x927C, .undefined($0))] } ?? [])
    let subs = (Array(others.dropFirst()) + [largest]).map(interchange) + [sensor]
    return file([first("NIKON CORPORATION", [(0x014A, .directories(subs)), (0x8769, .directories([exif]))])])
  }

  /// The largest in the note of the maker, whose offsets count from the note.
  private var orf: [UInt8] {
    let settings = Directory([(0x0101, .blob(largest)), (0x0102, .long([largest.count]))])
    let start = Array("OLYMPUS\0".utf8) + Array(byteOrder.utf8) + [3, 0]
    let note = TIFFTree.bytes(
      start: start, pointer: nil, isBigEndian: isBigEndian, [Directory([(0x2020, .directories([settings]))])])
    let exif = Directory([(0x927C, .undefined(note))])
    return file(
      [first("OLYMPUS CORPORATION", [(0x8769, .directories([exif]))])] + others.map(interchange), magic: "RO")
  }

  private var raf: [UInt8] {
    let jpeg = orientation.map { OrientationTag.added($0, to: largest) } ?? largest
    let start = 160
    var bytes = Array("FUJIFILMCCD-RAW 0201".utf8) + [UInt8](repeating: 0, count: start - 20)
    bytes.replaceSubrange(84..<92, with: RawParts.number(start, 4) + RawParts.number(jpeg.count, 4))
    return bytes + jpeg
  }
}

extension RawParts {
  private static func number(_ value: Int, _ byteCount: Int) -> [UInt8] {
    (0..<byteCount).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func box(_ name: String, _ body: [UInt8]) -> [UInt8] {
    number(8 + body.count, 4) + Array(name.utf8) + body
  }

  private static let metadata: [UInt8] = [
    0x85, 0xC0, 0xB6, 0x87, 0x82, 0x0F, 0x11, 0xE0, 0x81, 0x11, 0xF4, 0xCE, 0x46, 0x2B, 0x6A, 0x48,
  ]
  private static let preview: [UInt8] = [
    0xEA, 0xF4, 0x2B, 0x5E, 0x1C, 0x98, 0x4B, 0x88, 0xB9, 0xFB, 0xB7, 0xDC, 0x40, 0x6E, 0x4D, 0x16,
  ]

  /// The smallest beside the metadata, the next in a box of its own, and the largest as the first sample of a track.
  private var cr3: [UInt8] {
    let brand = RawParts.box("ftyp", Array("crx \0\0\0\u{1}crx isom".utf8))
    let tiff = TIFFTree.bytes(start: Array("II*\0\0\0\0\0".utf8), [first("Canon", [])])
    var metadata = RawParts.metadata + RawParts.box("CMT1", tiff)
    var preview: [UInt8] = []
    if let small = others.first {
      metadata += RawParts.box(
        "THMB", [UInt8](repeating: 0, count: 8) + RawParts.number(small.count, 4) + [0, 0, 0, 0] + small)
    }
    if let middle = others.dropFirst().first {
      let box = RawParts.box("PRVW", [UInt8](repeating: 0, count: 12) + RawParts.number(middle.count, 4) + middle)
      preview = RawParts.box("uuid", RawParts.preview + [0, 0, 0, 0, 0, 0, 0, 1] + box)
    }
    // The offset has a fixed number of bytes, so the second call has the right one.
    func movie(_ offset: Int) -> [UInt8] {
      let sizes = RawParts.box("stsz", [0, 0, 0, 0] + RawParts.number(largest.count, 4) + [0, 0, 0, 1])
      let offsets = RawParts.box("co64", [0, 0, 0, 0, 0, 0, 0, 1] + RawParts.number(offset, 8))
      let track = ["minf", "mdia", "trak"].reduce(RawParts.box("stbl", sizes + offsets)) { RawParts.box($1, $0) }
      return RawParts.box("moov", RawParts.box("uuid", metadata) + track)
    }
    let start = brand.count + movie(0).count + preview.count + 8
    return brand + movie(start) + preview + RawParts.box("mdat", largest)
  }
}
