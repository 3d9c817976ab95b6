internal import ImageCodecs
internal import ImageCore
internal import SystemPackage
internal import SystemSupport

/// A path split into folder, name, stem and, if it is the suffix of a supported format, suffix.
struct SourceName {
  let folder: ArraySlice<UInt8>
  /// The last component.
  let name: ArraySlice<UInt8>
  let stem: ArraySlice<UInt8>
  let suffix: ArraySlice<UInt8>
  /// The format of the suffix; nil if it is unknown.
  let format: ImageFormat?

  init(_ path: FilePath) { self.init(path.bytes) }

  /// - Parameter bytes: the bytes of a path.
  init(_ bytes: [UInt8]) {
    let separator = bytes.lastIndex(of: UInt8(ascii: "/"))
    folder = bytes[..<(separator ?? 0)]
    name = bytes[(separator.map { $0 + 1 } ?? 0)...]
    if let (dot, format) = SourceName.knownSuffix(of: name) {
      (stem, suffix, self.format) = (name[..<dot], name[(dot + 1)...], format)
    } else {
      (stem, suffix, format) = (name, [], nil)
    }
  }

  /// The position of the dot of a known suffix, and its format; nil if the suffix is unknown.
  private static func knownSuffix(of name: ArraySlice<UInt8>) -> (dot: Int, format: ImageFormat)? {
    // A name that is only a suffix (".jpg") is a hidden file without a suffix.
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else { return nil }
    return ImageFormat.named(suffix: name[(dot + 1)...]).map { (dot, $0) }
  }

  /// Whether the suffix is that of a format that is read here.
  static func hasReadableSuffix(_ name: ArraySlice<UInt8>) -> Bool { knownSuffix(of: name)?.format.isReadable ?? false }
}
