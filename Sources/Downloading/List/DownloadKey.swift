internal import SystemSupport
internal import TextFormatting

/// Identifies a download across runs by its address, at any position in a list. The address itself may contain secrets, so file
/// names and the journal contain only this digest.
struct DownloadKey: Hashable, Sendable {
  /// SHA-256 of the address as given in the list.
  let digest: AddressDigest
  /// The number of the entry among those with the same address, from 1.
  let occurrence: Int

  /// The part of a hidden file's name that identifies the download: 128 bits, so that collisions are negligible.
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

  /// Parses 64 hexadecimal digits.
  init?(text: Substring) {
    let digits = Array(text.utf8)
    guard digits.count == 64 else { return nil }
    var words: [UInt64] = []
    for start in stride(from: 0, to: 64, by: 16) {
      guard let word = Hexadecimal.value(digits[start..<start + 16]) else { return nil }
      words.append(word)
    }
    self.words = (words[0], words[1], words[2], words[3])
  }

  var text: String {
    [words.0, words.1, words.2, words.3].map { Hexadecimal.text($0) }.joined()
  }

  static func == (one: AddressDigest, other: AddressDigest) -> Bool { one.words == other.words }

  /// The words of a digest are uniformly distributed, so one is enough.
  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension DownloadKey {
  private static let prefix = "sha256:"

  /// The source of a download in the journal: the key, a space, and the URL for people who search the journal. User, password and
  /// query are omitted.
  func journalName(_ home: HTTPURL) -> [UInt8] {
    Array("\(DownloadKey.prefix)\(digest.text)\(suffix) \(home.scheme)://\(home.host)\(home.path)".utf8)
  }

  /// - Parameter name: the name in the journal. Earlier versions wrote the address itself.
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
