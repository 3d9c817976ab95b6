/// Where the detail scans of a progressive JPEG lie in its bytes, so that those may be left out that nothing is made of.
///
/// A component that is decoded at 1/8 needs its DC coefficients only. Every AC scan is of one component, and scans do
/// not depend on those of other coefficients: without them the decoder reads the same of the rest.
///
/// What is not needed is not read: damage inside the entropy-coded data of a scan that is left out stays unseen. Any
/// other fault is declined (nil), as is all that is unusual; libjpeg then reads the whole file, and its verdict stands.
/// Accepted are only files of 8 bits and 1 to 3 components, Huffman-coded, whole to their end marker and nothing behind
/// it, whose scans, all counted, are legal and tell of every coefficient to its last bit, by sound tables.
struct ProgressiveScans {
  /// An AC scan: from its marker to the marker behind its data.
  struct Details: Equatable {
    let component: Int
    let bytes: Range<Int>
  }

  private(set) var details: [Details] = []
  /// All scans, those of DC too.
  private(set) var count = 0

  private var identifiers: [UInt8] = []
  private var script = ScanScript(componentCount: 0)
  private var hasRestarts = false
  /// Which of the four AC tables are defined.
  private var definedTables: UInt8 = 0

  private enum Marker {
    static let startOfImage: UInt8 = 0xD8
    static let endOfImage: UInt8 = 0xD9
    static let progressiveFrame: UInt8 = 0xC2
    static let huffmanTables: UInt8 = 0xC4
    static let restartInterval: UInt8 = 0xDD
    static let scan: UInt8 = 0xDA
    /// Quantisation tables, comments and application data: kept, and left to libjpeg to judge.
    static func isKept(_ marker: UInt8) -> Bool {
      marker == 0xDB || marker == 0xFE || (0xE0...0xEF).contains(marker)
    }
  }

  /// Nil for whatever libjpeg must judge. Costs one pass over the bytes, for 0xFF.
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= 4, bytes.byte(0) == 0xFF, bytes.byte(1) == Marker.startOfImage else { return nil }
    var offset = 2
    while let (marker, start) = bytes.marker(at: offset) {
      if marker == Marker.endOfImage {
        guard start + 2 == bytes.byteCount, count > 0, script.isComplete else { return nil }
        return
      }
      let body = start + 4
      guard body <= bytes.byteCount, case let length = bytes.integer(start + 2) - 2, length >= 0,
        length <= bytes.byteCount - body
      else { return nil }
      offset = body + length
      let segment = bytes.extracting(body..<offset)
      switch marker {
      case Marker.progressiveFrame:
        guard takeFrame(segment) else { return nil }
      case Marker.huffmanTables:
        guard takeTables(segment) else { return nil }
      case Marker.restartInterval:
        guard length == 2 else { return nil }
        hasRestarts = segment.integer(0) != 0
      case Marker.scan:
        guard let scan = takeScan(segment), let end = bytes.endOfScan(from: offset, hasRestarts: hasRestarts) else {
          return nil
        }
        offset = end
        if scan.isOfDetails { details.append(Details(component: scan.components[0], bytes: start..<end)) }
      case _ where Marker.isKept(marker): break
      default: return nil
      }
    }
    return nil
  }

  private mutating func takeFrame(_ segment: RawSpan) -> Bool {
    guard identifiers.isEmpty, segment.byteCount >= 6, segment.byte(0) == 8 else { return false }
    // A height of zero would follow in a DNL marker, behind the first scan.
    let components = Int(segment.byte(5))
    guard segment.integer(1) > 0, segment.integer(3) > 0, (1...3).contains(components),
      segment.byteCount == 6 + 3 * components
    else { return false }
    identifiers = (0..<components).map { segment.byte(6 + 3 * $0) }
    script = ScanScript(componentCount: components)
    return Set(identifiers).count == components
  }

  /// libjpeg looks at a table's codes when a scan uses it, so a scan that is left out might hide a faulty one.
  private mutating func takeTables(_ segment: RawSpan) -> Bool {
    var offset = 0
    while segment.byteCount - offset >= 17 {
      let selector = segment.byte(offset)
      guard selector & 0xEF < 4, let symbols = segment.huffmanSymbols(at: offset + 1) else { return false }
      if selector & 0x10 != 0 { definedTables |= 1 << (selector & 3) }
      offset += 17 + symbols
    }
    return offset == segment.byteCount
  }

  private mutating func takeScan(_ segment: RawSpan) -> ProgressiveScan? {
    guard segment.byteCount >= 6, case let components = Int(segment.byte(0)), (1...3).contains(components),
      segment.byteCount == 4 + 2 * components
    else { return nil }
    let end = 1 + 2 * components
    var scan = ProgressiveScan(
      components: [], first: Int(segment.byte(end)), last: Int(segment.byte(end + 1)),
      high: Int(segment.byte(end + 2) >> 4), low: Int(segment.byte(end + 2) & 15))
    for index in 0..<components {
      guard let component = identifiers.firstIndex(of: segment.byte(1 + 2 * index)),
        component > scan.components.last ?? -1
      else { return nil }
      scan.components.append(component)
    }
    if scan.isOfDetails {
      let table = segment.byte(2) & 15
      guard table < 4, definedTables & 1 << table != 0 else { return nil }
    }
    count += 1
    return script.take(scan) ? scan : nil
  }
}
