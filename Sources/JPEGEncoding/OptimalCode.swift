/// The Huffman code of least total length for counted symbols, of at most 16 bits each (ITU-T T.81, K.2 and C.2). Among equally
/// good codes it is the one that libjpeg chooses (jpeg_gen_optimal_table of jchuff.c).
struct OptimalCode {
  /// The number of codes of each length, 1...16.
  let lengthCounts: [UInt8]
  /// The symbols by length, and by value among those of equal length.
  let symbols: [UInt8]

  /// The longest code before it is shortened. libjpeg fails beyond it. Such a code takes millions of symbols, distributed as the
  /// Fibonacci numbers.
  private static let maxUnlimitedLength = 32
  private static let maxLength = 16

  /// - Parameter counts: of symbols 0...255.
  /// - Returns: nil if libjpeg fails.
  init?(counts: ArraySlice<UInt32>) {
    var leaves: [Tree.Leaf] = []
    leaves.reserveCapacity(counts.count + 1)
    for index in counts.indices where counts[index] > 0 {
      leaves.append(Tree.Leaf(symbol: index - counts.startIndex, count: Int(counts[index])))
    }
    // No code may consist of ones only (C.2). So a symbol that does not occur gets one of the longest codes.
    leaves.append(Tree.Leaf(symbol: 256, count: 1))
    let lengths = Tree.depths(of: leaves)
    var counts = [Int](repeating: 0, count: OptimalCode.maxUnlimitedLength + 1)
    for length in lengths {
      guard length <= OptimalCode.maxUnlimitedLength else { return nil }
      counts[length] += 1
    }
    // Where the symbols of each length begin.
    var places: [Int] = []
    for count in counts { places.append((places.last ?? 0) + count) }
    places.insert(0, at: 0)
    var symbols = [Int](repeating: 0, count: leaves.count)
    for (leaf, length) in zip(leaves, lengths) {
      symbols[places[length]] = leaf.symbol
      places[length] += 1
    }
    // Shortening keeps the order of the symbols.
    self.symbols = symbols.compactMap { UInt8(exactly: $0) }
    OptimalCode.limit(&counts)
    lengthCounts = counts[1...OptimalCode.maxLength].map { UInt8($0) }
  }

  /// Shortens codes to 16 bits, and removes the one of ones only (figure K.3).
  private static func limit(_ counts: inout [Int]) {
    for length in stride(from: maxUnlimitedLength, to: maxLength, by: -1) {
      while counts[length] > 0 {
        var shorter = length - 2
        while counts[shorter] == 0 { shorter -= 1 }
        counts[length] -= 2
        counts[length - 1] += 1
        counts[shorter + 1] += 2
        counts[shorter] -= 1
      }
    }
    if let longest = counts.lastIndex(where: { $0 > 0 }) { counts[longest] -= 1 }
  }

  /// Calls the closure with each symbol, its code and the length of the code.
  func forEach(_ take: (_ symbol: Int, _ code: UInt32, _ length: UInt32) -> Void) {
    var (code, index) = (UInt32(0), 0)
    for (length, count) in lengthCounts.enumerated() {
      for _ in 0..<count {
        take(Int(symbols[index]), code, UInt32(length + 1))
        code += 1
        index += 1
      }
      code <<= 1
    }
  }
}

/// The tree of a Huffman code.
private enum Tree {
  /// A symbol with its count.
  struct Leaf {
    let symbol: Int
    let count: Int
  }

  /// A leaf, or several that are merged. Nodes are in the order in which libjpeg merges them: by count, and of equal counts the one
  /// with the larger symbol first. A merged node has the symbol of the first of its two parts.
  private struct Node {
    /// Count, inverted symbol and index, so that one comparison orders nodes.
    private var key: UInt64

    init(_ leaf: Leaf, index: Int) {
      key = UInt64(leaf.count) << 18 | UInt64(256 - leaf.symbol) << 9 | UInt64(index)
    }

    var index: Int { Int(key & 511) }

    mutating func merge(_ other: Node, index: Int) {
      key = (key & ~511 | UInt64(index)) + (other.key >> 18) << 18
    }

    static func < (left: Node, right: Node) -> Bool { left.key < right.key }
  }

  /// The depth of each leaf.
  static func depths(of leaves: [Leaf]) -> [Int] {
    var singles = leaves.indices.map { Node(leaves[$0], index: $0) }
    singles.sort { $0 < $1 }
    // Counts of merged nodes do not decrease, so that a new one belongs at the end, or before some of equal count.
    var merged: [Node] = []
    merged.reserveCapacity(leaves.count)
    var (nextSingle, nextMerged) = (0, 0)
    var parents = [Int](repeating: 0, count: 2 * leaves.count)
    func first(
      _ singles: [Node], _ merged: [Node], _ nextSingle: inout Int, _ nextMerged: inout Int
    ) -> Node {
      let isSingle =
        nextMerged == merged.count || nextSingle < singles.count && singles[nextSingle] < merged[nextMerged]
      defer { if isSingle { nextSingle += 1 } else { nextMerged += 1 } }
      return isSingle ? singles[nextSingle] : merged[nextMerged]
    }
    for parent in leaves.count..<2 * leaves.count - 1 {
      var node = first(singles, merged, &nextSingle, &nextMerged)
      let other = first(singles, merged, &nextSingle, &nextMerged)
      parents[node.index] = parent
      parents[other.index] = parent
      node.merge(other, index: parent)
      merged.append(node)
      var position = merged.count - 1
      while position > nextMerged, merged[position] < merged[position - 1] {
        merged.swapAt(position, position - 1)
        position -= 1
      }
    }
    var depths = [Int](repeating: 0, count: 2 * leaves.count)
    // The root is the last node, at depth 0.
    for index in (0..<2 * leaves.count - 2).reversed() { depths[index] = depths[parents[index]] + 1 }
    return Array(depths[..<leaves.count])
  }
}
