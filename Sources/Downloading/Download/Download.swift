internal import ImageCore
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// One download of an address in the list.
struct Download: Sendable {
  let index: Int
  let listed: ListedAddress
  let key: DownloadKey
  /// The address as given in the list.
  let home: HTTPURL
  /// The partial file, relative to the folder and as a full path.
  let partName: [UInt8]
  let partPath: FilePath
  /// The name of the image. It changes where the name turns out to be taken.
  var name: DownloadName
  /// The image that an earlier run downloaded to that name, whether or not it still exists.
  let image: DownloadHistory.Image?

  /// The URL of the next request. After a redirection it differs from `home`.
  var address: HTTPURL
  var redirects = 0
  var tries = 0
  /// The number of refusals for too many requests, and the host's count of other answers at the last of them.
  var paceRefusals = 0
  var servedBefore = -1
  /// The validator of the bytes at `partPath`; nil where they cannot be resumed.
  var part: Validator?
  /// Whether the partial file was discarded once. This happens at most once per download.
  var startedOver = false
  /// Whether to decode the content while it is received, because the server sent a coding that was not requested.
  var decodes = false
  /// The existing image, where it is unchanged on disk and can be revalidated.
  var known: DownloadHistory.Image?
  var began: ContinuousClock.Instant?

  init(
    index: Int, listed: ListedAddress, key: DownloadKey, home: HTTPURL, name: DownloadName, in folder: FilePath,
    image: DownloadHistory.Image?
  ) {
    self.index = index
    self.listed = listed
    self.key = key
    self.home = home
    self.name = name
    self.image = image
    partName = name.partName(key)
    partPath = folder.pushing(FilePath(bytes: partName))
    address = home
  }

  /// The name of the complete image, below the folder. It is the earlier image's name, where that still fits the name and the
  /// format.
  func finalName(for format: ImageFormat) -> [UInt8] {
    if let image, let last = DownloadName(listed: String(decoding: image.name, as: UTF8.self)),
      last.stem == name.text, last.format == format
    {
      return image.name
    }
    return name.bytes(for: format)
  }

  /// The partial file.
  /// - Parameter base: the folder of the downloads.
  func part(in base: BaseFolder) -> PlacedFile { PlacedFile(base, FilePath(bytes: partName)) }

  /// The header lines of the next request.
  /// - Parameters:
  ///   - own: the user's header lines.
  ///   - start: the size of the partial file in bytes.
  func headers(_ own: OwnHeaders, start: Int) -> [String] {
    let own = own.lines(for: address, of: home)
    // For servers that choose among several formats (content negotiation). Without the second line, they may use any coding (RFC
    // 9110, 12.5.3).
    let usual = [("Accept", ImageFormat.acceptHeader), ("Accept-Encoding", "identity")]
    var lines = usual.compactMap { name, value in
      own.contains { $0.lowercased().hasPrefix(name.lowercased() + ":") } ? nil : "\(name): \(value)"
    }
    lines += own
    if start > 0, let condition = part?.condition {
      lines += ["Range: bytes=\(start)-", "If-Range: \(condition)"]
    } else if let known {
      if !known.validator.entityTag.isEmpty { lines.append("If-None-Match: \(known.validator.entityTag)") }
      if !known.validator.lastModified.isEmpty { lines.append("If-Modified-Since: \(known.validator.lastModified)") }
    }
    return lines
  }

  /// The target of a redirection. It has the login of `home` where the origin is the same (RFC 9110, 11.6.2), and never one that
  /// the server supplies. Nil where the redirection must not be followed.
  func redirected(to location: String) -> HTTPURL? {
    guard let next = HTTPURL(location, from: address) else { return nil }
    let own = next.hasOrigin(of: home) ? home.login : nil
    return next.login == nil || next.login == own ? next.with(own) : nil
  }

  /// The number of refusals for too many requests that do not count as tries.
  private static let maxPaceRefusals = 50

  /// Records a refusal for too many requests. It does not count as a try while the host serves other requests in between, because
  /// then a later request will be served.
  mutating func wasRefused(servedCount: Int) {
    paceRefusals += 1
    if servedCount > servedBefore && paceRefusals <= Download.maxPaceRefusals && tries > 1 { tries -= 1 }
    servedBefore = servedCount
  }

  mutating func follow(_ redirection: HTTPURL) {
    redirects += 1
    address = redirection
  }

  mutating func goHome() {
    address = home
    redirects = 0
  }

  mutating func startOver() {
    startedOver = true
    part = nil
    goHome()
  }

  /// Whether the response belongs to the same content as the partial file: a server may ignore `If-Range`.
  func fits(_ response: Response) -> Bool {
    guard response.status == 206, let part else { return true }
    return response.validator.continues(part)
  }

  /// The validator of the bytes in the file after a response; nil where it is unknown.
  func validator(after response: Response) -> Validator? {
    switch response.status {
    // The joined bytes have the validator of the first part. Servers need not repeat it in a 206 response.
    case 206 where part != nil: fits(response) ? part : nil
    // Decoded bytes cannot be resumed: their offsets differ from those of the server's content.
    case 200..<300:
      decodes || response.validator.condition == nil || response.fileByteCount == 0 ? nil : response.validator
    default: part
    }
  }
}
