/// The inner loop of decompression: the literals and matches of a compressed DEFLATE block (RFC 1951, 3.2.3).
///
/// One lookup in a table (`HuffmanTable`) finds a symbol, or two short literals, because filtered rows are mostly literals of few
/// bits. The loop does not check every byte: input and output have room for one iteration, and both are checked once per
/// iteration.
package enum InflateLoop {
  /// Bytes after `inputStop` that may be read.
  package static let inputSlack = 32
  /// Bytes after `outputStop` that may be written: a match of 258 bytes, and a vector.
  package static let outputSlack = 320

  package enum Stop {
    /// The input or the output reached its stop.
    package static let paused: UInt8 = 0
    package static let endOfBlock: UInt8 = 1
    /// A code that does not exist, or a match that starts before the window.
    package static let fault: UInt8 = 2
  }

  /// Decodes until the block ends, or until either pointer reaches its stop or passes it slightly.
  /// - Parameters:
  ///   - bits: unused bits of the input, the next one lowest. Bits above `bitCount` are the next bits of the input, or 0.
  ///   - bitCount: 0...63.
  ///   - literals: a table with `HuffmanTable.literalBits` index bits.
  ///   - distances: a table with `HuffmanTable.distanceBits` index bits.
  ///   - windowStart: the oldest byte of the output that a match may copy.
  /// - Returns: a `Stop`.
  @unsafe package static func run(
    bits: inout UInt64, bitCount: inout UInt64, input: inout UnsafeRawPointer, output: inout UnsafeMutableRawPointer,
    literals: UnsafePointer<UInt32>, distances: UnsafePointer<UInt32>, inputStop: UnsafeRawPointer,
    outputStop: UnsafeMutableRawPointer, windowStart: UnsafeMutableRawPointer
  ) -> UInt8 {
    // SAFETY: an iteration takes at most two times 56 bits and writes at most 3 * 2 + 258 bytes and a vector. A table has an
    // entry for every value of its index bits, and each link leads to a whole table of the entry's bits.
    var reader = unsafe BitReader(bits: bits, count: bitCount, next: input)
    var to = unsafe output
    defer {
      bits = unsafe reader.bits
      bitCount = unsafe reader.count
      unsafe input = unsafe reader.next
      unsafe output = unsafe to
    }
    unsafe reader.refill()
    var entry = unsafe literals[reader.low(HuffmanTable.literalBits)]
    while unsafe reader.next < inputStop && to < outputStop {
      // At least 56 bits are present. That is enough for three lookups, or for two and the entries they link to.
      if HuffmanTable.isLiteral(entry) {
        unsafe putLiterals(entry, &to, &reader)
        entry = unsafe literals[reader.low(HuffmanTable.literalBits)]
        if HuffmanTable.isLiteral(entry) {
          unsafe putLiterals(entry, &to, &reader)
          entry = unsafe literals[reader.low(HuffmanTable.literalBits)]
          if HuffmanTable.isLiteral(entry) {
            unsafe putLiterals(entry, &to, &reader)
            unsafe reader.refill()
            entry = unsafe literals[reader.low(HuffmanTable.literalBits)]
            continue
          }
        }
        unsafe reader.refill()
      }
      if HuffmanTable.isSpecial(entry) {
        if HuffmanTable.isLink(entry) {
          unsafe reader.skip(entry)
          entry = unsafe literals[HuffmanTable.linked(entry, reader.bits)]
          if HuffmanTable.isLiteral(entry) {
            unsafe putLiterals(entry, &to, &reader)
            unsafe reader.refill()
            entry = unsafe literals[reader.low(HuffmanTable.literalBits)]
            continue
          }
        }
        if HuffmanTable.isSpecial(entry) {
          unsafe reader.skip(entry)
          return HuffmanTable.isEnd(entry) ? Stop.endOfBlock : Stop.fault
        }
      }
      let length = unsafe reader.value(entry)
      var distanceEntry = unsafe distances[reader.low(HuffmanTable.distanceBits)]
      if HuffmanTable.isSpecial(distanceEntry) {
        guard HuffmanTable.isLink(distanceEntry) else { return Stop.fault }
        unsafe reader.skip(distanceEntry)
        distanceEntry = unsafe distances[HuffmanTable.linked(distanceEntry, reader.bits)]
        if HuffmanTable.isSpecial(distanceEntry) { return Stop.fault }
      }
      let distance = unsafe reader.value(distanceEntry)
      guard unsafe distance <= to - windowStart else { return Stop.fault }
      // Starts the next lookup while the match is copied.
      unsafe reader.refill()
      entry = unsafe literals[reader.low(HuffmanTable.literalBits)]
      unsafe copyMatch(to, distance: distance, length: length)
      unsafe to += length
    }
    return Stop.paused
  }

  @inline(__always)
  private static func putLiterals(_ entry: UInt32, _ to: inout UnsafeMutableRawPointer, _ reader: inout BitReader) {
    unsafe to.storeBytes(of: HuffmanTable.literals(entry), as: UInt16.self)
    unsafe to += HuffmanTable.literalCount(entry)
    unsafe reader.skip(entry)
  }

  /// Copies forward, so that a match may overlap its own output. Writes whole vectors, up to 31 bytes too many.
  @inline(__always)
  private static func copyMatch(_ target: UnsafeMutableRawPointer, distance: Int, length: Int) {
    let from = unsafe UnsafeRawPointer(target) - distance
    let end = unsafe target + length
    if distance >= 32 {
      unsafe copy(from, to: target, end, SIMD32<UInt8>.self)
    } else if distance >= 16 {
      unsafe copy(from, to: target, end, SIMD16<UInt8>.self)
    } else if distance == 1 {
      unsafe fill(target, end, SIMD32(repeating: from.load(as: UInt8.self)))
    } else if distance >= 8 {
      unsafe copy(from, to: target, end, UInt64.self)
    } else if distance == 4 {
      unsafe fill(target, end, SIMD8(repeating: from.loadUnaligned(as: UInt32.self)))
    } else {
      // Each step doubles the period, until it is at least a word.
      var to = unsafe target
      var period = distance
      repeat {
        unsafe to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
        unsafe to += period
        period *= 2
      } while period < 8
      unsafe copy(from, to: to, end, UInt64.self)
    }
  }

  /// Copies in steps of a type that is no longer than the distance. The first 32 bytes, often the whole match, need no branch.
  @inline(__always)
  private static func copy<Step: BitwiseCopyable>(
    _ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer, _: Step.Type
  ) {
    let step = MemoryLayout<Step>.size
    var (from, to) = unsafe (source, target)
    for _ in 0..<32 / step {
      unsafe to.storeBytes(of: from.loadUnaligned(as: Step.self), as: Step.self)
      unsafe from += step
      unsafe to += step
    }
    while unsafe to < end {
      unsafe to.storeBytes(of: from.loadUnaligned(as: Step.self), as: Step.self)
      unsafe from += step
      unsafe to += step
    }
  }

  @inline(__always)
  private static func fill<Pattern: BitwiseCopyable>(
    _ target: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer, _ pattern: Pattern
  ) {
    var to = unsafe target
    repeat {
      unsafe to.storeBytes(of: pattern, as: Pattern.self)
      unsafe to += 32
    } while unsafe to < end
  }
}
