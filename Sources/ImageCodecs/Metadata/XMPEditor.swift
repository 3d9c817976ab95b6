/// Removes or updates the parts of XMP that do not apply to an output.
struct XMPEditor {
  /// The edited XMP.
  private(set) var bytes: [UInt8] = []
  /// Whether it described a video that is not carried over.
  private(set) var hadMotion = false
  private(set) var hadGainMap = false
  /// Whether it listed the items that follow the image in its file.
  private(set) var hadDirectory = false
  /// The digest of the extended XMP that it referred to.
  private(set) var extensionDigest: [UInt8]?

  private let isTurned: Bool
  private let source: [UInt8]
  private var names = XMPNames()
  /// End of the source text copied so far.
  private var copied = 0

  private enum Verdict { case keep, upright, motion, gainMap, directory, digest }

  /// Nil if the XMP is malformed XML: its contents are then unknown.
  /// - Parameter isTurned: whether every orientation must become 1.
  init?(_ source: [UInt8], isTurned: Bool) {
    self.source = source
    self.isTurned = isTurned
    do { try edit() } catch { return nil }
  }

  private mutating func edit() throws(XMLScanner.Malformed) {
    var scanner = XMLScanner(source)
    // The start tag of the element that is being replaced, the reason, and the element's depth.
    var replaced: (tag: XMLScanner.Tag, verdict: Verdict, depth: Int)?
    var elements = 0
    while let tag = try scanner.next() {
      if tag.kind != .end {
        elements += 1
        names.enter(tag, source)
        if replaced == nil {
          let verdict = verdict(names.element(source[tag.name]))
          if verdict == .keep { editAttributes(tag) } else { replaced = (tag, verdict, names.depth) }
        }
      }
      if tag.kind == .start { continue }
      if let (start, verdict, depth) = replaced, names.depth == depth {
        replace(start, upTo: tag.range.upperBound, verdict)
        replaced = nil
      }
      try names.leave(source[tag.name])
    }
    guard names.depth == 0, elements > 0 else { throw XMLScanner.Malformed() }
    bytes += source[copied...]
  }

  private func verdict(_ name: XMPNames.Name) -> Verdict {
    switch name.namespace {
    case .tiff: isTurned && name.local.isText("Orientation") ? .upright : .keep
    case .note: name.local.isText("HasExtendedXMP") ? .digest : .keep
    case .camera:
      name.local.startsWithText("MotionPhoto") || name.local.startsWithText("MicroVideo") ? .motion : .keep
    case .container, .dynamicContainer: name.local.isText("Directory") ? .directory : .keep
    case .gainMap, .appleGainMap: .gainMap
    case .rdf, .other: .keep
    }
  }

  private mutating func editAttributes(_ tag: XMLScanner.Tag) {
    for attribute in tag.attributes {
      if XMPNames.declared(source[attribute.name]) != nil {
        // Nothing of this namespace stays, and some readers take its declaration alone for a sign of a gain map.
        let namespace = XMPNamespace(source[attribute.value])
        if namespace == .gainMap || namespace == .appleGainMap { copy(upTo: attribute.range) }
        continue
      }
      let verdict = verdict(names.attribute(source[attribute.name]))
      note(verdict, XMLScanner.text(source[attribute.value]))
      switch verdict {
      case .keep: break
      case .upright: copy(upTo: attribute.value, then: "1")
      case .motion, .gainMap, .directory, .digest: copy(upTo: attribute.range)
      }
    }
  }

  private mutating func replace(_ tag: XMLScanner.Tag, upTo end: Int, _ verdict: Verdict) {
    note(verdict, content(tag, upTo: end))
    copy(upTo: tag.range.lowerBound..<end)
    guard verdict == .upright else { return }
    // The element itself may declare its prefix.
    let name = source[tag.name]
    bytes += "<".utf8 + name
    for attribute in tag.attributes where XMPNames.declared(source[attribute.name]) != nil {
      bytes += source[attribute.range]
    }
    bytes += ">1</".utf8 + name + ">".utf8
  }

  /// The text of an element that contains only text.
  private func content(_ tag: XMLScanner.Tag, upTo end: Int) -> ArraySlice<UInt8> {
    let rest = source[tag.range.upperBound..<max(end, tag.range.upperBound)]
    let text = rest.prefix { $0 != UInt8(ascii: "<") }
    return text.drop { $0 <= 0x20 }.prefix { $0 > 0x20 }
  }

  private mutating func note(_ verdict: Verdict, _ value: ArraySlice<UInt8>) {
    switch verdict {
    case .keep, .upright: break
    case .motion: hadMotion = true
    case .gainMap: hadGainMap = true
    case .directory: hadDirectory = true
    case .digest: extensionDigest = Array(value)
    }
  }

  /// Copies the source up to `part` and writes `text` in place of it.
  private mutating func copy(upTo part: Range<Int>, then text: String = "") {
    bytes += source[copied..<part.lowerBound]
    bytes += text.utf8
    copied = part.upperBound
  }
}
