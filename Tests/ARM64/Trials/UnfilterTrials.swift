internal import PixelKernels

/// `Unfilter` and `ReferenceUnfilter` over rows of every filter, pixel size and width.
enum UnfilterTrials {
  private static let widths = 1...70
  private static let slack = Unfilter.slack

  static func run() {
    rows()
    for pixelBytes in [1, 2, 3, 4, 8] { paeth(rows: 2, pixelBytes: pixelBytes, widths: widths) }
    // The kernel for four rows needs four pixels.
    for pixelBytes in [3, 4] { paeth(rows: 4, pixelBytes: pixelBytes, widths: 4...70) }
    swapped()
  }

  private static func rows() {
    var numbers = SeededNumbers(seed: 1)
    for filter in 0...4 {
      for pixelBytes in [1, 2, 3, 4, 6, 8] {
        for width in widths {
          let count = width * pixelBytes
          let filtered = Memory(count + slack, &numbers)
          let above = Memory(count + slack, &numbers)
          let row = Memory(count + slack, &numbers)
          let twin = Memory(count, &numbers)
          unsafe Unfilter.row(
            filter: UInt8(filter), pixelBytes: pixelBytes, into: row.base, from: filtered.base, above: above.base,
            byteCount: count)
          unsafe ReferenceUnfilter.row(
            filter: UInt8(filter), pixelBytes: pixelBytes, into: twin.base, from: filtered.base, above: above.base,
            byteCount: count)
          Report.add("PNG unfilter, a row", Digest(row.bytes(0..<count)), twin: Digest(twin.bytes(0..<count)))
        }
      }
    }
  }

  private static func paeth(rows rowCount: Int, pixelBytes: Int, widths: ClosedRange<Int>) {
    var numbers = SeededNumbers(seed: UInt64(rowCount))
    for width in widths {
      let count = width * pixelBytes
      let stride = count + 1 + numbers.below(64)
      let filtered = Memory(rowCount * (count + 1) + slack, &numbers)
      let above = Memory(count + slack, &numbers)
      let rows = Memory(rowCount * stride + slack, &numbers)
      if rowCount == 2 {
        unsafe Unfilter.twoPaethRows(
          pixelBytes: pixelBytes, into: rows.base, stride: stride, from: filtered.base, above: above.base,
          byteCount: count)
      } else {
        unsafe Unfilter.fourPaethRows(
          pixelBytes: pixelBytes, into: rows.base, stride: stride, from: filtered.base, above: above.base,
          byteCount: count)
      }
      let twin = Memory(rowCount * count, &numbers)
      var (result, expected) = (Digest(), Digest())
      for row in 0..<rowCount {
        let upper = unsafe row == 0 ? above.base : twin.base + (row - 1) * count
        unsafe ReferenceUnfilter.row(
          filter: 4, pixelBytes: pixelBytes, into: twin.base + row * count, from: filtered.base + row * (count + 1),
          above: upper, byteCount: count)
        result.add(rows.bytes(row * stride..<row * stride + count))
        expected.add(twin.bytes(row * count..<(row + 1) * count))
      }
      Report.add("PNG unfilter, \(rowCount == 2 ? "two" : "four") Paeth rows", result, twin: expected)
    }
  }

  private static func swapped() {
    var numbers = SeededNumbers(seed: 3)
    for width in widths {
      let source = Memory(2 * width + slack, &numbers)
      let target = Memory(2 * width + slack, &numbers)
      unsafe Unfilter.copySwapped16(source.base, to: target.base, byteCount: 2 * width)
      let twin = (0..<2 * width).map { source[$0 ^ 1] }
      Report.add("PNG 16-bit samples", Digest(target.bytes(0..<2 * width)), twin: Digest(twin))
    }
  }
}
