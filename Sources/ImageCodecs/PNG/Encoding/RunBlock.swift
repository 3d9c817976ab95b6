internal import PixelKernels

/// A DEFLATE block of literals and runs with its own codes (RFC 1951, 3.2.7). Its only distance is 1.
struct RunBlock {
  private let literals: DeflateCode
  private let header: [BitField]
  /// Of the block, without its start.
  let bitCount: Int
  /// The mark of the last block, and the type.
  static let startBitCount = 3

  struct BitField {
    let value: Int
    let width: Int
  }

  /// - Parameters:
  ///   - counts: occurrences of each literal and length, and one of the end of the block.
  ///   - extraBits: bits of lengths and distances in addition to the codes of lengths.
  init(counts: [UInt32], extraBits: Int) {
    literals = DeflateCode(counts: counts, maxLength: RunCoding.maxCodeLength)
    header = RunBlock.header(literals.lengths)
    bitCount = header.reduce(0) { $0 + $1.width } + literals.bitCount(counts) + extraBits
  }

  /// The length of each literal's code; 0 for literals that do not occur.
  var literalBits: [UInt8] { Array(literals.lengths.prefix(256)) }

  func writeHeader(_ output: inout DeflateOutput, isLast: Bool) {
    output.put(isLast ? 1 : 0, width: 1)
    output.put(2, width: 2)
    for field in header { output.put(field.value, width: field.width) }
  }

  func writeEnd(_ output: inout DeflateOutput) {
    let symbol = RunCoding.endOfBlock
    output.put(Int(literals.codes[symbol]), width: Int(literals.lengths[symbol]))
  }

  /// The codes as `RunCoding.write` needs them.
  var table: [UInt32] {
    func entry(_ symbol: Int, extra: Int, extraCount: Int) -> UInt32 {
      let length = Int(literals.lengths[symbol])
      return UInt32(literals.codes[symbol]) | UInt32(extra) << length | UInt32(length + extraCount) << 24
    }
    let symbols = (0..<RunCoding.symbolCount).map { entry($0, extra: 0, extraCount: 0) }
    let runs = (3...RunCoding.maxRun).map { length in
      let (symbol, extra, extraCount) = RunCoding.lengthCode(length)
      // The distance's code is one bit, 0.
      return entry(symbol, extra: extra, extraCount: extraCount + 1)
    }
    return symbols + [0, 0, 0] + runs
  }

  /// The code lengths, coded themselves.
  private static func header(_ lengths: [UInt8]) -> [BitField] {
    let used = lengths.prefix(1 + (lengths.lastIndex { $0 > 0 } ?? 0))
    let fields = repetitions(Array(used) + [1])
    var counts = [UInt32](repeating: 0, count: 19)
    for field in fields { counts[field.symbol] += 1 }
    let code = DeflateCode(counts: counts, maxLength: 7)
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    let sent = order.prefix(1 + (order.lastIndex { code.lengths[$0] > 0 } ?? 3))
    var result = [
      BitField(value: used.count - 257, width: 5), BitField(value: 0, width: 5),
      BitField(value: sent.count - 4, width: 4),
    ]
    result += sent.map { BitField(value: Int(code.lengths[$0]), width: 3) }
    for field in fields {
      result.append(BitField(value: Int(code.codes[field.symbol]), width: Int(code.lengths[field.symbol])))
      if field.width > 0 { result.append(BitField(value: field.extra, width: field.width)) }
    }
    return result
  }

  /// Code lengths as symbols of the code for them: a length, a repetition of the previous one (16) or of zeros (17, 18).
  private static func repetitions(_ lengths: [UInt8]) -> [(symbol: Int, extra: Int, width: Int)] {
    var result: [(symbol: Int, extra: Int, width: Int)] = []
    var index = 0
    while index < lengths.count {
      let length = lengths[index]
      let equal = lengths[index...].prefix { $0 == length }.count
      if length == 0, equal >= 11 {
        let count = min(equal, 138)
        result.append((18, count - 11, 7))
        index += count
      } else if length == 0, equal >= 3 {
        result.append((17, equal - 3, 3))
        index += equal
      } else if index > 0, length == lengths[index - 1], equal >= 3 {
        let count = min(equal, 6)
        result.append((16, count - 3, 2))
        index += count
      } else {
        result.append((Int(length), 0, 0))
        index += 1
      }
    }
    return result
  }
}
