/// The validators of a response (RFC 9110, 8.8), and the size of its content.
struct Validator: Hashable, Sendable {
  let entityTag: String
  let lastModified: String
  /// The time at which the server created the response (`Date`).
  let date: String
  /// The size of the whole content; -1 where unknown.
  let byteCount: Int

  /// Replaces a text with control characters by an empty one. The text is sent in a request header, where a line end would start
  /// another header (RFC 9110, 5.5). It comes from a server, directly or through a worker process or a journal.
  init(entityTag: String = "", lastModified: String = "", date: String = "", byteCount: Int = -1) {
    func checked(_ text: String) -> String { text.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? "" : text }
    self.entityTag = checked(entityTag)
    self.lastModified = checked(lastModified)
    self.date = checked(date)
    self.byteCount = byteCount
  }

  /// A file that changes twice within a second keeps its date, and the clocks of the file and of the response may differ. RFC
  /// 7232, 2.2.2, requires a minute between the two dates.
  private static let minAge: Int64 = 60

  /// The value of `If-Range` that allows a part to be joined to another; nil where none does. Weak tags do not guarantee the same
  /// bytes, nor does a date shortly before the response (RFC 9110, 8.8.2.2 and 13.1.5).
  var condition: String? {
    if !entityTag.isEmpty {
      return entityTag.utf8.count > 1 && entityTag.hasPrefix("\"") && entityTag.hasSuffix("\"") ? entityTag : nil
    }
    guard let modified = CurlLibrary.seconds(ofDate: lastModified), let made = CurlLibrary.seconds(ofDate: date),
      made - modified >= Validator.minAge
    else { return nil }
    return lastModified
  }

  /// Whether a response with this validator continues `part`. A validator that the server omits from a partial response does not
  /// count as different.
  func continues(_ part: Validator) -> Bool {
    if byteCount >= 0 && part.byteCount >= 0 && byteCount != part.byteCount { return false }
    if !part.entityTag.isEmpty { return entityTag.isEmpty || entityTag == part.entityTag }
    return lastModified.isEmpty || lastModified == part.lastModified
  }
}

extension Validator {
  /// Four lines. Header values contain no line ends.
  var forJournal: [UInt8] { Array("\(entityTag)\n\(lastModified)\n\(date)\n\(byteCount)".utf8) }

  /// Earlier versions wrote two lines.
  init(journal bytes: [UInt8]) {
    let lines = bytes.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    self.init(
      entityTag: lines.first ?? "", lastModified: lines.count > 1 ? lines[1] : "",
      date: lines.count > 2 ? lines[2] : "",
      byteCount: lines.count > 3 ? Int(lines[3]) ?? -1 : -1)
  }
}
