/// XMP that is too long for one JPEG segment is stored in two packets. The main packet contains the digest of the extended
/// packet, which is stored in separate segments (XMP specification, part 3, 1.1.3.1).
enum ExtendedXMP {
  /// Maximum size of a main packet.
  static let maxMainBytes = 65_502

  /// The main packet of at most `maxMainBytes`, and the extended packet of any length.
  struct Packets: Hashable {
    let main: [UInt8]
    let extended: [UInt8]
  }

  /// Adds a reference to the extended packet to a main packet that has none. Nil if the result is too long, or if either packet
  /// is not XMP.
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

  /// Stores one packet of any length as two: the extended packet contains everything, the main one only refers to it. Nil if the
  /// packet is not XMP.
  static func packets(_ whole: [UInt8]) -> Packets? {
    let main =
      "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
      + "<rdf:RDF xmlns:rdf=\"\(XMPNamespace.rdf.rawValue)\"><rdf:Description rdf:about=\"\"/></rdf:RDF></x:xmpmeta>"
      + "<?xpacket end=\"w\"?>"
    return packets(Array(main.utf8), whole)
  }

  /// The contents of the segments for an extended packet. Each has the signature, the digest, the total length, the offset, and a
  /// piece.
  static func segments(_ extended: [UInt8]) -> [[UInt8]] {
    let digest = MD5.capitalDigits(extended)
    func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    return stride(from: 0, to: extended.count, by: maxPieceBytes).map { offset in
      ImageMetadata.extendedXMPStart + digest + number(extended.count) + number(offset)
        + extended[offset..<min(offset + maxPieceBytes, extended.count)]
    }
  }

  /// Maximum size of a piece, from the specification.
  private static let maxPieceBytes = 65_400

  /// Joins both packets into one: the descriptions of the extended packet follow those of the main one. Nil if either is not XMP,
  /// or if the result is too long.
  static func joined(_ main: [UInt8], _ extended: [UInt8]) -> [UInt8]? {
    guard let outline = XMPOutline(main), let position = outline.rdfEnd, let part = XMPOutline(extended) else {
      return nil
    }
    var descriptions: [UInt8] = []
    for tag in part.children {
      // The main packet does not contain the declarations that surround a description in the extended packet.
      let own = Set(tag.start.attributes.compactMap { XMPNames.declared(extended[$0.name]) })
      descriptions += extended[tag.start.range.lowerBound..<tag.start.name.upperBound]
      for (prefix, declaration) in part.declarations where !own.contains(prefix) { descriptions += declaration }
      descriptions += extended[tag.start.name.upperBound..<tag.end]
      // Each description repeats all declarations, so a hostile packet would grow quadratically without this bound.
      if descriptions.count > ImageMetadata.maxByteCount { return nil }
    }
    return main[..<position] + descriptions + main[position...]
  }
}

/// The positions of the parts of a packet.
struct XMPOutline {
  /// The outermost element.
  private(set) var root = 0..<0
  /// Start of the end tag of rdf:RDF.
  private(set) var rdfEnd: Int?
  /// The child elements of rdf:RDF: their start tags and the ends of the elements.
  private(set) var children: [(start: XMLScanner.Tag, end: Int)] = []
  /// The start tag of the first rdf:Description in rdf:RDF.
  private(set) var description: XMLScanner.Tag?
  /// The attributes on rdf:RDF and its ancestors that declare a prefix, in document order. The innermost of each prefix counts.
  private(set) var declarations: [(prefix: ArraySlice<UInt8>, attribute: ArraySlice<UInt8>)] = []

  /// Nil if the bytes are malformed XML, or have no rdf:RDF or more than one.
  init?(_ bytes: [UInt8]) {
    do { try read(bytes) } catch { return nil }
    if rdfEnd == nil { return nil }
  }

  private mutating func read(_ bytes: [UInt8]) throws(XMLScanner.Malformed) {
    var scanner = XMLScanner(bytes)
    var names = XMPNames()
    /// The number of open elements up to rdf:RDF, including it; nil outside rdf:RDF.
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
          // An empty element has no place for further children.
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
