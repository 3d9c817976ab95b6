/// XMP that is too long for one segment of a JPEG stands in two packets: the main one, which names the other by its digest, and
/// the extended one in segments of its own (XMP specification, part 3, 1.1.3.1).
enum ExtendedXMP {
  /// The most that a main packet has.
  static let maxMainBytes = 65_502

  /// Two packets of at most `maxMainBytes` and of any length.
  struct Packets: Hashable {
    let main: [UInt8]
    let extended: [UInt8]
  }

  /// Of packets whose main one names no other: it comes to name the extended one. Nil where it does not fit then, or where
  /// either is no XMP.
  static func packets(_ main: [UInt8], _ extended: [UInt8]) -> Packets? {
    guard let outline = XMPOutline(main), let tag = outline.description, let part = XMPOutline(extended) else {
      return nil
    }
    let bytes = Array(extended[part.root])
    let digest = MD5.capitalDigits(bytes)
    let pointer = "<xmpNote:HasExtendedXMP xmlns:xmpNote=\"\(XMPNamespace.note.rawValue)\">".utf8 + digest
    let property = pointer + "</xmpNote:HasExtendedXMP>".utf8
    var named = main
    let end = tag.range.upperBound
    switch tag.kind {
    case .empty: named.replaceSubrange(end - 2..<end, with: ">".utf8 + property + "</".utf8 + main[tag.name] + ">".utf8)
    case .start, .end: named.insert(contentsOf: property, at: end)
    }
    return named.count <= maxMainBytes ? Packets(main: named, extended: bytes) : nil
  }

  /// One packet of any length as two: the extended one has all, the main one only names it. Nil where it is no XMP.
  static func packets(_ whole: [UInt8]) -> Packets? {
    let main =
      "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
      + "<rdf:RDF xmlns:rdf=\"\(XMPNamespace.rdf.rawValue)\"><rdf:Description rdf:about=\"\"/></rdf:RDF></x:xmpmeta>"
      + "<?xpacket end=\"w\"?>"
    return packets(Array(main.utf8), whole)
  }

  /// The contents of the segments that an extended packet stands in: signature, digest, length of all, offset, and a piece.
  static func segments(_ extended: [UInt8]) -> [[UInt8]] {
    let digest = MD5.capitalDigits(extended)
    func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    return stride(from: 0, to: extended.count, by: maxPieceBytes).map { offset in
      ImageMetadata.extendedXMPStart + digest + number(extended.count) + number(offset)
        + extended[offset..<min(offset + maxPieceBytes, extended.count)]
    }
  }

  /// As the specification has it.
  private static let maxPieceBytes = 65_400

  /// Both packets as one: the descriptions of the extended one behind those of the main one. Nil where either is no XMP, or
  /// where that is too much.
  static func joined(_ main: [UInt8], _ extended: [UInt8]) -> [UInt8]? {
    guard let outline = XMPOutline(main), let position = outline.rdfEnd, let part = XMPOutline(extended) else {
      return nil
    }
    var descriptions: [UInt8] = []
    for tag in part.children {
      // What is declared around it in its packet is not declared here.
      let own = Set(tag.start.attributes.compactMap { XMPNames.declared(extended[$0.name]) })
      descriptions += extended[tag.start.range.lowerBound..<tag.start.name.upperBound]
      for (prefix, declaration) in part.declarations where !own.contains(prefix) { descriptions += declaration }
      descriptions += extended[tag.start.name.upperBound..<tag.end]
      // Many descriptions with many declarations for each would grow without bound.
      if descriptions.count > ImageMetadata.maxByteCount { return nil }
    }
    return main[..<position] + descriptions + main[position...]
  }
}

/// Where the parts of a packet lie.
struct XMPOutline {
  /// The outermost element.
  private(set) var root = 0..<0
  /// Where the end tag of rdf:RDF starts.
  private(set) var rdfEnd: Int?
  /// The elements in rdf:RDF: their start tags and their ends.
  private(set) var children: [(start: XMLScanner.Tag, end: Int)] = []
  /// The start tag of the first rdf:Description there.
  private(set) var description: XMLScanner.Tag?
  /// The attributes around `children` that declare a prefix, in their order, the innermost of each prefix.
  private(set) var declarations: [(prefix: ArraySlice<UInt8>, attribute: ArraySlice<UInt8>)] = []

  /// Nil where the bytes are no XML as it should be, or have no rdf:RDF, or more than one.
  init?(_ bytes: [UInt8]) {
    do { try read(bytes) } catch { return nil }
    if rdfEnd == nil { return nil }
  }

  private mutating func read(_ bytes: [UInt8]) throws(XMLScanner.Malformed) {
    var scanner = XMLScanner(bytes)
    var names = XMPNames()
    /// How many elements are open in rdf:RDF, itself included.
    var rdfDepth: Int?
    var start: XMLScanner.Tag?
    var rootStart: Int?
    var positions: [ArraySlice<UInt8>: Int] = [:]
    while let tag = try scanner.next() {
      if tag.kind != .end {
        names.enter(tag, bytes)
        if rootStart == nil { rootStart = tag.range.lowerBound }
        let name = names.element(bytes[tag.name])
        if rdfDepth == nil {
          for attribute in tag.attributes {
            guard let prefix = XMPNames.declared(bytes[attribute.name]) else { continue }
            let declaration = (prefix, bytes[attribute.range])
            if let position = positions[prefix] {
              declarations[position] = declaration
            } else {
              positions[prefix] = declarations.count
              declarations.append(declaration)
            }
          }
          if name.namespace == .rdf, name.local.isText("RDF") {
            guard rdfEnd == nil else { throw XMLScanner.Malformed() }
            rdfDepth = names.depth
          }
        } else if names.depth == rdfDepth.map({ $0 + 1 }) {
          start = tag
          if description == nil, name.namespace == .rdf, name.local.isText("Description") { description = tag }
        }
      }
      if tag.kind == .start { continue }
      if let depth = rdfDepth {
        if names.depth == depth + 1, let begun = start { children.append((begun, tag.range.upperBound)) }
        if names.depth == depth {
          // Nothing can be put into an empty one.
          rdfEnd = tag.kind == .end ? tag.range.lowerBound : nil
          rdfDepth = nil
        }
      }
      try names.leave(bytes[tag.name])
      if names.depth == 0, let first = rootStart { root = first..<tag.range.upperBound }
    }
    guard names.depth == 0 else { throw XMLScanner.Malformed() }
  }
}
