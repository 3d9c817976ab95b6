internal import ImageCore
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// One address of the list on its way.
struct Download: Sendable {
  let index: Int
  let listed: ListedAddress
  let key: DownloadKey
  /// The address as the list has it.
  let home: HTTPURL
  /// Where the bytes gather until they are whole, below the folder and in full.
  let partName: [UInt8]
  let partPath: FilePath
  /// What the image is to be called; another name, where it turns out that this one is taken.
  var name: DownloadName
  /// The image that an earlier run left under that name, be it there still or not.
  let image: DownloadHistory.Image?

  /// Where to ask next: elsewhere than home after a redirection.
  var address: HTTPURL
  var redirects = 0
  var tries = 0
  /// Refusals that were about the pace, and how often its host had served others at the last of them.
  var paceRefusals = 0
  var servedBefore = -1
  /// What the bytes are known by that lie at `partPath`; nil where they are of no use.
  var part: Validator?
  /// Whether what was there had to be thrown away once: that happens to one download once.
  var startedOver = false
  /// Whether it came coded though that was not asked for, and is decoded on its way now.
  var decodes = false
  /// The image, where it is there as it was left and its server may be asked about it.
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

  /// The name of the whole image, below the folder: that of the one that was there, where it still fits.
  func finalName(for format: ImageFormat) -> [UInt8] {
    if let image, let last = DownloadName(listed: String(decoding: image.name, as: UTF8.self)),
      last.stem == name.text, last.format == format
    {
      return image.name
    }
    return name.bytes(for: format)
  }

  /// The file that its bytes gather in.
  /// - Parameter base: the folder of the downloads.
  func part(in base: BaseFolder) -> PlacedFile { PlacedFile(base, FilePath(bytes: partName)) }

  /// The header lines of the next request.
  /// - Parameters:
  ///   - own: of the user.
  ///   - start: bytes that are there.
  func headers(_ own: OwnHeaders, start: Int) -> [String] {
    let own = own.lines(for: address, of: home)
    // Servers that have other formats too, and choose, are told what is of use here.
    var lines = ["Accept: image/jpeg,image/png,image/*;q=0.5,*/*;q=0.1"]
    // Without it, any coding may come (RFC 9110, 12.5.3).
    if !own.contains(where: { $0.lowercased().hasPrefix("accept-encoding:") }) {
      lines.append("Accept-Encoding: identity")
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

  /// Where a redirection leads, with the login where that is meant for it: for the origin of the list's address (RFC 9110,
  /// 11.6.2), and by no word of a server. Nil where it may not be followed.
  func redirected(to location: String) -> HTTPURL? {
    guard let next = HTTPURL(location, from: address) else { return nil }
    let own = next.hasOrigin(of: home) ? home.login : nil
    return next.login == nil || next.login == own ? next.with(own) : nil
  }

  /// Such refusals that do not count as tries.
  private static let maxPaceRefusals = 50

  /// It was refused for the pace. As long as its host serves others in between, its turn will come.
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

  /// Whether what came is of the content that is there: a server may pass over `If-Range`.
  func fits(_ response: Response) -> Bool {
    guard response.status == 206, let part else { return true }
    return response.validator.continues(part)
  }

  /// What the bytes are of that an answer brought; nil where that is not known.
  func validator(after response: Response) -> Validator? {
    switch response.status {
    // What is joined to a part is of what the part is of, and servers need not say it again.
    case 206 where part != nil: fits(response) ? part : nil
    // What was decoded cannot be joined to: places in it are not those that a server knows.
    case 200..<300:
      decodes || response.validator.condition == nil || response.fileByteCount == 0 ? nil : response.validator
    default: part
    }
  }
}
