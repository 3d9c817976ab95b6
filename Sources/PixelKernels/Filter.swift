// Longer than most: all five filters at once, two ways to choose among them, and the byte lanes that they need.

/// Applies PNG's row filters (PNG specification, third edition, sections 9 and 12.7): a filtered byte is the byte minus a
/// prediction from its left, upper and upper left neighbors, modulo 256.
///
/// All bytes of a row are known here, so the loop handles 32 bytes at a time, for any pixel size.
package enum RowFilter {
  /// Number of filters: None, Sub, Up, Average, Paeth, in the order of their numbers.
  package static let count = 5

  /// Bytes after the end of the rows that may be read, and after the end of each candidate that may be overwritten.
  package static let slack = 32

  /// Counters that `minEntropy` works with: two sets of one per byte value.
  package static let counterCount = 512

  /// Filters one row in all five ways, and returns the filter with the smallest sum of absolute values of the bytes, taken as
  /// signed (the heuristic of the specification and of libpng). Among equal sums it returns the lowest number.
  /// - Parameters:
  ///   - candidates: memory for the five filtered rows, five times `stride` bytes.
  ///   - stride: bytes from candidate to candidate, at least `byteCount + slack`.
  ///   - row: `byteCount` bytes, then `slack` bytes. The `pixelBytes` before it must be 0.
  ///   - above: the previous row, or zeros for the first row, in the same layout.
  ///   - pixelBytes: 1...8.
  ///   - sums: receives the five sums.
  @unsafe package static func best(
    of candidates: UnsafeMutableRawPointer, stride: Int, row: UnsafeRawPointer, above: UnsafeRawPointer,
    pixelBytes: Int, byteCount: Int, sums: UnsafeMutablePointer<UInt64>
  ) -> Int {
    // SAFETY: vectors start at offsets below `byteCount` (or a pixel before the row) and are as long as the slack, so they stay in
    // the memory that the caller guarantees.
    let candidates = unsafe UncheckedBytes(candidates, count: 4 &* stride &+ byteCount &+ slack)
    let row = unsafe UncheckedBytes(reading: row - pixelBytes, count: pixelBytes &+ byteCount &+ slack)
    let above = unsafe UncheckedBytes(reading: above - pixelBytes, count: pixelBytes &+ byteCount &+ slack)
    let sums = unsafe UncheckedBuffer<UInt64>(sums, count: count)
    var totals = SIMD8<UInt64>.zero
    var offset = 0
    while offset < byteCount {
      // A lane grows by at most 256 per step, so 255 steps fit 16 bits.
      let end = min(byteCount, offset + 255 * 32)
      var none = SIMD16<UInt16>.zero
      var sub = SIMD16<UInt16>.zero
      var up = SIMD16<UInt16>.zero
      var average = SIMD16<UInt16>.zero
      var paeth = SIMD16<UInt16>.zero
      while offset < end {
        let x = row.load(offset + pixelBytes, as: SIMD32<UInt8>.self)
        let a = row.load(offset, as: SIMD32<UInt8>.self)
        let b = above.load(offset + pixelBytes, as: SIMD32<UInt8>.self)
        let c = above.load(offset, as: SIMD32<UInt8>.self)
        let xa = x &- a
        let xb = x &- b
        let xm = x &- mean(a, b)
        let xp = x &- predictor(a, b, c)
        let target = candidates + offset
        target.store(x, at: 0)
        target.store(xa, at: stride)
        target.store(xb, at: 2 * stride)
        target.store(xm, at: 3 * stride)
        target.store(xp, at: 4 * stride)
        let inside = mask(byteCount - offset)
        none &+= magnitudes(x, inside)
        sub &+= magnitudes(xa, inside)
        up &+= magnitudes(xb, inside)
        average &+= magnitudes(xm, inside)
        paeth &+= magnitudes(xp, inside)
        offset += 32
      }
      totals &+= SIMD8(total(none), total(sub), total(up), total(average), total(paeth), 0, 0, 0)
    }
    var best = 0
    for filter in 1..<count where totals[filter] < totals[best] { best = filter }
    for filter in 0..<count { sums[filter] = totals[filter] }
    return best
  }

  /// Returns the candidate whose bytes have the least entropy, each byte taken independently. Among equal ones it returns the
  /// lowest number. Deflate's Huffman codes come close to this entropy, so files are about one percent smaller than with smallest
  /// sums.
  ///
  /// Candidates with a sum far above the smallest are skipped: they are almost never the best, and counting takes most of the
  /// time. The filter of the previous row is preferred if it is nearly as good, because that gives matches from row to row.
  /// - Parameters:
  ///   - sums: the sums that `best` computed.
  ///   - previous: the filter of the previous row; 5 for none.
  ///   - information: n * log2(n) * 256 for n in 0...byteCount.
  ///   - counts: 512 counters of scratch.
  @unsafe package static func minEntropy(
    of candidates: UnsafeRawPointer, stride: Int, byteCount: Int, sums: UnsafePointer<UInt64>, previous: Int,
    information: UnsafePointer<UInt32>, counts: UnsafeMutablePointer<UInt32>
  ) -> Int {
    // SAFETY: bytes 0 ..< byteCount of each candidate are readable. A byte is an index below 256 in either half of the counters.
    // Two counts add up to at most byteCount.
    let candidates = unsafe UncheckedBytes(reading: candidates, count: 4 &* stride &+ byteCount)
    let sums = unsafe UncheckedBuffer<UInt64>(reading: sums, count: count)
    let information = unsafe UncheckedBuffer<UInt32>(reading: information, count: byteCount &+ 1)
    let counts = unsafe UncheckedBuffer<UInt32>(counts, count: counterCount)
    // Entropy times the byte count is byteCount * log2(byteCount) minus the sum of `information`, so the largest sum wins.
    var best = 0
    var greatest = -1
    var minimum = UInt64.max
    for filter in 0..<count { minimum = min(minimum, sums[filter]) }
    // Half of the bytes of a long row give nearly the same choice.
    let isSampled = byteCount >= sampledByteCount
    for filter in 0..<count where sums[filter] <= maximum(minimum) {
      let bytes = candidates + filter * stride
      counts.fill(0)
      let odd = counts + 256
      var offset = 0
      // Two sets of counters: increments for equal neighbors, which are common, do not wait for each other.
      while offset + 8 <= byteCount {
        var eight = bytes.load(offset, as: UInt64.self)
        for _ in 0..<4 {
          counts[Int(eight & 255)] &+= 1
          odd[Int((eight >> 8) & 255)] &+= 1
          eight >>= 16
        }
        offset += isSampled ? 16 : 8
      }
      offset = byteCount & ~7
      while offset < byteCount {
        counts[Int(bytes[offset])] &+= 1
        offset += 1
      }
      var sum: UInt64 = 0
      for byte in 0..<256 { sum &+= UInt64(information[Int(counts[byte] &+ odd[byte])]) }
      if filter == previous { sum &+= preference(isSampled ? byteCount / 2 : byteCount) }
      if Int(sum) > greatest {
        greatest = Int(sum)
        best = filter
      }
    }
    return best
  }

  /// Rows of this size are counted by every other group of eight bytes. Measured at 1280 pixels: photographs and drawings are
  /// larger by 0.06 %, screenshots by 0.16 %, and a run takes 6 % less time.
  package static let sampledByteCount = 1024

  /// The largest sum of a candidate that is counted. Measured on thumbnails: with 3/2 files are larger by 1 in 2000, with 2 by 1
  /// in 10,000, and 2 saves a quarter of the counting.
  @inline(__always)
  package static func maximum(_ minimum: UInt64) -> UInt64 { minimum &* 2 }

  /// The bonus for the filter of the previous row: 1/32 bit per byte, in the scale of `information`.
  @inline(__always)
  package static func preference(_ byteCount: Int) -> UInt64 { UInt64(byteCount) &* 8 }

  /// 255 in the first `count` lanes, or in all lanes.
  @inline(__always)
  private static func mask(_ count: Int) -> SIMD32<UInt8> {
    let lanes = SIMD32<UInt8>(
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
      31)
    return ones(lanes .< SIMD32(repeating: UInt8(truncatingIfNeeded: min(count, 32))))
  }

  /// |byte as signed|, summed over two neighbors per lane.
  @inline(__always)
  private static func magnitudes(_ v: SIMD32<UInt8>, _ inside: SIMD32<UInt8>) -> SIMD16<UInt16> {
    let negated = SIMD32<UInt8>.zero &- v
    let magnitude = bitCast(choose(v, negated, where: ones(v .< negated)), to: SIMD4<UInt64>.self)
    let pairs = magnitude & bitCast(inside, to: SIMD4<UInt64>.self)
    let even = pairs & SIMD4(repeating: 0x00FF_00FF_00FF_00FF)
    let odd = (pairs &>> 8) & SIMD4(repeating: 0x00FF_00FF_00FF_00FF)
    return bitCast(even, to: SIMD16<UInt16>.self) &+ bitCast(odd, to: SIMD16<UInt16>.self)
  }

  @inline(__always)
  private static func total(_ v: SIMD16<UInt16>) -> UInt64 {
    let fours = bitCast(v, to: SIMD4<UInt64>.self)
    let even = fours & SIMD4(repeating: 0x0000_FFFF_0000_FFFF)
    let odd = (fours &>> 16) & SIMD4(repeating: 0x0000_FFFF_0000_FFFF)
    // Each word holds two 32-bit sums. 16 lanes of 16 bits cannot overflow them.
    let sums = even &+ odd
    let sum = sums[0] &+ sums[1] &+ sums[2] &+ sums[3]
    return (sum & 0xFFFF_FFFF) &+ (sum >> 32)
  }

  /// (a + b) / 2 without a ninth bit: the common bits, plus half of those that differ.
  @inline(__always)
  private static func mean(_ a: SIMD32<UInt8>, _ b: SIMD32<UInt8>) -> SIMD32<UInt8> {
    let a = bitCast(a, to: SIMD4<UInt64>.self)
    let b = bitCast(b, to: SIMD4<UInt64>.self)
    let half = ((a ^ b) &>> 1) & SIMD4(repeating: 0x7F7F_7F7F_7F7F_7F7F)
    return bitCast(a & b, to: SIMD32<UInt8>.self) &+ bitCast(half, to: SIMD32<UInt8>.self)
  }

  @inline(__always)
  private static func difference(_ a: SIMD32<UInt8>, _ b: SIMD32<UInt8>) -> SIMD32<UInt8> {
    let isLess = ones(a .< b)
    return choose(b, a, where: isLess) &- choose(a, b, where: isLess)
  }

  /// Paeth's predictor in eight bits. pc = |(a - c) + (b - c)|. With unlike signs that is |pa - pb|. With like signs it is pa +
  /// pb, which is never less than either, so 255 can stand for it.
  @inline(__always)
  private static func predictor(_ a: SIMD32<UInt8>, _ b: SIMD32<UInt8>, _ c: SIMD32<UInt8>) -> SIMD32<UInt8> {
    let pa = difference(b, c)
    let pb = difference(a, c)
    // `signs` is 255 where the signs differ.
    let signs = combine(ones(a .< c), ones(b .< c)) { $0 ^ $1 }
    let pc = combine(difference(pa, pb), signs) { $0 | ~$1 }
    let bOrC = choose(b, c, where: ones(pb .<= pc))
    let isA = combine(ones(pa .<= pb), ones(pa .<= pc)) { $0 & $1 }
    return choose(a, bOrC, where: isA)
  }

  /// 255 where the mask is set, otherwise 0.
  @inline(__always)
  private static func ones(_ mask: SIMDMask<SIMD32<Int8>>) -> SIMD32<UInt8> {
    // SAFETY: a mask has a lane of 0 or 255 for each lane.
    unsafe unsafeBitCast(mask, to: SIMD32<UInt8>.self)
  }

  /// `a` where `ones` is 255, `b` where it is 0.
  @inline(__always)
  private static func choose(
    _ a: SIMD32<UInt8>, _ b: SIMD32<UInt8>, where ones: SIMD32<UInt8>
  ) -> SIMD32<UInt8> {
    let mask = bitCast(ones, to: SIMD4<UInt64>.self)
    return combine(a, b) { ($0 & mask) | ($1 & ~mask) }
  }

  /// A bitwise operation on four lanes of 64 bits. The standard library's bitwise operators, minimum and choice work lane by
  /// lane. The optimizer turns that into one instruction for a few lanes, but not for 32.
  @inline(__always)
  private static func combine(
    _ a: SIMD32<UInt8>, _ b: SIMD32<UInt8>, _ operation: (SIMD4<UInt64>, SIMD4<UInt64>) -> SIMD4<UInt64>
  ) -> SIMD32<UInt8> {
    let bits = operation(
      bitCast(a, to: SIMD4<UInt64>.self), bitCast(b, to: SIMD4<UInt64>.self))
    return bitCast(bits, to: SIMD32<UInt8>.self)
  }
}
