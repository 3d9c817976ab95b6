package import ImageCore
package import SystemPackage
internal import SystemSupport

/// The path of a download below the output folder. It is the name in the list, or else the position and a sanitized form of the
/// URL's last path component. No response header affects it.
package struct DownloadName: Hashable, Sendable {
  /// The name before the content is known: it has a suffix only where the list gives one.
  package let text: String

  private static let maxStemBytes = 80
  /// File systems allow 255 bytes; the rest is for the prefixes and suffixes of hidden names.
  private static let maxComponentBytes = 220

  /// A name from the list; nil where it would leave the folder, be hidden, or be too long.
  package init?(listed name: String) {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let areFine = parts.allSatisfy { part in
      !part.isEmpty && part.first != UInt8(ascii: ".") && part.count <= DownloadName.maxComponentBytes
        && !part.contains(0)
    }
    guard areFine, name.utf8.count <= 3000 else { return nil }
    text = name
  }

  /// - Parameter position: the position in the list, from 1.
  package init(position: Int, path: String) {
    let digits = String(position)
    let number = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    let stem = DownloadName.stem(path)
    text = stem.isEmpty ? number : number + "-" + stem
  }

  private init(text: String) { self.text = text }

  /// The name without an image suffix. The content determines the suffix.
  var open: DownloadName { DownloadName(text: stem) }

  /// The name below a folder.
  /// - Parameter folder: the path with a trailing separator; empty for none.
  func below(_ folder: String) -> DownloadName { DownloadName(text: folder + text) }

  /// The name with a number appended, for where the name is taken.
  func numbered(_ number: Int) -> DownloadName { DownloadName(text: "\(text)-\(number)") }

  /// Letters, digits, "_" and "." of the last component of a URL's path, without a suffix. Each run of other characters becomes
  /// one "-".
  private static func stem(_ path: String) -> String {
    let last = path.utf8.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
    var stem: [UInt8] = []
    for byte in last.prefix(1000) {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
        stem.append(byte)
      default: if stem.last != UInt8(ascii: "-") { stem.append(UInt8(ascii: "-")) }
      }
    }
    if let dot = stem.lastIndex(of: UInt8(ascii: ".")), stem.count - dot <= 6 { stem.removeSubrange(dot...) }
    let trimmed = stem.prefix(maxStemBytes).drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    return String(decoding: trimmed, as: UTF8.self)
  }

  /// The name without an image suffix.
  package var stem: String {
    hasSuffix
      ? String(decoding: text.utf8[..<(text.utf8.lastIndex(of: UInt8(ascii: ".")) ?? text.endIndex)], as: UTF8.self)
      : text
  }

  /// Whether the name has an image suffix. The suffix is kept whatever the content is.
  package var hasSuffix: Bool { format != nil }

  /// The format of the suffix.
  var format: ImageFormat? {
    let last = text.utf8.split(separator: UInt8(ascii: "/")).last ?? text.utf8[...]
    guard let dot = last.lastIndex(of: UInt8(ascii: ".")), dot > last.startIndex else { return nil }
    return ImageFormat.named(suffix: ArraySlice(last[last.index(after: dot)...]))
  }

  /// The final path, once the format is known.
  package func path(in folder: FilePath, for format: ImageFormat) -> FilePath {
    folder.pushing(FilePath(bytes: bytes(for: format)))
  }

  /// The final name below the folder.
  func bytes(for format: ImageFormat) -> [UInt8] {
    hasSuffix ? Array(text.utf8) : Array((text + "." + format.usualSuffix).utf8)
  }

  /// The possible names of its thumbnail. A format that is only read keeps its suffix in the name, before that of the thumbnail.
  var thumbnails: [DownloadName] {
    let formats = (format.map { [$0] } ?? ImageFormat.allCases).filter { !$0.isWritten }
    let others = formats.map { format in
      DownloadName(text: String(decoding: bytes(for: format), as: UTF8.self) + "." + format.outputFormat.usualSuffix)
    }
    return (hasSuffix && !formats.isEmpty ? [] : [self]) + others
  }

  /// The hidden partial file, in the folder of the image and with a name unique to the address. The path is relative to the
  /// output folder.
  func partName(_ key: DownloadKey) -> [UInt8] {
    let folder = text.utf8[
      ..<(text.utf8.lastIndex(of: UInt8(ascii: "/")).map { text.utf8.index(after: $0) } ?? text.startIndex)]
    return Array(folder) + Array(".\(key.fileName).imgbatch-part".utf8)
  }
}
