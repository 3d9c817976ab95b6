/// A normal form of names and paths. All spellings that some file system treats as the same name have the same form. They differ
/// in letter case (FAT, exFAT, NTFS, SMB, APFS, ext4 folders with the flag +F), in the composition of accents (APFS, ext4 +F,
/// ZFS), in invisible characters (ext4 +F), or in trailing dots and spaces (FAT, exFAT, SMB).
///
/// The form is coarser than the rule of each file system. If two forms are equal, `NameProbe` must ask the file system.
enum FoldedName {
  static func form(_ path: some Collection<UInt8>) -> String {
    if path.allSatisfy({ $0 < 0x80 }) { return String(decoding: trimmed(path.map(lowered)), as: UTF8.self) }
    var form = String.UnicodeScalarView()
    for scalar in String(decoding: path, as: UTF8.self).unicodeScalars
    where !scalar.properties.isDefaultIgnorableCodePoint {
      // Uppercase first, so that ς and σ, ſ and s, ß and ss become equal.
      for capital in scalar.properties.uppercaseMapping.unicodeScalars {
        form.append(contentsOf: capital.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return String(decoding: trimmed(Array(String(form).utf8)), as: UTF8.self)
  }

  /// Hash of the form. Strings are hashed and compared by canonical equivalence (Unicode, UAX #15).
  static func hash(_ path: some Collection<UInt8>) -> Int { form(path).hashValue }

  private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

  /// Removes trailing dots and spaces of each component.
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
