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
  package init(tiff: RawSpan) {
    self = TIFFReader(tiff)?.orientation(in: tiff) ?? .upright
  }
}

extension TIFFReader {
  fileprivate func orientation(in bytes: RawSpan) -> Orientation? {
    guard let directory = firstDirectory(in: bytes) else { return nil }
    let entry = entries(of: directory, in: bytes).first { $0.tag == TIFFReader.orientationTag }
    return entry.flatMap { unsignedValue(of: $0, in: bytes) }.flatMap { Orientation(rawValue: $0) }
  }
}
