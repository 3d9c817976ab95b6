internal import PixelKernels

/// Each of `FloatPasses`, with the plain loop that its comment describes.
enum FloatResizeTrials {
  /// Rows may be read and written to the next multiple of 32 samples.
  private static func whole(_ count: Int) -> Int { (count + 31) & ~31 }

  static func run() {
    for count in 1...100 {
      var numbers = SeededNumbers(seed: UInt64(2000 + count))
      pairRows(count, &numbers)
      for pairCount in [1, 2, 5] {
        for hasSums in [true, false] { sumRows(count, pairCount: pairCount, hasSums: hasSums, &numbers) }
      }
      transpose(count, &numbers)
      for channels in 1...4 { sumColumns(count, channels, pairCount: 1 + count % 5, &numbers) }
      for rows in 1...8 { store(count, rows: rows, &numbers) }
    }
  }

  /// Weights of a row: fractions that sum to about 1.
  private static func weights(_ count: Int, _ numbers: inout SeededNumbers) -> [Float] {
    (0..<count).map { _ in Float(numbers.within(-1000...3000)) / 3001 }
  }

  private static func floats(_ count: Int, _ numbers: inout SeededNumbers) -> Memory {
    let memory = Memory(4 * count, &numbers)
    for index in 0..<count { memory.store(Float(numbers.within(-20000...90000)) / 3, 4 * index) }
    return memory
  }

  private static func pairRows(_ count: Int, _ numbers: inout SeededNumbers) {
    let (top, bottom) = (Memory(2 * whole(count), &numbers), Memory(2 * whole(count), &numbers))
    let into = Memory(8 * whole(count), &numbers)
    unsafe FloatPasses.pairRows(top.base, bottom.base, count: count, into: into.base)
    var (result, twin) = (Digest(), Digest())
    for column in 0..<count {
      let place = column / 8 * 64 + column % 8 * 4
      twin.add(Float(top.load(2 * column, UInt16.self)).bitPattern)
      twin.add(Float(bottom.load(2 * column, UInt16.self)).bitPattern)
      result.add(into.load(place, UInt32.self))
      result.add(into.load(place + 32, UInt32.self))
    }
    Report.add("resampling of 16 bits, pairs of rows", result, twin: twin)
  }

  private static func sumRows(_ count: Int, pairCount: Int, hasSums: Bool, _ numbers: inout SeededNumbers) {
    let stride = 8 * whole(count)
    let pairs = floats(pairCount * stride / 4, &numbers)
    let weights = weights(2 * pairCount, &numbers)
    let sums = floats(whole(count), &numbers)
    let into = Memory(4 * whole(count), &numbers)
    unsafe FloatPasses.sumRows(
      pairs.base, stride: stride, weights: weights, pairCount: pairCount, count: count, precision: 0,
      sums: hasSums ? UnsafeRawPointer(sums.base) : nil, isWhole: true, into: into.base)
    var (result, twin) = (Digest(), Digest())
    for column in 0..<count {
      var sum = hasSums ? sums.load(4 * column, Float.self) : 0
      for tap in 0..<2 * pairCount {
        let product =
          pairs.load(tap / 2 * stride + column / 8 * 64 + tap % 2 * 32 + column % 8 * 4, Float.self) * weights[tap]
        sum += product
      }
      twin.add(sum.bitPattern)
      result.add(into.load(4 * column, UInt32.self))
    }
    Report.add("resampling of 16 bits, sums of rows", result, twin: twin)
  }

  private static func transpose(_ count: Int, _ numbers: inout SeededNumbers) {
    let stride = 4 * whole(count)
    let rows = Memory(8 * stride, &numbers)
    let into = Memory(32 * whole(count), &numbers)
    unsafe FloatPasses.transpose(rows.base, stride: stride, channels: 1, count: count, into: into.base)
    var (result, twin) = (Digest(), Digest())
    for sample in 0..<count {
      for row in 0..<8 {
        twin.add(rows.load(row * stride + 4 * sample, UInt32.self))
        result.add(into.load(32 * sample + 4 * row, UInt32.self))
      }
    }
    Report.add("resampling of 16 bits, transposition", result, twin: twin)
  }

  private static func sumColumns(
    _ count: Int, _ channels: Int, pairCount: Int, _ numbers: inout SeededNumbers
  ) {
    let taps = 2 * pairCount
    let samples = floats((count + taps) * channels * 8, &numbers)
    let first = (0..<count).map { _ in Int32(numbers.below(count + 1)) }
    let weights = weights(taps * count, &numbers)
    let into = Memory(count * channels * 32, &numbers)
    unsafe FloatPasses.sumColumns(
      samples.base, channels: channels, first: first, weights: weights, pairCount: pairCount, count: count,
      into: into.base)
    var (result, twin) = (Digest(), Digest())
    for pixel in 0..<count {
      for place in 0..<8 * channels {
        var sum: Float = 0
        for tap in 0..<taps {
          let product =
            samples.load(((Int(first[pixel]) + tap) * channels * 8 + place) * 4, Float.self)
            * weights[pixel * taps + tap]
          sum += product
        }
        twin.add(sum.bitPattern)
        result.add(into.load((pixel * channels * 8 + place) * 4, UInt32.self))
      }
    }
    Report.add("resampling of 16 bits, sums of columns", result, twin: twin)
  }

  private static func store(_ count: Int, rows: Int, _ numbers: inout SeededNumbers) {
    let sums = floats(8 * whole(count), &numbers)
    for byteCount in 1...2 {
      let memory = Memory(sums.bytes(0..<sums.count))
      let stride = byteCount * whole(count) + numbers.below(9)
      let into = Memory(8 * stride, &numbers)
      if byteCount == 1 {
        unsafe FloatPasses.store8(memory.base, count: count, precision: 0, rows: rows, into: into.base, stride: stride)
      } else {
        unsafe FloatPasses.store16(memory.base, count: count, precision: 0, rows: rows, into: into.base, stride: stride)
      }
      var (result, twin) = (Digest(), Digest())
      for row in 0..<rows {
        for sample in 0..<count {
          let sum = sums.load(32 * sample + 4 * row, Float.self)
          if byteCount == 1 {
            twin.add(Int(min(max(sum * (1 / 257), 0), 255).rounded(.toNearestOrEven)))
            result.add(Int(into[row * stride + sample]))
          } else {
            twin.add(Int(min(max(sum, 0), 65535).rounded(.toNearestOrEven)))
            result.add(Int(into.load(row * stride + 2 * sample, UInt16.self)))
          }
        }
      }
      Report.add("resampling of 16 bits, rounding and storing", result, twin: twin)
    }
  }
}
