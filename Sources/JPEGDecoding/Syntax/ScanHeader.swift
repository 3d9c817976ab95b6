/// A scan header, with the tables and the restart interval in effect at that scan. Both can change from scan to scan.
struct ScanHeader {
  /// Indices into the frame's components, ascending.
  var components: [Int]
  /// The Huffman tables per component of the scan, nil where none is needed.
  var dcTables: [HuffmanCode?]
  var acTables: [HuffmanCode?]
  /// The first and last coefficient, in zigzag order. 0 is DC.
  var first: Int
  var last: Int
  /// The lowest bit of these coefficients that earlier scans coded, 0 for a first scan (Ah).
  var high: Int
  /// The lowest bit that is known after this scan (Al).
  var low: Int
  /// MCUs between restart markers, 0 for none.
  var restartInterval: Int
  /// The range of the entropy-coded data, up to the next marker.
  var data: Range<Int> = 0..<0
  /// The number of the first restart marker in the data, 0...7.
  var nextRestart: UInt8 = 0

  /// Whether the scan codes AC coefficients. Such a scan has one component (ITU-T T.81, G.1.1.1.1).
  var isAC: Bool { first > 0 }
}

/// A Huffman table as in a DHT segment: the number of codes of each length, and their symbols.
struct HuffmanCode: Hashable {
  /// Per length, 1...16.
  let counts: [UInt8]
  let symbols: [UInt8]
}
