internal import TextFormatting

/// What a download is known by from run to run: its address, wherever in a list that stands, in 256 bits. The address
/// itself may hold secrets, so it does not go into file names or the journal.
struct DownloadKey: Hashable, Sendable {
  /// SHA-256 of the address as the list has it.
  let digest: AddressDigest
  /// Which one it is of the entries of a list that have the same address, from 1.
  let occurrence: Int

  /// As part of the name of a hidden file: 128 bits, so that no two addresses share one.
  var fileName: String { String(digest.text.prefix(32)) + suffix }

  private var suffix: String { occurrence > 1 ? "-\(occurrence)" : "" }
}

/// SHA-256 of an address.
struct AddressDigest: Hashable, Sendable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  init(of address: String) {
    var hash = SHA256()
    hash.update(Array(address.utf8)[...])
    self.init(hash.digest())
  }

  private init(_ bytes: [UInt8]) {
    let words = (0..<4).map { word in bytes[word * 8..<word * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) } }
    self.words = (words[0], words[1], words[2], words[3])
  }

  /// 64 hexadecimal digits.
  init?(text: Substring) {
    let digits = Array(text.utf8)
    guard digits.count == 64 else { return nil }
    var words: [UInt64] = []
    for start in stride(from: 0, to: 64, by: 16) {
      let piece = digits[start..<start + 16]
      guard !piece.contains(UInt8(ascii: "+")), !piece.contains(UInt8(ascii: "-")),
        let word = UInt64(String(decoding: piece, as: UTF8.self), radix: 16)
      else { return nil }
      words.append(word)
    }
    self.words = (words[0], words[1], words[2], words[3])
  }

  var text: String {
    [words.0, words.1, words.2, words.3].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
  }

  static func == (one: AddressDigest, other: AddressDigest) -> Bool { one.words == other.words }

  /// A digest is as good as random.
  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension DownloadKey {
  private static let prefix = "sha256:"

  /// As the journal names the source of a download: the key, and behind a space where the address leads, for people who
  /// search there, without user, password and query.
  func journalName(_ home: HTTPURL) -> [UInt8] {
    Array("\(DownloadKey.prefix)\(digest.text)\(suffix) \(home.scheme)://\(home.host)\(home.path)".utf8)
  }

  /// - Parameter name: what the journal has; the address itself, where an earlier version wrote it.
  init?(journalName name: [UInt8]) {
    let text = String(decoding: name, as: UTF8.self)
    guard text.hasPrefix(DownloadKey.prefix) else {
      self.init(digest: AddressDigest(of: text), occurrence: 1)
      return
    }
    let parts = text.dropFirst(DownloadKey.prefix.count).prefix { $0 != " " }.split(separator: "-", maxSplits: 1)
    guard let digits = parts.first, let digest = AddressDigest(text: digits) else { return nil }
    guard let occurrence = parts.count > 1 ? Int(parts[1]) : 1, occurrence > 0 else { return nil }
    self.init(digest: digest, occurrence: occurrence)
  }
}
