package import ImageCore

// The one rule of orientation and of the tags that say it:
//
// - Pixels are turned by EXIF alone, as browsers do: by the first tag 0x0112 of the first directory. XMP never turns them.
// - Where pixels were turned, each tag of orientation that an output carries says 1: in every directory of EXIF, whatever its
//   type, and in XMP (`EXIFEditor`, `XMPEditor`). What can hold such a tag and cannot be edited is dropped, and noted.
// - Where they were not turned (they stand upright, or `--no-orient`), each tag stays as it is in the source, and says of
//   the output what it said of the source.

extension Orientation {
  /// The orientation that EXIF data have; upright where they have none or nonsense.
  ///
  /// Reads tag 0x0112 of the first image file directory (EXIF 2.32, 4.6.4; TIFF 6.0, section 2).
  /// - Parameter tiff: the TIFF structure, from its byte order mark.
  package init(tiff: UnsafeRawBufferPointer) {
    self = unsafe TIFFReader(tiff)?.orientation ?? .upright
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
