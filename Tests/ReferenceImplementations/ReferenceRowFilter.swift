internal import PixelKernels

/// `RowFilter` as in the specification, one byte at a time.
package enum ReferenceRowFilter {
  /// Like `RowFilter.best`, without slack and without zeros before the rows.
  @unsafe package static func best(
    of candidates: UnsafeMutableRawPointer, stride: Int, row: UnsafeRawPointer, above: UnsafeRawPointer,
    pixelBytes: Int, byteCount: Int, sums: UnsafeMutablePointer<UInt64>
  ) -> Int {
    var totals = [0, 0, 0, 0, 0]
    for index in 0..<byteCount {
      let inside = index >= pixelBytes
      let x = unsafe Int(row.load(fromByteOffset: index, as: UInt8.self))
      let a = inside ? unsafe Int(row.load(fromByteOffset: index - pixelBytes, as: UInt8.self)) : 0
      let b = unsafe Int(above.load(fromByteOffset: index, as: UInt8.self))
      let c = inside ? unsafe Int(above.load(fromByteOffset: index - pixelBytes, as: UInt8.self)) : 0
      let predictions = [0, a, b, (a + b) / 2, ReferenceUnfilter.paethPredictor(a, b, c)]
      for (filter, prediction) in predictions.enumerated() {
        let filtered = UInt8(truncatingIfNeeded: x - prediction)
        unsafe candidates.storeBytes(of: filtered, toByteOffset: filter * stride + index, as: UInt8.self)
        totals[filter] += abs(Int(Int8(bitPattern: filtered)))
      }
    }
    var best = 0
    for filter in 1..<5 where totals[filter] < totals[best] { best = filter }
    for filter in 0..<5 { unsafe sums[filter] = UInt64(totals[filter]) }
    return best
  }

  /// Like `RowFilter.minEntropy`.
  @unsafe package static func minEntropy(
    of candidates: UnsafeRawPointer, stride: Int, byteCount: Int, sums: [UInt64], previous: Int, information: [UInt32]
  ) -> Int {
    let maximum = RowFilter.maximum(sums.min() ?? 0)
    let totals = (0..<5).map { filter -> Int in
      if sums[filter] > maximum { return -1 }
      var counts = [Int](repeating: 0, count: 256)
      let isSampled = byteCount >= RowFilter.sampledByteCount
      // Of a sampled row, every other group of eight bytes, and what follows the last whole group.
      for index in 0..<byteCount where !isSampled || index / 8 % 2 == 0 || index >= byteCount / 8 * 8 {
        let byte = unsafe candidates.load(fromByteOffset: filter * stride + index, as: UInt8.self)
        counts[Int(byte)] += 1
      }
      let counted = isSampled ? byteCount / 2 : byteCount
      return counts.reduce(filter == previous ? Int(RowFilter.preference(counted)) : 0) { $0 + Int(information[$1]) }
    }
    return totals.firstIndex(of: totals.max() ?? 0) ?? 0
  }
}
