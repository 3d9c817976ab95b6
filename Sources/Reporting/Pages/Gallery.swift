internal import RunState
internal import SystemSupport
internal import TextFormatting

/// A self-contained page for selecting images. It works as a local file, and saves a list of the selection.
package struct Gallery {
  /// The content of the list.
  package enum Kind: Sendable {
    /// Paths for `--files-from`; the page contains the images.
    case files
    /// URLs for `fetch`; the images are loaded from their servers.
    case addresses
  }

  private let title: String
  private let kind: Kind
  private var cards: [UInt8] = []
  package private(set) var count = 0

  package init(title: String, kind: Kind) {
    self.title = title
    self.kind = kind
  }

  /// Adds an image file.
  /// - Parameters:
  ///   - path: the bytes of the path, as the list will contain them.
  ///   - facts: the image's size, for people.
  ///   - jpeg: a thumbnail of `width` by `height` pixels.
  package mutating func add(path: [UInt8], facts: String, jpeg: [UInt8], width: Int, height: Int) {
    add(
      path, name: terminalText(path), facts: facts,
      image: "data-src=\"data:image/jpeg;base64,\(base64(jpeg))\" width=\"\(width)\" height=\"\(height)\"")
  }

  /// Adds an image by its http or https URL.
  /// - Parameter line: its line in the list.
  package mutating func add(address: String, name: String, line: String) {
    add(
      Array(line.utf8), name: name, facts: "",
      image: "src=\"\(HTML.attribute(address))\" loading=\"lazy\" referrerpolicy=\"no-referrer\"")
  }

  /// - Parameter bytes: the line of the list.
  private mutating func add(_ bytes: [UInt8], name: String, facts: String, image: String) {
    let text = String(decoding: bytes, as: UTF8.self)
    // Lines that HTML text cannot represent are stored as bytes.
    let isText = Array(text.utf8) == bytes && !text.unicodeScalars.contains { $0.isControl }
    let line = isText ? "data-line=\"\(HTML.attribute(text))\"" : "data-bytes=\"\(base64(bytes))\""
    let label = facts.isEmpty ? escaped(name) : "\(escaped(name)), \(escaped(facts))"
    cards +=
      """
      <li role="option" id="p\(count)" aria-selected="false" aria-label="\(label)" \(line)>\
      <span class="frame"><img alt="" decoding="async" \(image)></span>\
      <span class="name">\(escaped(name))</span><span class="facts">\(escaped(facts))</span></li>

      """.utf8
    count += 1
  }

  /// The page.
  /// - Parameter missing: the number of images that could not be shown.
  package func page(missing: Int) -> [UInt8] {
    let note =
      missing > 0
      ? "<p class=\"note\">\(missing) \(missing == 1 ? "picture" : "pictures") could not be shown.</p>" : ""
    let (listName, use) =
      switch kind {
      case .files: ("selection.txt", "imgbatch resize --files-from selection.txt --out thumbs")
      case .addresses: ("selection.txt", "imgbatch fetch selection.txt --out pictures")
      }
    // Only the page's own script runs, and only images are loaded.
    let policy =
      "default-src 'none'; img-src data: http: https:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
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
      <p class="note">Click, or arrow keys and space. Shift selects a range, Ctrl+A all that is shown, Escape none.
      The saved list is for <code>\(escaped(use))</code>.</p>
      \(note)
      </header>
      <main>
      <ul id="pictures" role="listbox" aria-label="Pictures" aria-multiselectable="true" tabindex="0" data-list="\(listName)">

      """
    let tail = """
      </ul>
      </main>
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
