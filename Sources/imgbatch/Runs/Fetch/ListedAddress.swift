internal import Downloading
internal import SystemSupport
internal import TextFormatting

extension ListedAddress {
  /// Whether the entry contains more than an address.
  var hasMore: Bool { hasOwnPosition || name != nil || sha256 != nil }

  /// The entry as a line that `fetch` reads, with the same checks.
  /// - Parameter keepsPosition: whether to write the position even where it follows from the line number. The image then keeps
  ///   its name when the line moves. A position given in the list is always written.
  func jsonLine(keepsPosition: Bool) -> String {
    var line = JSONObjectWriter()
    line.add("url", address)
    if keepsPosition || hasOwnPosition { line.add("position", position) }
    if let name { line.add("name", name) }
    if let sha256 {
      line.add("sha256", Hexadecimal.text(sha256))
    } else if let unusableDigest {
      line.add("sha256", unusableDigest)
    }
    return line.text
  }
}
