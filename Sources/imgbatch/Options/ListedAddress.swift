internal import Downloading
internal import TextFormatting

extension ListedAddress {
  /// Whether the list says more of it than its address.
  var hasMore: Bool { hasOwnPosition || name != nil || sha256 != nil }

  /// As `fetch` reads it again, with the same checks.
  /// - Parameter keepsPosition: so that the image gets the same name wherever in a list the line stands; else it keeps the
  ///   one that the list gave it.
  func jsonLine(keepsPosition: Bool) -> String {
    var line = JSONLine()
    line.add("url", address)
    if keepsPosition || hasOwnPosition { line.add("position", position) }
    if let name { line.add("name", name) }
    if let sha256 {
      line.add("sha256", sha256.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    } else if let unusableDigest {
      line.add("sha256", unusableDigest)
    }
    return line.text
  }
}
