package import ImageCore

// The rule for orientation and its tags:
//
// - Only EXIF turns the pixels, as in browsers: the first tag 0x0112 of the first directory. XMP never turns them.
// - If the pixels were turned, every orientation tag in an output is 1: in all directories of EXIF, whatever its type, and in XMP
//   (`EXIFEditor`, `XMPEditor`). Metadata that can contain such a tag and cannot be edited are dropped and noted.
// - If the pixels were not turned (they are upright, or `--no-orient`), every tag stays as in the source. It then describes the
//   output as it described the source.

extension Orientation {
  /// The orientation in EXIF data; upright if it is missing or invalid.
  ///
  /// Reads tag 0x0112 of the first image file directory (EXIF 2.32, 4.6.4; TIFF 6.0, section 2).
  /// - Parameter tiff: the TIFF structure, from its byte order mark.
  package init(tiff: [UInt8]) {
    self = TIFFReader(tiff)?.orientation ?? .upright
  }
}

extension TIFFReader {
  fileprivate var orientation: Orientation? {
    guard let directory = firstDirectory else { return nil }
    for index in 0..<directory.entryCount {
      let entry = entry(index, of: directory)
      if entry.tag == TIFFReader.orientationTag {
        return unsignedValue(of: entry).flatMap { Orientation(rawValue: $0) }
      }
    }
    return nil
  }
}
