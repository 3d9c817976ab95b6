/// A Huffman code for symbols of a DEFLATE block (RFC 1951, 3.2.2).
struct DeflateCode {
  /// Per symbol, the length of its code in bits; 0 if it does not occur.
  private(set) var lengths: [UInt8]
  /// Per symbol, the bits of its code, the first one lowest.
  private(set) var codes: [UInt16]

  /// - Parameters:
  ///   - counts: occurrences of each symbol; two or more are not zero.
  ///   - maxLength: at most 15.
  init(counts: [UInt32], maxLength: Int) {
    var counts = counts
    lengths = DeflateCode.lengths(counts)
    // Nearly as short as the best code, and rare: such a code needs counts that grow as Fibonacci's numbers.
    while lengths.contains(where: { $0 > maxLength }) {
      for symbol in counts.indices where counts[symbol] > 0 { counts[symbol] = (counts[symbol] + 1) / 2 }
      lengths = DeflateCode.lengths(counts)
    }
    var next: UInt16 = 0
    codes = [UInt16](repeating: 0, count: counts.count)
    for length in 1...UInt8(maxLength) {
      next <<= 1
      for symbol in lengths.indices where lengths[symbol] == length {
        codes[symbol] = next.bitReversed >> (16 - UInt16(length))
        next += 1
      }
    }
  }

  /// Bits of all symbols.
  func bitCount(_ counts: [UInt32]) -> Int {
    zip(counts, lengths).reduce(0) { $0 + Int($1.0) * Int($1.1) }
  }

  /// Huffman's algorithm with two queues: the symbols, and the sums of pairs, are both in ascending order.
  private static func lengths(_ counts: [UInt32]) -> [UInt8] {
    // The count and the symbol in one number: equal counts are ordered by symbol.
    let symbols = counts.indices.filter { counts[$0] > 0 }.map { UInt64(counts[$0]) << 16 | UInt64($0) }.sorted()
    var weights = symbols.map { $0 >> 16 }
    var parents = [Int](repeating: 0, count: 2 * symbols.count - 1)
    var (leaf, pair) = (0, symbols.count)
    while weights.count < parents.count {
      var sum: UInt64 = 0
      for _ in 0..<2 {
        let isLeaf = leaf < symbols.count && (pair == weights.count || weights[leaf] <= weights[pair])
        let node = isLeaf ? leaf : pair
        if isLeaf { leaf += 1 } else { pair += 1 }
        sum += weights[node]
        parents[node] = weights.count
      }
      weights.append(sum)
    }
    var depths = [UInt8](repeating: 0, count: parents.count)
    for node in parents.indices.dropLast().reversed() { depths[node] = depths[parents[node]] + 1 }
    var lengths = [UInt8](repeating: 0, count: counts.count)
    for (node, symbol) in symbols.enumerated() { lengths[Int(symbol & 0xFFFF)] = depths[node] }
    return lengths
  }
}

extension UInt16 {
  fileprivate var bitReversed: UInt16 {
    var (result, rest): (UInt16, UInt16) = (0, self)
    for _ in 0..<16 {
      result = result << 1 | rest & 1
      rest >>= 1
    }
    return result
  }
}
