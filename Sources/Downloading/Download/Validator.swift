/// What a server knows a content by, and its size.
struct Validator: Hashable, Sendable {
  let entityTag: String
  let lastModified: String
  /// When the server made the answer that had them (`Date`).
  let date: String
  /// Of the whole content; -1 where the server does not tell.
  let byteCount: Int

  /// A text with control characters counts as none: it goes out again in the header of a request, where a line end would
  /// begin another (RFC 9110, 5.5). It comes from a server, but also by way of a worker process or a journal.
  init(entityTag: String = "", lastModified: String = "", date: String = "", byteCount: Int = -1) {
    func checked(_ text: String) -> String { text.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? "" : text }
    self.entityTag = checked(entityTag)
    self.lastModified = checked(lastModified)
    self.date = checked(date)
    self.byteCount = byteCount
  }

  /// A file that changes twice within a second keeps its date, and the clocks of the file and of the answer may differ:
  /// RFC 7232, 2.2.2, takes a minute for enough.
  private static let minAge: Int64 = 60

  /// Whether a part may be joined to another by it (`If-Range`), and by what: weak tags do not promise the same bytes, nor
  /// does a date that was hardly over when the answer was made (RFC 9110, 8.8.2.2 and 13.1.5).
  var condition: String? {
    if !entityTag.isEmpty {
      return entityTag.utf8.count > 1 && entityTag.hasPrefix("\"") && entityTag.hasSuffix("\"") ? entityTag : nil
    }
    guard let modified = CurlLibrary.seconds(ofDate: lastModified), let made = CurlLibrary.seconds(ofDate: date),
      made - modified >= Validator.minAge
    else { return nil }
    return lastModified
  }

  /// Whether a part of a content with this validator goes on from a part of one with the other. What the server leaves
  /// out of an answer with a part does not count against it.
  func continues(_ part: Validator) -> Bool {
    if byteCount >= 0 && part.byteCount >= 0 && byteCount != part.byteCount { return false }
    if !part.entityTag.isEmpty { return entityTag.isEmpty || entityTag == part.entityTag }
    return lastModified.isEmpty || lastModified == part.lastModified
  }
}

extension Validator {
  /// Four lines: headers have no line ends.
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
