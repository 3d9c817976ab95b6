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

  func perform() throws -> ExitStatus {
    if let reason = CurlLibrary.open() { throw CommandError.noCurl(reason) }
    var check = OverwriteCheck(lists: [list.path])
    let file = try Page(page, for: "--out", &check)
    let entries = try entries()
    if let signal = Signals.received { return .interrupted(signal: signal) }
    if entries.isEmpty {
      throw CommandError(status: .noInput, sentence: "the list \(list.path.forTerminal) has no address.")
    }
    let (gallery, loginCount) = gallery(of: entries)
    if gallery.count == 0 { throw CommandError.emptyPage }
    try file.write(gallery.page(missing: entries.count - gallery.count))
    if loginCount > 0 {
      let what = loginCount == 1 ? "1 address has" : "\(loginCount) addresses have"
      StandardStream.error.write(
        "Warning: \(what) a user or a password, which the page leaves out; add it to the lists that are saved there.\n")
    }
    return gallery.count < entries.count ? .someImagesFailed : .success
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
    var gallery = Gallery(title: heading, kind: .addresses)
    var loginCount = 0
    for var entry in entries {
      guard entry.problem == nil, let address = HTTPURL(entry.address) else {
        StandardStream.error.write(
          "failed \(terminalText(withoutPasswords(entry.address))): fetch: \(entry.problem ?? "not an address of http or https") [network]\n"
        )
        continue
      }
      // A page may be shared, so it must not contain logins.
      if address.login != nil {
        loginCount += 1
        entry.address = address.text
      }
      gallery.add(
        address: address.text, name: entry.name ?? address.host + address.path,
        line: hasMore ? entry.jsonLine(keepsPosition: false) : entry.address)
    }
    return (gallery, loginCount)
  }
}

extension CommandError {
  static let emptyPage = CommandError(
    status: .someImagesFailed, sentence: "no picture can be shown, so no page was written.")
}
