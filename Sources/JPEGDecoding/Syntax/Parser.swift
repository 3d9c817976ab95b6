internal import ImageCore

/// Parses the markers of a whole JPEG file: the frame, its scans, and the range of their data.
///
/// The parser accepts files with 8 bits per sample and 1 or 3 components, Huffman-coded, complete up to their end marker. Their
/// segments must be well-formed, and libjpeg must be able to read the bytes between them without a warning. It declines all other
/// files. Like libjpeg, it does not read past the end marker.
struct Parser {
  private var offset = 2
  private var frame: Frame?
  private var scans: [ScanHeader] = []
  private var script = ScanScript(componentCount: 0)
  private var restartInterval = 0
  private var dcTables = [HuffmanCode?](repeating: nil, count: 4)
  private var acTables = [HuffmanCode?](repeating: nil, count: 4)
  private var quantization = [[UInt16]?](repeating: nil, count: 4)
  /// Per component, the quantization table in effect at its first scan. libjpeg keeps the same one.
  private var latched: [[UInt16]?] = []
  private let maxScans: Int

  /// Comments and application data. libjpeg has already read those that matter with the header. After the header, it checks
  /// JFIF's and Adobe's markers (APP0, APP14) for anomalies, so they are not skipped there.
  private static func isSkipped(_ marker: UInt8, inHeader: Bool) -> Bool {
    switch marker {
    case JPEGMarker.app0, JPEGMarker.app14: inHeader
    case JPEGMarker.app0...JPEGMarker.app15, JPEGMarker.comment: true
    default: false
    }
  }

  /// - Parameter maxScans: 0 for no limit.
  static func parse(_ bytes: RawSpan, maxScans: Int) throws(Unsupported) -> ParsedFile {
    var parser = Parser(maxScans: maxScans)
    return try parser.file(bytes)
  }

  private init(maxScans: Int) { self.maxScans = maxScans }

  private mutating func file(_ bytes: RawSpan) throws(Unsupported) -> ParsedFile {
    guard bytes.byteCount >= 4, bytes.byte(0) == 0xFF, bytes.byte(1) == JPEGMarker.startOfImage else { throw .markers }
    while let (marker, start) = bytes.marker(at: offset) {
      if marker == JPEGMarker.endOfImage { return try result() }
      let body = start + 4
      guard body <= bytes.byteCount, case let length = bytes.integer(start + 2) - 2, length >= 0,
        length <= bytes.byteCount - body
      else { throw .markers }
      offset = body + length
      try take(marker, bytes.extracting(body..<offset), bytes)
    }
    throw .markers
  }

  private func result() throws(Unsupported) -> ParsedFile {
    guard let frame, !scans.isEmpty else { throw .markers }
    if frame.isProgressive && !script.isComplete { throw .script }
    let tables = latched.compactMap { $0 }
    guard tables.count == frame.components.count else { throw .tables }
    return ParsedFile(frame: frame, scans: scans, quantization: tables)
  }

  private mutating func take(_ marker: UInt8, _ segment: RawSpan, _ bytes: RawSpan) throws(Unsupported) {
    switch marker {
    case JPEGMarker.baselineFrame, JPEGMarker.extendedFrame, JPEGMarker.progressiveFrame:
      guard frame == nil else { throw .markers }
      let frame = try Frame(segment: segment, isProgressive: marker == JPEGMarker.progressiveFrame)
      self.frame = frame
      script = ScanScript(componentCount: frame.components.count)
      latched = Array(repeating: nil, count: frame.components.count)
    case JPEGMarker.huffmanTables: try takeHuffmanTables(segment)
    case JPEGMarker.quantizationTables: try takeQuantizationTables(segment)
    case JPEGMarker.restartInterval:
      guard segment.byteCount == 2 else { throw .markers }
      restartInterval = segment.integer(0)
    case JPEGMarker.scan: try takeScan(segment, bytes)
    case _ where Parser.isSkipped(marker, inHeader: scans.isEmpty): break
    default: throw .kind
    }
  }

