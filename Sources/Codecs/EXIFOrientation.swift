package import Imaging

extension Orientation {
  /// The orientation that EXIF data tell; upright where they tell none or nonsense.
  ///
  /// Reads tag 0x0112 of the first image file directory (EXIF 2.32, 4.6.4; TIFF 6.0, section 2).
  /// - Parameter tiff: the TIFF structure, from its byte order mark.
  package init(tiff: UnsafeRawBufferPointer) {
    self = unsafe TIFFReader(bytes: tiff)?.shortValue(ofTag: 0x0112).flatMap { Orientation(rawValue: $0) } ?? .upright
  }
}

/// The little of TIFF that an orientation needs; every offset is checked against the end.
@safe private struct TIFFReader {
  // SAFETY: lives no longer than the initialiser above, whose argument it reads within its bounds only.
  private let bytes: UnsafeRawBufferPointer
  let bigEndian: Bool

  init?(bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 8 else { return nil }
    switch unsafe (bytes[0], bytes[1]) {
    case (0x49, 0x49): bigEndian = false
    case (0x4D, 0x4D): bigEndian = true
    default: return nil
    }
    unsafe self.bytes = unsafe bytes
    guard integer(at: 2, byteCount: 2) == 42 else { return nil }
  }

  /// The first value of a tag of type SHORT in the first directory.
  func shortValue(ofTag tag: Int) -> Int? {
    guard let directory = integer(at: 4, byteCount: 4), let count = integer(at: directory, byteCount: 2) else {
      return nil
    }
    for entry in 0..<count {
      let offset = directory + 2 + entry * 12
      guard let found = integer(at: offset, byteCount: 2) else { return nil }
      guard found == tag else { continue }
      let isShort = integer(at: offset + 2, byteCount: 2) == 3
      return isShort ? integer(at: offset + 8, byteCount: 2) : nil
    }
    return nil
  }

  private func integer(at offset: Int, byteCount: Int) -> Int? {
    guard unsafe offset >= 0 && offset <= bytes.count - byteCount else { return nil }
    var value = 0
    for index in 0..<byteCount {
      let place = bigEndian ? index : byteCount - 1 - index
      let byte = unsafe bytes[offset + place]
      value = value << 8 | Int(byte)
    }
    return value
  }
}
