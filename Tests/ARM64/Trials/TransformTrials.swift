@testable import JPEGKernels

/// `InverseDCT` at every scaled size, `ForwardDCT` and `Quantizer`, with `PlainTransforms` and a division.
enum TransformTrials {
  static func run() {
    for seed in 0..<300 {
      for size in [2, 4, 8] {
        for isLow in size == 2 ? [false] : [false, true] {
          inverse(size: size, isLow: isLow, seed: 10 * seed + size)
        }
      }
      flat(seed: seed)
      forward(seed: seed)
    }
    for step in 1...255 { quotients(step) }
  }

  /// Eight blocks of random coefficients, few of them large, as in an image.
  private static func inverse(size: Int, isLow: Bool, seed: Int) {
    var numbers = SeededNumbers(seed: UInt64(seed))
    let memory = Memory(16384, &numbers)
    var scratch = unsafe ScratchArena(memory.base, capacity: memory.count)
    let group = scratch.take(512, Int16.self)
    let steps = scratch.take(64, Int32.self)
    let between = scratch.take(512, Int32.self)
    let tile = scratch.take(512, UInt8.self)
    group.fill(0)
    steps.fill(1)
    let order = CoefficientLayout.order(scaledSize: size)
    var blocks = [[Int]](repeating: [Int](repeating: 0, count: 64), count: 8)
    for (index, position) in order.enumerated() {
      let isOutside = isLow && (position / 8 > 3 || position % 8 > 3 || position / 8 + position % 8 > 3)
      let step = numbers.within(1...12)
      steps[index] = Int32(step)
      for lane in 0..<8 {
        let most = position == 0 ? 900 : isOutside ? 0 : 240 / (1 + position / 8 + position % 8)
        let value = numbers.within(-most...most) / step
        group[8 * index + lane] = Int16(value)
        blocks[lane][position] = value * step
      }
    }
    var rangeCheck = InverseDCT.RangeCheck()
    let transform = InverseDCT(group: group, steps: steps, between: between)
    transform.store(size: size, isLow: isLow, into: tile, &rangeCheck)
    var (result, twin) = (Digest(), Digest())
    let width = max(4, size)
    for lane in 0..<8 {
      for index in 0..<size * size { result.add(tile[8 * width * (index / size) + width * lane + index % size]) }
      twin.add(PlainTransforms.inverse(blocks[lane], size: size))
    }
    result.add(rangeCheck.isNone ? 0 : 1)
    twin.add(0)
    withExtendedLifetime(memory) {
      Report.add("JPEG inverse DCT, \(size)x\(size)" + (isLow ? " of low frequencies" : ""), result, twin: twin)
    }
  }

  private static func flat(seed: Int) {
    var numbers = SeededNumbers(seed: UInt64(seed))
    let step = numbers.within(1...255)
    let values = (0..<8).map { _ in numbers.within(-2047...2047) / step }
    var dc = SIMD8<Int16>()
    for lane in 0..<8 { dc[lane] = Int16(values[lane]) }
    var rangeCheck = InverseDCT.RangeCheck()
    let samples = InverseDCT.flat(dc, step: Int32(step), &rangeCheck)
    var (result, twin) = (Digest(), Digest())
    for lane in 0..<8 {
      result.add(samples[lane])
      twin.add(min(max((values[lane] * step + 4) >> 3 + 128, 0), 255))
    }
    result.add(rangeCheck.isNone ? 0 : 1)
    twin.add(0)
    Report.add("JPEG inverse DCT, DC only", result, twin: twin)
  }

  private static func forward(seed: Int) {
    var numbers = SeededNumbers(seed: UInt64(seed))
    let most = numbers.within(0...127)
    let samples = (0..<16).map { _ in (0..<64).map { _ in numbers.within(-most - 1...most) } }
    func vector(_ y: Int, _ x: Int) -> SixteenBlocks {
      var vector = SixteenBlocks()
      for lane in 0..<16 { vector[lane] = Int16(samples[lane][8 * y + x]) }
      return vector
    }
    let rows = (0..<8).map { y in
      list(
        ForwardDCT.pass(
          (
            vector(y, 0), vector(y, 1), vector(y, 2), vector(y, 3), vector(y, 4), vector(y, 5), vector(y, 6),
            vector(y, 7)
          ), isFirst: true))
    }
    let columns = (0..<8).map { x in
      list(
        ForwardDCT.pass(
          (
            rows[0][x], rows[1][x], rows[2][x], rows[3][x], rows[4][x], rows[5][x], rows[6][x], rows[7][x]
          ), isFirst: false))
    }
    var (result, twin) = (Digest(), Digest())
    for lane in 0..<16 {
      for index in 0..<64 { result.add(columns[index % 8][index / 8][lane]) }
      for value in PlainTransforms.forward(samples[lane]) { twin.add(Int16(value)) }
    }
    Report.add("JPEG forward DCT", result, twin: twin)
  }

  private static func list(_ w: EightRows16) -> [SixteenBlocks] { [w.0, w.1, w.2, w.3, w.4, w.5, w.6, w.7] }

  /// All magnitudes that the transform can give, and some beyond.
  private static func quotients(_ step: Int) {
    var numbers = SeededNumbers(seed: UInt64(step))
    let memory = Memory(Quantizer.scratchByteCount, &numbers)
    var scratch = unsafe ScratchArena(memory.base, capacity: memory.count)
    let quantizer = Quantizer([UInt8](repeating: UInt8(step), count: 64), scratch: &scratch)
    var (result, twin) = (Digest(), Digest())
    for magnitude in stride(from: 0, to: 16_384, by: 16) {
      var magnitudes = SixteenBlocks()
      for lane in 0..<16 { magnitudes[lane] = Int16(magnitude + lane) }
      let quotients = quantizer.quotients(magnitudes, 63)
      for lane in 0..<16 {
        result.add(quotients[lane])
        twin.add(Int16((magnitude + lane + 4 * step) / (8 * step)))
      }
    }
    withExtendedLifetime(memory) { Report.add("JPEG quantization", result, twin: twin) }
  }
}
