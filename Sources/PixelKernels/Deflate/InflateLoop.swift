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
    let inputEnd = unsafe inputStop + inputSlack
    let memory = unsafe UncheckedBytes(windowStart, count: outputStop + outputSlack - windowStart)
    let literals = unsafe UncheckedBuffer<UInt32>(reading: literals, count: HuffmanTable.literalCapacity)
    let distances = unsafe UncheckedBuffer<UInt32>(reading: distances, count: HuffmanTable.distanceCapacity)
    let rest = unsafe UncheckedBytes(reading: input, count: max(0, inputEnd - input))
    var reader = BitReader(bits: bits, count: bitCount, rest: rest)
    let stop = unsafe outputStop - windowStart
    var to = unsafe output - windowStart
    defer {
      bits = reader.bits
      bitCount = reader.count
      unsafe input = UnsafeRawPointer(reader.rest.pointer)
      unsafe output = windowStart + to
    }
    reader.refill()
    var entry = literals[reader.low(HuffmanTable.literalBits)]
    while unsafe reader.rest.pointer < inputStop && to < stop {
      // At least 56 bits are present. That is enough for three lookups, or for two and the entries they link to.
      if HuffmanTable.isLiteral(entry) {
        putLiterals(entry, memory, &to, &reader)
        entry = literals[reader.low(HuffmanTable.literalBits)]
        if HuffmanTable.isLiteral(entry) {
          putLiterals(entry, memory, &to, &reader)
          entry = literals[reader.low(HuffmanTable.literalBits)]
          if HuffmanTable.isLiteral(entry) {
            putLiterals(entry, memory, &to, &reader)
            reader.refill()
            entry = literals[reader.low(HuffmanTable.literalBits)]
            continue
          }
        }
        reader.refill()
      }
      if HuffmanTable.isSpecial(entry) {
        if HuffmanTable.isLink(entry) {
          reader.skip(entry)
          entry = literals[HuffmanTable.linked(entry, reader.bits)]
          if HuffmanTable.isLiteral(entry) {
            putLiterals(entry, memory, &to, &reader)
            reader.refill()
            entry = literals[reader.low(HuffmanTable.literalBits)]
            continue
          }
        }
        if HuffmanTable.isSpecial(entry) {
          reader.skip(entry)
          return HuffmanTable.isEnd(entry) ? Stop.endOfBlock : Stop.fault
        }
      }
      let length = reader.value(entry)
      var distanceEntry = distances[reader.low(HuffmanTable.distanceBits)]
      if HuffmanTable.isSpecial(distanceEntry) {
        guard HuffmanTable.isLink(distanceEntry) else { return Stop.fault }
        reader.skip(distanceEntry)
        distanceEntry = distances[HuffmanTable.linked(distanceEntry, reader.bits)]
        if HuffmanTable.isSpecial(distanceEntry) { return Stop.fault }
      }
      let distance = reader.value(distanceEntry)
      guard distance <= to else { return Stop.fault }
      // Starts the next lookup while the match is copied.
      reader.refill()
      entry = literals[reader.low(HuffmanTable.literalBits)]
      copyMatch(from: memory + (to &- distance), to: memory + to, distance: distance, length: length)
      to &+= length
    }
    return Stop.paused
  }

  @inline(__always)
  private static func putLiterals(
    _ entry: UInt32, _ memory: UncheckedBytes, _ to: inout Int, _ reader: inout BitReader
  ) {
    memory.store(HuffmanTable.literals(entry), at: to)
    to &+= HuffmanTable.literalCount(entry)
    reader.skip(entry)
  }

  /// Copies forward, so that a match may overlap its own output. Writes whole vectors, up to 31 bytes too many.
  @inline(__always)
  private static func copyMatch(from: UncheckedBytes, to target: UncheckedBytes, distance: Int, length: Int) {
    if distance >= 32 {
      copy(from, to: target, length, SIMD32<UInt8>.self)
    } else if distance >= 16 {
      copy(from, to: target, length, SIMD16<UInt8>.self)
    } else if distance == 1 {
      fill(target, length, SIMD32(repeating: from[0]))
    } else if distance >= 8 {
      copy(from, to: target, length, UInt64.self)
    } else if distance == 4 {
      fill(target, length, SIMD8(repeating: from.load(0, as: UInt32.self)))
    } else {
      // Each step doubles the period, until it is at least a word.
      var (done, period) = (0, distance)
      repeat {
        target.store(from.load(0, as: UInt64.self), at: done)
        done &+= period
        period &*= 2
      } while period < 8
      copy(from, to: target + done, length &- done, UInt64.self)
    }
  }

  /// Copies in steps of a type that is no longer than the distance. The first 32 bytes, often the whole match, need no branch.
  @inline(__always)
  private static func copy<Step: BitwiseCopyable>(
    _ source: UncheckedBytes, to target: UncheckedBytes, _ length: Int, _: Step.Type
  ) {
    let step = MemoryLayout<Step>.size
    for index in 0..<32 / step { target.store(source.load(index &* step, as: Step.self), at: index &* step) }
    var offset = 32
    while offset < length {
      target.store(source.load(offset, as: Step.self), at: offset)
      offset &+= step
    }
  }

  @inline(__always)
  private static func fill<Pattern: BitwiseCopyable>(
    _ target: UncheckedBytes, _ length: Int, _ pattern: Pattern
  ) {
    var offset = 0
    repeat {
      target.store(pattern, at: offset)
      offset &+= 32
    } while offset < length
  }
}
