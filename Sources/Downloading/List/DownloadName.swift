package import ImageCore
package import SystemPackage
internal import SystemSupport

/// Where a download goes below the output folder. The list says it, or the position in the list and a tame form of the
/// address's last part do; nothing that a server says does.
package struct DownloadName: Hashable, Sendable {
  /// As far as it is known before the content is: with a suffix only where the list gives one.
  package let text: String

  private static let maxStemBytes = 80
  /// Room for what hidden names add to it; file systems allow 255.
  private static let maxComponentBytes = 220

  /// A name of the list; nil where it would lead out of the folder, or hide there.
  package init?(listed name: String) {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let areFine = parts.allSatisfy { part in
      !part.isEmpty && part.first != UInt8(ascii: ".") && part.count <= DownloadName.maxComponentBytes
        && !part.contains(0)
    }
    guard areFine, name.utf8.count <= 3000 else { return nil }
    text = name
  }

  /// - Parameter position: in the list, from 1.
  package init(position: Int, path: String) {
    let digits = String(position)
    let number = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    let stem = DownloadName.stem(path)
    text = stem.isEmpty ? number : number + "-" + stem
  }

  private init(text: String) { self.text = text }

  /// The same without the suffix of an image: the content says which it gets.
  var open: DownloadName { DownloadName(text: stem) }

  /// The same in a folder.
  /// - Parameter folder: with its separator at the end; empty for none.
  func below(_ folder: String) -> DownloadName { DownloadName(text: folder + text) }

  /// The same with a number behind it, for where the name is taken.
  func numbered(_ number: Int) -> DownloadName { DownloadName(text: "\(text)-\(number)") }

  /// Letters, digits and what is harmless of the last part of an address's path, without an image's suffix.
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

  /// Without the suffix of an image.
  package var stem: String {
    hasSuffix
      ? String(decoding: text.utf8[..<(text.utf8.lastIndex(of: UInt8(ascii: ".")) ?? text.endIndex)], as: UTF8.self)
      : text
  }

  /// Whether it names the format, whatever the content is.
  package var hasSuffix: Bool { format != nil }

  /// What its suffix says.
  var format: ImageFormat? {
    let last = text.utf8.split(separator: UInt8(ascii: "/")).last ?? text.utf8[...]
    guard let dot = last.lastIndex(of: UInt8(ascii: ".")), dot > last.startIndex else { return nil }
    return ImageFormat.named(suffix: ArraySlice(last[last.index(after: dot)...]))
  }

  /// The final path, once the content is known.
  package func path(in folder: FilePath, for format: ImageFormat) -> FilePath {
    folder.pushing(FilePath(bytes: bytes(for: format)))
  }

  /// The final name below the folder.
  func bytes(for format: ImageFormat) -> [UInt8] {
    hasSuffix ? Array(text.utf8) : Array((text + "." + format.usualSuffix).utf8)
  }

  /// Where the bytes gather until they are whole: beside the image, under a hidden name that no other address has. Below
  /// the folder.
  func partName(_ key: DownloadKey) -> [UInt8] {
    let folder = text.utf8[
      ..<(text.utf8.lastIndex(of: UInt8(ascii: "/")).map { text.utf8.index(after: $0) } ?? text.startIndex)]
    return Array(folder) + Array(".\(key.fileName).imgbatch-part".utf8)
  }
}
