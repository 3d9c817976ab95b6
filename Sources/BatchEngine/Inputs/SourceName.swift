internal import ImageCore
internal import SystemPackage
internal import SystemSupport

/// A path taken apart: folder, stem and, where it is one of a format that is read, suffix.
struct SourceName {
  let folder: ArraySlice<UInt8>
  let stem: ArraySlice<UInt8>
  let suffix: ArraySlice<UInt8>
  /// What the suffix stands for, if it is a known one.
  let format: ImageFormat?

  init(_ path: FilePath) { self.init(path.bytes) }

  /// - Parameter bytes: of a path.
  init(_ bytes: [UInt8]) {
    let separator = bytes.lastIndex(of: UInt8(ascii: "/"))
    folder = bytes[..<(separator ?? 0)]
    let name = bytes[(separator.map { $0 + 1 } ?? 0)...]
    if let (dot, format) = SourceName.knownSuffix(of: name) {
      (stem, suffix, self.format) = (name[..<dot], name[(dot + 1)...], format)
    } else {
      (stem, suffix, format) = (name, [], nil)
    }
  }

  /// Where the dot of a name's suffix is and what the suffix stands for, if it is a known one.
  private static func knownSuffix(of name: ArraySlice<UInt8>) -> (dot: Int, format: ImageFormat)? {
    // A name that is a suffix alone (".jpg") is a hidden file's stem.
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else { return nil }
    return ImageFormat.named(suffix: name[(dot + 1)...]).map { (dot, $0) }
  }

  static func hasKnownSuffix(_ name: ArraySlice<UInt8>) -> Bool { knownSuffix(of: name) != nil }
}
