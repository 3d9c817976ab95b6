internal import PixelKernels

/// Each of `IntegerPasses`, with the plain loop that its comment describes.
enum IntegerResizeTrials {
  /// Rows may be read and written to the next multiple of 32 samples.
  private static func whole(_ count: Int) -> Int { (count + 31) & ~31 }

  static func run() {
    for count in 1...100 {
      var numbers = SeededNumbers(seed: UInt64(1000 + count))
      pairRows(count, &numbers)
      for pairCount in [1, 2, 5] {
        for isWhole in [true, false] {
          for hasSums in [true, false] {
            sumRows(count, pairCount: pairCount, isWhole: isWhole, hasSums: hasSums, &numbers)
          }
        }
      }
      for channels in 1...4 {
        transpose(pixels: 2 * count, channels, &numbers)
        sumColumns(count, channels, pairCount: 1 + count % 5, &numbers)
      }
      for rows in 1...8 { store(count, rows: rows, &numbers) }
    }
  }

  private static func pairRows(_ count: Int, _ numbers: inout SeededNumbers) {
    let (top, bottom) = (Memory(whole(count), &numbers), Memory(whole(count), &numbers))
    let into = Memory(4 * whole(count), &numbers)
    unsafe IntegerPasses.pairRows(top.base, bottom.base, count: count, into: into.base)
    var twin = Digest()
    for column in 0..<count { twin.add([top[column], 0, bottom[column], 0]) }
    Report.add("resampling of 8 bits, pairs of rows", Digest(into.bytes(0..<4 * count)), twin: twin)
  }

  private static func sumRows(
    _ count: Int, pairCount: Int, isWhole: Bool, hasSums: Bool, _ numbers: inout SeededNumbers
  ) {
    let precision = numbers.within(8...20)
    let stride = 4 * whole(count) + 4 * numbers.below(9)
    let pairs = Memory(pairCount * stride, &numbers)
    for index in 0..<pairs.count / 2 { pairs.store(Int16(numbers.below(256)), 2 * index) }
    let weights = (0..<2 * pairCount).map { _ in Int16(numbers.within(-8000...32767)) }
    let sums = Memory(4 * whole(count), &numbers)
    for column in 0..<whole(count) { sums.store(Int32(numbers.within(-10_000_000...10_000_000)), 4 * column) }
    let into = Memory(4 * whole(count), &numbers)
    unsafe IntegerPasses.sumRows(
      pairs.base, stride: stride, weights: weights, pairCount: pairCount, count: count, precision: precision,
      sums: hasSums ? UnsafeRawPointer(sums.base) : nil, isWhole: isWhole, into: into.base)
    let shift = precision - 6
    var (result, twin) = (Digest(), Digest())
    for column in 0..<count {
      var sum = hasSums ? Int(sums.load(4 * column, Int32.self)) : 1 << (shift - 1)
      for tap in 0..<2 * pairCount {
        sum += Int(weights[tap]) * Int(pairs.load(tap / 2 * stride + 4 * column + tap % 2 * 2, Int16.self))
      }
      twin.add(isWhole ? min(max(sum >> shift, -32768), 32767) : sum)
      result.add(
        isWhole ? Int(into.load(2 * column, Int16.self)) : Int(into.load(4 * column, Int32.self)))
    }
    Report.add("resampling of 8 bits, sums of rows", result, twin: twin)
  }

  private static func transpose(pixels: Int, _ channels: Int, _ numbers: inout SeededNumbers) {
    let count = pixels * channels
    let stride = 2 * (count + 32)
    let rows = Memory(8 * stride, &numbers)
    let into = Memory(16 * count + 128, &numbers)
    unsafe IntegerPasses.transpose(rows.base, stride: stride, channels: channels, count: count, into: into.base)
    var (result, twin) = (Digest(), Digest())
    for sample in 0..<count {
      let (pixel, channel) = (sample / channels, sample % channels)
      for row in 0..<8 {
        twin.add(rows.load(row * stride + 2 * sample, Int16.self))
        result.add(
          into.load((pixel / 2 * channels + channel) * 32 + row * 4 + pixel % 2 * 2, Int16.self))
      }
    }
    Report.add("resampling of 8 bits, transposition", result, twin: twin)
  }

  private static func sumColumns(
    _ count: Int, _ channels: Int, pairCount: Int, _ numbers: inout SeededNumbers
  ) {
    let pixelPairs = count + pairCount
    let pairs = Memory(pixelPairs * channels * 32, &numbers)
    let first = (0..<count).map { _ in Int32(2 * numbers.below(count + 1)) }
    let weights = (0..<2 * pairCount * count).map { _ in Int16(numbers.within(-1000...3000)) }
    let into = Memory(count * channels * 32, &numbers)
    unsafe IntegerPasses.sumColumns(
      pairs.base, channels: channels, first: first, weights: weights, pairCount: pairCount, count: count,
      into: into.base)
    var (result, twin) = (Digest(), Digest())
    for pixel in 0..<count {
      for channel in 0..<channels {
        for row in 0..<8 {
          var sum = 0
          for tap in 0..<2 * pairCount {
            let pair = (Int(first[pixel]) / 2 + tap / 2) * channels + channel
            sum +=
              Int(pairs.load(pair * 32 + row * 4 + tap % 2 * 2, Int16.self)) * Int(weights[pixel * 2 * pairCount + tap])
          }
          twin.add(sum)
          result.add(Int(into.load(((pixel * channels + channel) * 8 + row) * 4, Int32.self)))
        }
      }
    }
    Report.add("resampling of 8 bits, sums of columns", result, twin: twin)
  }

  private static func store(_ count: Int, rows: Int, _ numbers: inout SeededNumbers) {
    // What fits the sums of samples up to 32,768.
    let precision = numbers.within(10...15)
    let unit = 1 << (precision + 6)
    let sums = (0..<8 * count).map { _ in Int32(numbers.within(-40 * unit...300 * unit)) }
    for byteCount in 1...2 {
      let memory = Memory(32 * whole(count), &numbers)
      for index in sums.indices { memory.store(sums[index], 4 * index) }
      let stride = byteCount * whole(count) + numbers.below(9)
      let into = Memory(8 * stride, &numbers)
      if byteCount == 1 {
        unsafe IntegerPasses.store8(
          memory.base, count: count, precision: precision, rows: rows, into: into.base, stride: stride)
      } else {
        unsafe IntegerPasses.store16(
          memory.base, count: count, precision: precision, rows: rows, into: into.base, stride: stride)
      }
      var (result, twin) = (Digest(), Digest())
      for row in 0..<rows {
        for sample in 0..<count {
          let sum = Int(sums[8 * sample + row])
          if byteCount == 1 {
            twin.add(min(max((sum + 1 << (precision + 5)) >> (precision + 6), 0), 255))
            result.add(Int(into[row * stride + sample]))
          } else {
            let fine = (sum + 1 << (precision - 7)) >> (precision - 6)
            twin.add(min(max((fine * 257 + 2048) >> 12, 0), 65535))
            result.add(Int(into.load(row * stride + 2 * sample, UInt16.self)))
          }
        }
      }
      Report.add("resampling of 8 bits, rounding and storing", result, twin: twin)
    }
  }
}
