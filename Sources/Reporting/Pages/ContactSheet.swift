internal import ImageCodecs
internal import ImageCore
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// A contact sheet: thumbnails, each with its name and result.
struct ContactSheet {
  /// The most bytes of images inside a page, so that it opens quickly and can be sent by mail.
  private static let maxBytesInside = 8 << 20
  private static let maxBytesOfOne = 256 << 10

  private let entries: [RunPageData.Entry]
  private let page: FilePath
  /// Whether the page contains the images; otherwise it links to them.
  let isInside: Bool

  var isEmpty: Bool { entries.isEmpty }

  init(_ entries: [RunPageData.Entry], page: FilePath) {
    self.entries = entries
    self.page = page
    let sum = entries.reduce(0) { $0 + ($1.image?.outputs[0].byteCount ?? ContactSheet.maxBytesOfOne) }
    isInside = sum <= ContactSheet.maxBytesInside
  }

  /// The sheet, and the permissions of a page with it: only users who may read all images in it may read the page.
  var html: (sheet: HTML, permissions: Permissions) {
    var permissions = Permissions.ordinary
    let items = entries.map { item($0, &permissions) }
    return (.element("ul", ["class": "sheet"], items), permissions)
  }

  private func item(_ entry: RunPageData.Entry, _ permissions: inout Permissions) -> HTML {
    let link = address(ofRelative: entry.output.seen(fromFolderOf: page))
    let image = HTML.void(
      "img", ["src": inside(entry, &permissions) ?? link, "alt": entry.source, "loading": "lazy", "decoding": "async"])
    return .element(
      "li", [:],
      [.element("a", ["href": link], [image]), .element("b", ["title": entry.source], entry.name)]
        + text(entry.image).map { .element("div", ["class": "soft"], $0) })
  }

  private func text(_ image: WrittenImage?) -> [String] {
    guard let image else { return ["was there already"] }
    // The first of several sizes is shown, and all are listed.
    let sizes = image.outputs.map { "\($0.size.width)×\($0.size.height)" }.joined(separator: ", ")
    return [
      "\(image.sourceSize.width)×\(image.sourceSize.height) → \(sizes)",
      "\(humanByteCount(image.sourceByteCount)) → \(humanByteCount(image.outputByteCount))",
    ]
  }

  /// Nil where the image is linked, too large or missing.
  private func inside(_ entry: RunPageData.Entry, _ permissions: inout Permissions) -> String? {
    guard isInside,
      let (bytes, readers) = AtomicFile.contents(of: entry.output, atMost: ContactSheet.maxBytesOfOne)
    else { return nil }
    // The bytes determine the format: a PNG file may be named .jpg.
    guard let format = unsafe ImageFormat.recognized(bytes.span.bytes) else { return nil }
    permissions = permissions.intersection(readers)
    return "data:\(format.mediaType);base64," + base64(bytes)
  }
}

extension FilePath {
  /// The relative path from the folder of a page to this file.
  func seen(fromFolderOf page: FilePath) -> FilePath {
    let current = currentFolder()
    let here = current.pushing(page).lexicallyNormalized().removingLastComponent()
    let there = current.pushing(self).lexicallyNormalized()
    let mine = Array(here.components)
    let theirs = Array(there.components)
    let shared = zip(mine, theirs).prefix { $0 == $1 }.count
    var way = FilePath()
    for _ in shared..<mine.count { way.append("..") }
    for component in theirs[shared...] { way.append(component) }
    return way
  }
}
