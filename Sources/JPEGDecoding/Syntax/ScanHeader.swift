/// What a scan's header says, with what held when it came: tables can change from scan to scan.
struct ScanHeader {
  /// Places in the frame, ascending.
  var components: [Int]
  /// The Huffman tables of each component of the scan; nil where none is needed.
  var dcTables: [HuffmanCode?]
  var acTables: [HuffmanCode?]
  /// The first and last coefficient, in zigzag order: 0 is DC.
  var first: Int
  var last: Int
  /// The lowest bit that scans before told of these coefficients, 0 for a first scan.
  var high: Int
  /// The lowest bit that is known after this scan.
  var low: Int
  /// MCUs between restart markers, 0 for none.
  var restartInterval: Int
  /// The entropy-coded data, up to the marker behind them.
  var data: Range<Int> = 0..<0
  /// The number of the first restart marker among them.
  var nextRestart: UInt8 = 0

  /// Details of one component: whatever is not DC (ITU-T T.81, G.1.1.1.1).
  var isAC: Bool { first > 0 }
}

/// A Huffman table as a DHT segment tells it: how many codes there are of each length, and what they mean.
struct HuffmanCode: Hashable {
  /// By length, 1...16.
  let counts: [UInt8]
  let symbols: [UInt8]
}