  private mutating func takeHuffmanTables(_ segment: RawSpan) throws(Unsupported) {
    var start = 0
    while segment.byteCount - start >= 17 {
      let selector = segment.byte(start)
      guard selector & 0xEF < 4, let count = segment.huffmanSymbols(at: start + 1) else { throw .tables }
      let code = HuffmanCode(
        counts: (1...16).map { segment.byte(start + $0) }, symbols: (0..<count).map { segment.byte(start + 17 + $0) })
      if selector & 0x10 != 0 { acTables[Int(selector & 3)] = code } else { dcTables[Int(selector)] = code }
      start += 17 + count
    }
    guard start == segment.byteCount else { throw .tables }
  }

  /// The tables keep the order of the file, which is zigzag.
  private mutating func takeQuantizationTables(_ segment: RawSpan) throws(Unsupported) {
    var start = 0
    while start < segment.byteCount {
      let selector = segment.byte(start)
      let size = selector >> 4 == 0 ? 1 : 2
      guard selector & 15 < 4, segment.byteCount - start > 64 * size else { throw .tables }
      quantization[Int(selector & 15)] = (0..<64).map { index in
        let position = start + 1 + index * size
        return size == 1 ? UInt16(segment.byte(position)) : UInt16(segment.integer(position))
      }
      start += 1 + 64 * size
    }
  }

  private mutating func takeScan(_ segment: RawSpan, _ bytes: RawSpan) throws(Unsupported) {
    guard let frame else { throw .markers }
    guard segment.byteCount >= 6, case let count = Int(segment.byte(0)), (1...3).contains(count),
      segment.byteCount == 4 + 2 * count
    else { throw .markers }
    let end = 1 + 2 * count
    var scan = ScanHeader(
      components: [], dcTables: [], acTables: [], first: Int(segment.byte(end)), last: Int(segment.byte(end + 1)),
      high: Int(segment.byte(end + 2) >> 4), low: Int(segment.byte(end + 2) & 15), restartInterval: restartInterval)
    for index in 0..<count {
      guard let component = frame.components.firstIndex(where: { $0.identifier == segment.byte(1 + 2 * index) }),
        component > scan.components.last ?? -1
      else { throw .script }
      scan.components.append(component)
      try takeTables(of: component, selectors: segment.byte(2 + 2 * index), into: &scan)
    }
    try check(scan, frame)
    guard let dataEnd = bytes.endOfScan(from: offset, hasRestarts: restartInterval != 0) else { throw .extent }
    scan.data = offset..<dataEnd
    offset = dataEnd
    scans.append(scan)
    guard maxScans <= 0 || scans.count <= maxScans else { throw .scanCount }
  }

  private mutating func takeTables(
    of component: Int, selectors: UInt8, into scan: inout ScanHeader
  ) throws(Unsupported) {
    guard let frame, selectors >> 4 < 4, selectors & 15 < 4 else { throw .tables }
    let dc = dcTables[Int(selectors >> 4)]
    let ac = acTables[Int(selectors & 15)]
    let needsDC = scan.first == 0 && scan.high == 0
    let needsAC = scan.last > 0
    guard dc != nil || !needsDC, ac != nil || !needsAC else { throw .tables }
    scan.dcTables.append(needsDC ? dc : nil)
    scan.acTables.append(needsAC ? ac : nil)
    if latched[component] == nil {
      // A step of zero would hide coefficients from the range check.
      guard let steps = quantization[frame.components[component].quantization], !steps.contains(0) else {
        throw .tables
      }
      latched[component] = steps
    }
  }

  private mutating func check(_ scan: ScanHeader, _ frame: Frame) throws(Unsupported) {
    if frame.isProgressive {
      guard script.take(scan) else { throw .script }
    } else {
      guard scans.isEmpty, scan.components.count == frame.components.count, scan.first == 0, scan.last == 63,
        scan.high == 0, scan.low == 0
      else { throw .script }
    }
  }
}

/// What the decoder needs to know about a file.
package struct ParsedFile {
  package let frame: Frame
  package var scans: [ScanHeader]
  /// Per component, in zigzag order.
  package let quantization: [[UInt16]]

  /// Removes the AC scans of components whose blocks become a single sample. The parser has already checked their tables as
  /// libjpeg would.
  mutating func leaveOutAC(denominator: Int) {
    scans.removeAll { scan in
      scan.isAC
        && frame.scaledSize(of: frame.components[scan.components[0]], denominator: denominator) == 1
    }
  }
}
