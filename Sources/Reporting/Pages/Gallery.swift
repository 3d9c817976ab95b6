internal import RunState
package import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// A self-contained page for selecting images. It works as a local file, and saves a list of the selection.
package struct Gallery {
  /// The content of the list.
  package enum Kind: Sendable {
    /// Paths for `--files-from`; the page contains thumbnails and links to the images.
    case files
    /// URLs for `fetch`; the images are loaded from their servers.
    case addresses
  }

  /// How many of the images that could not be shown are named.
  private static let maxMissingNames = 100

  private let title: String
  private let kind: Kind
  private let page: FilePath
  private var cards: [UInt8] = []
  private var missing: [HTML] = []
  package private(set) var count = 0
  package private(set) var missingCount = 0

  /// - Parameter page: the path of the page, which links are relative to.
  package init(title: String, kind: Kind, page: FilePath) {
    self.title = title
    self.kind = kind
    self.page = page
  }

  /// Adds an image file.
  /// - Parameters:
  ///   - path: its path, as the list will contain it.
  ///   - facts: the image's size, for people.
  ///   - jpeg: a thumbnail of `width` by `height` pixels.
  package mutating func add(path: FilePath, facts: String, jpeg: [UInt8], width: Int, height: Int) {
    let link = address(ofRelative: path.seen(fromFolderOf: page))
    add(
      path.bytes, name: path.lastComponent.map { FilePath(root: nil, [$0]).forTerminal } ?? "",
      folder: path.removingLastComponent().forTerminal, whole: path.forTerminal, facts: facts,
      image:
        "data-src=\"data:image/jpeg;base64,\(base64(jpeg))\" width=\"\(width)\" height=\"\(height)\" data-full=\"\(link)\""
    )
  }

  /// Adds an image by its http or https URL.
  /// - Parameters:
  ///   - name: the last part of the URL, or the name in the list, for people.
  ///   - folder: the part of the URL before it.
  ///   - line: its line in the list.
  package mutating func add(address: String, name: String, folder: String, line: String) {
    add(
      Array(line.utf8), name: name, folder: folder, whole: address, facts: "",
      image: "src=\"\(HTML.attribute(address))\" loading=\"lazy\" referrerpolicy=\"no-referrer\"")
  }

  /// Adds an image that the page cannot show.
  package mutating func addMissing(_ name: String) {
    missingCount += 1
    if missingCount <= Gallery.maxMissingNames { missing.append(.element("li", [:], name)) }
  }

  /// - Parameter bytes: the line of the list.
  private mutating func add(
    _ bytes: [UInt8], name: String, folder: String, whole: String, facts: String, image: String
  ) {
    let text = String(decoding: bytes, as: UTF8.self)
    // Lines that HTML text cannot represent are stored as bytes.
    let isText = Array(text.utf8) == bytes && !text.unicodeScalars.contains { $0.isControl }
    let line = isText ? "data-line=\"\(HTML.attribute(text))\"" : "data-bytes=\"\(base64(bytes))\""
    let label = [name, folder, facts].filter { !$0.isEmpty }.map(escaped).joined(separator: ", ")
    cards +=
      """
      <li role="option" id="p\(count)" aria-selected="false" aria-label="\(label)" title="\(escaped(whole))" \(line)>\
      <span class="frame"><img alt="" decoding="async" \(image)></span><span class="box"></span>\
      <span class="name">\(escaped(name))</span><span class="folder">\(escaped(folder))</span>\
      <span class="facts">\(escaped(facts))</span></li>

      """.utf8
    count += 1
  }

  private var missingNote: HTML {
    guard missingCount > 0 else { return .nothing }
    let more = missingCount - missing.count
    return .element(
      "details", ["class": "note"],
      [
        .element("summary", [:], "\(counted(missingCount, "image")) could not be shown."),
        .element("ul", [:], missing + (more > 0 ? [.element("li", [:], "and \(more) more")] : [])),
      ])
  }

  package var html: [UInt8] {
    let (sources, use) =
      switch kind {
      case .files: ("data: file: 'self'", "imgbatch resize --files-from selection.txt --out thumbs")
      case .addresses: ("http: https:", "imgbatch fetch selection.txt --out images")
      }
    // Only the page's own script runs, and only images are loaded.
    let policy =
      "default-src 'none'; img-src \(sources); style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
      + "base-uri 'none'; form-action 'none'"
    let head = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="referrer" content="no-referrer">
      <title>\(escaped(title))</title>
      <style>
      \(galleryStyle)
      </style>
      </head>
      <body>
      <header>
      <h1>\(escaped(title))</h1>
      <div class="tools" role="toolbar" aria-label="Selection">
      <label>Filter <input id="filter" type="search" autocomplete="off" spellcheck="false"></label>
      <button id="all" type="button">Select all shown</button>
      <button id="none" type="button">Clear</button>
      <button id="save" type="button" disabled>Save list</button>
      <button id="copy" type="button" disabled>Copy list</button>
      <output id="state" aria-live="polite"></output>
      </div>
      <details class="note" id="hints">
      <summary>How to select, and what the list is for</summary>
      <p>Click an image, or press Enter, for a larger view; Escape closes it. Select with the mark in the corner, with the name, or
      with the space bar. Arrow keys move; with Shift they select a range. Ctrl+A selects all that is shown, Escape nothing.
      The selection is kept in this browser. The saved list is for <code>\(escaped(use))</code>.</p>
      </details>
      \(missingNote.markup)
      </header>
      <main>
      <ul id="images" role="listbox" aria-label="Images" aria-multiselectable="true" tabindex="0" data-list="selection.txt">

      """
    let tail = """
      </ul>
      <p id="nothing" role="status" hidden>No image matches the filter.</p>
      </main>
      <dialog id="view" aria-labelledby="view-name">
      <div id="view-frame"></div>
      <div class="tools">
      <label><input id="view-selected" type="checkbox"> Selected</label>
      <button id="previous" type="button" aria-label="Previous image">&larr;</button>
      <button id="next" type="button" aria-label="Next image">&rarr;</button>
      <button id="close" type="button">Close</button>
      </div>
      <p><b id="view-name"></b> <span id="view-facts"></span></p>
      </dialog>
      <script>
      \(galleryScript)
      </script>
      </body>
      </html>

      """
    return Array(head.utf8) + cards + Array(tail.utf8)
  }
}

/// Text escaped for HTML elements and quoted attributes.
private func escaped(_ text: String) -> String { HTML.text(text).markup }

/// The style sheet of the page. Cards have a fixed size and are laid out independently (`contain`). They are not list items,
/// which Chromium renumbers at each change. Both keep pages with thousands of cards smooth. `content-visibility` made scrolling
/// slower.
private let galleryStyle = String(decoding: PackageResources.gallery_css.dropLast(), as: UTF8.self)

/// The script of the page. It has one listener per kind of event, regardless of the number of images.
private let galleryScript = String(decoding: PackageResources.gallery_js.dropLast(), as: UTF8.self)
