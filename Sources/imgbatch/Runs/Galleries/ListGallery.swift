internal import BatchEngine
internal import Downloading
internal import Parallelism
internal import Reporting
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// A page that shows the images of a list of addresses, which the browser loads.
struct ListGallery {
  let list: PathArgument
  let page: FilePath
  let heading: String
  let messages: MessageOptions

  func perform() throws -> ExitStatus {
    if let reason = CurlLibrary.open() { throw CommandError.noCurl(reason) }
    var check = OverwriteCheck(lists: [list.path])
    let file = try Page(page, for: "--out", &check)
    let entries = try entries()
    if let signal = Signals.received { return .interrupted(signal: signal) }
    if entries.isEmpty {
      throw CommandError(status: .noInput, sentence: "the list \(list.path.forTerminal) contains no address.")
    }
    let (gallery, loginCount) = gallery(of: entries)
    if gallery.count == 0 { throw CommandError.emptyPage }
    try file.write(gallery, messages)
    if loginCount > 0 {
      let what = loginCount == 1 ? "1 address has" : "\(loginCount) addresses have"
      StandardStream.error.write(
        "Warning: \(what) a user or password, which the page omits; add it to the lists that are saved there.\n")
    }
    return gallery.missingCount > 0 ? .someImagesFailed : .success
  }

  private func entries() throws -> [ListedAddress] {
    do throws(Errno) {
      var entries: [ListedAddress] = []
      let file = try list.text == "-" ? Descriptor(owning: 0) : Descriptor(opening: list.path, .list)
      var reader = DownloadListReader(file)
      while !reader.isAtEnd, !Signals.cancellation.isCancelled {
        while let entry = try reader.next() { entries.append(entry) }
        if !reader.isAtEnd { reader.waitForMore() }
      }
      return entries
    } catch {
      throw CommandError(.unreadableList(list.path, reason: error.message))
    }
  }

  /// The page, and the number of its addresses whose user or password it leaves out.
  private func gallery(of entries: [ListedAddress]) -> (Gallery, loginCount: Int) {
    let hasMore = entries.contains { $0.hasMore }
    var gallery = Gallery(title: heading, kind: .addresses, page: page)
    var loginCount = 0
    for var entry in entries {
      guard entry.problem == nil, let address = HTTPURL(entry.address) else {
        let shown = terminalText(withoutPasswords(entry.address))
        gallery.addMissing(shown)
        StandardStream.error.write(
          "failed \(shown): fetch: \(entry.problem ?? "not an address of http or https") [network]\n"
        )
        continue
      }
      // A page may be shared, so it must not contain logins.
      if address.login != nil {
        loginCount += 1
        entry.address = address.text
      }
      let (folder, name) = address.shownParts
      gallery.add(
        address: address.text, name: entry.name.map { terminalText($0) } ?? name, folder: folder,
        line: hasMore ? entry.jsonLine(keepsPosition: false) : entry.address)
    }
    return (gallery, loginCount)
  }
}

extension HTTPURL {
  /// The host and the folders, and the last part with the query, for people: percent-encoding is decoded.
  fileprivate var shownParts: (folder: String, name: String) {
    let text = text.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "#" }
    let path = text.prefix { $0 != "?" }
    let slash = path.lastIndex(of: "/") ?? path.endIndex
    let name = text[slash...].dropFirst()
    return name.isEmpty
      ? ("", percentDecoded(String(text))) : (percentDecoded(String(path[..<slash])), percentDecoded(String(name)))
  }
}

extension Page {
  /// Writes a gallery and says so, as in "page.html: 3 images (34.0 kB)".
  func write(
    _ gallery: Gallery, permissions: Permissions = .ordinary, _ messages: MessageOptions
  ) throws(CommandError) {
    let html = gallery.html
    try write(html, permissions: permissions)
    if messages.verbosity == .quiet || messages.json && messages.verbosity != .verbose { return }
    StandardStream.error.write(
      "\(path.forTerminal): \(counted(gallery.count, "image")) (\(humanByteCount(html.count)))\n")
  }
}

extension CommandError {
  static let emptyPage = CommandError(
    status: .someImagesFailed, sentence: "no image can be shown, so no page was written.")
}
