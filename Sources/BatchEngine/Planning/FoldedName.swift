/// A form of a name, or of a path, that all spellings have in common that some file system takes for one: those that differ
/// in letter case (FAT, exFAT, NTFS, SMB, APFS, folders of ext4 with the flag +F), in how accents are composed (APFS, ext4 +F,
/// ZFS), in characters that show nothing (ext4 +F), or in dots and spaces at the end (FAT, exFAT, SMB).
///
/// Coarser than any of these, so equal forms only say that the file system has to be asked: see `NameProbe`.
enum FoldedName {
  static func form(_ path: some Collection<UInt8>) -> String {
    if path.allSatisfy({ $0 < 0x80 }) { return String(decoding: trimmed(path.map(lowered)), as: UTF8.self) }
    var form = String.UnicodeScalarView()
    for scalar in String(decoding: path, as: UTF8.self).unicodeScalars
    where !scalar.properties.isDefaultIgnorableCodePoint {
      // By way of the capitals, so that ς and σ, ſ and s, ß and ss meet.
      for capital in scalar.properties.uppercaseMapping.unicodeScalars {
        form.append(contentsOf: capital.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return String(decoding: trimmed(Array(String(form).utf8)), as: UTF8.self)
  }

  /// Of the form. Strings are hashed, and compared, by canonical equivalence (Unicode, UAX #15).
  static func hash(_ path: some Collection<UInt8>) -> Int { form(path).hashValue }

  private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

  /// Without the dots and spaces that end components.
  private static func trimmed(_ path: [UInt8]) -> [UInt8] {
    let (slash, dot, space) = (UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: " "))
    var isTrimmed = path.last != dot && path.last != space
    if isTrimmed {
      for (one, next) in zip(path, path.dropFirst()) where next == slash && (one == dot || one == space) {
        isTrimmed = false
        break
      }
    }
    if isTrimmed { return path }
    var result: [UInt8] = []
    for byte in path {
      if byte == slash { while let last = result.last, last == dot || last == space { result.removeLast() } }
      result.append(byte)
    }
    while let last = result.last, last == dot || last == space { result.removeLast() }
    return result
  }
}
