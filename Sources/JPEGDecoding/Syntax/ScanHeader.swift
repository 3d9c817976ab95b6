/// A scan header, with the tables and the restart interval in effect at that scan. Both can change from scan to scan.
package struct ScanHeader {
  /// Indices into the frame's components, ascending.
  package var components: [Int]
  /// The Huffman tables per component of the scan, nil where none is needed.
  package var dcTables: [HuffmanCode?]
  package var acTables: [HuffmanCode?]
  /// The first and last coefficient, in zigzag order. 0 is DC.
  package var first: Int
  package var last: Int
  /// The lowest bit of these coefficients that earlier scans coded, 0 for a first scan (Ah).
  package var high: Int
  /// The lowest bit that is known after this scan (Al).
  package var low: Int
  /// MCUs between restart markers, 0 for none.
  package var restartInterval: Int
  /// The range of the entropy-coded data, up to the next marker.
  package var data: Range<Int> = 0..<0
  /// The number of the first restart marker in the data, 0...7.
  package var nextRestart: UInt8 = 0

  /// Whether the scan codes AC coefficients. Such a scan has one component (ITU-T T.81, G.1.1.1.1).
  package var isAC: Bool { first > 0 }
}

/// A Huffman table as in a DHT segment: the number of codes of each length, and their symbols.
package struct HuffmanCode: Hashable {
  /// Per length, 1...16.
  package let counts: [UInt8]
  package let symbols: [UInt8]
}
