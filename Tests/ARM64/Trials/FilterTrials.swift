internal import PixelKernels

/// `RowFilter` and `ReferenceRowFilter`.
enum FilterTrials {
  private static let slack = RowFilter.slack

  static func run() {
    for pixelBytes in [1, 2, 3, 4, 6, 8] { for width in 1...70 { candidates(pixelBytes, width) } }
    for byteCount in 1...300 { minEntropy(byteCount) }
    // Rows that are counted by samples.
    for byteCount in RowFilter.sampledByteCount - 3...RowFilter.sampledByteCount + 40 { minEntropy(byteCount) }
  }

  private static func candidates(_ pixelBytes: Int, _ width: Int) {
    var numbers = SeededNumbers(seed: UInt64(pixelBytes << 8 | width))
    let count = width * pixelBytes
    let stride = count + slack
    // Eight zeros before a row. The rows are smooth, so that the choice varies.
    let step = numbers.below(5)
    func row() -> Memory {
      let values = (0..<count).map { UInt8(truncatingIfNeeded: $0 * step + numbers.below(9)) }
      return Memory([UInt8](repeating: 0, count: 8) + values, slack: slack)
    }
    let (row, above) = (row(), row())
    let results = (Memory(5 * stride, &numbers), Memory(5 * stride, &numbers))
    let sums = (Memory(40, &numbers), Memory(40, &numbers))
    let choice = unsafe RowFilter.best(
      of: results.0.base, stride: stride, row: row.base + 8, above: above.base + 8, pixelBytes: pixelBytes,
      byteCount: count, sums: sums.0.pointer(to: UInt64.self))
    let expected = unsafe ReferenceRowFilter.best(
      of: results.1.base, stride: stride, row: row.base + 8, above: above.base + 8, pixelBytes: pixelBytes,
      byteCount: count, sums: sums.1.pointer(to: UInt64.self))
    func digest(_ memory: Memory, _ sums: Memory, _ choice: Int) -> Digest {
      var digest = Digest(sums.bytes(0..<40))
      for filter in 0..<5 { digest.add(memory.bytes(filter * stride..<filter * stride + count)) }
      digest.add(choice)
      return digest
    }
    Report.add(
      "PNG filters", digest(results.0, sums.0, choice), twin: digest(results.1, sums.1, expected))
  }

  private static func minEntropy(_ byteCount: Int) {
    var numbers = SeededNumbers(seed: UInt64(byteCount))
    let stride = byteCount + slack
    let candidates = Memory(
      (0..<5 * stride).map { UInt8(numbers.below(2 + ($0 / stride * 7 + byteCount) % 11)) })
    let sums = (0..<5).map { _ in UInt64(100 + numbers.below(200)) }
    let information = (0...byteCount).map { UInt32($0 * $0 / 2) }
    var counts = [UInt32](repeating: 0, count: RowFilter.counterCount)
    let previous = byteCount % 6
    let choice = unsafe RowFilter.minEntropy(
      of: candidates.base, stride: stride, byteCount: byteCount, sums: sums, previous: previous,
      information: information, counts: &counts)
    let expected = unsafe ReferenceRowFilter.minEntropy(
      of: candidates.base, stride: stride, byteCount: byteCount, sums: sums, previous: previous,
      information: information)
    var (result, twin) = (Digest(), Digest())
    result.add(choice)
    twin.add(expected)
    Report.add("PNG filter of least entropy", result, twin: twin)
  }
}
