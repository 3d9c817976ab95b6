import DecoderTrials
import Testing

@testable import ImageCore
@testable import JPEGDecoding
@testable import JPEGKernels

@Suite struct InverseDCTTests {
  /// The samples of a block whose steps are all 1, row by row, or nil if a value is out of range.
  private func samples(_ coefficients: [Int: Int16], size: Int) throws -> [UInt8]? {
    try samples(ofEach: [[:], coefficients], size: size)?[1]
  }

  /// The samples of up to eight interleaved blocks.
  /// - Parameter isLow: whether to use the transform for low frequencies.
  private func samples(ofEach blocks: [[Int: Int16]], size: Int, isLow: Bool = false) throws -> [[UInt8]]? {
    let memory = try BufferPool().take(byteCount: 8192)
    var scratch = unsafe ScratchArena(memory.base, capacity: memory.capacity)
    let group = scratch.take(512, Int16.self)
    let steps = scratch.take(64, Int32.self)
    let between = scratch.take(512, Int32.self)
    let tile = scratch.take(512, UInt8.self)
    steps.fill(1)
    group.fill(0)
    let order = CoefficientLayout.order(scaledSize: size)
    for (lane, coefficients) in blocks.enumerated() {
      for (position, value) in coefficients {
        if let index = order.firstIndex(of: position) { group[8 * index + lane] = value }
      }
    }
    var rangeCheck = InverseDCT.RangeCheck()
    let transform = InverseDCT(group: group, steps: steps, between: between)
    transform.store(size: size, isLow: isLow, into: tile, &rangeCheck)
    let lane = max(4, size)
    let samples = blocks.indices.map { block in
      (0..<size * size).map { tile[8 * lane * ($0 / size) + lane * block + $0 % size] }
    }
    return withExtendedLifetime(memory) { rangeCheck.isNone ? samples : nil }
  }

  @Test(arguments: [2, 4, 8])
  func `a block with DC only is flat, and equal with and without a transform`(size: Int) throws {
    for dc in Int16(-2047)...2047 {
      var rangeCheck = InverseDCT.RangeCheck()
      let flat = InverseDCT.flat(SIMD8(repeating: dc), step: 1, &rangeCheck)[3]
      #expect(rangeCheck.isNone)
      guard try samples([0: dc], size: size) == Array(repeating: UInt8(flat), count: size * size) else {
        Issue.record("DC \(dc)")
        return
      }
    }
  }

  @Test(arguments: [2, 4, 8])
  func `every value out of range is detected`(size: Int) throws {
    #expect(try samples([0: 2047], size: size) != nil)
    #expect(try samples([0: 2048], size: size) == nil)
    #expect(try samples([0: -2047], size: size) != nil)
    #expect(try samples([0: -2049], size: size) == nil)
    #expect(try samples([0: .min], size: size) == nil)
    #expect(try samples([0: .max], size: size) == nil)
    #expect(try samples([9: 2048], size: size) == nil)
    #expect(try samples([0: 2000, 1: 2000, 8: 2000, 9: 2000, 3: 2000], size: size) == nil, "samples beyond 9 bits")
    var rangeCheck = InverseDCT.RangeCheck()
    _ = InverseDCT.flat(SIMD8(0, 0, 0, 0, 0, 2048, 0, 0), step: 1, &rangeCheck)
    #expect(!rangeCheck.isNone)
  }

  @Test(arguments: [2, 4, 8])
  func `eight interleaved blocks do not affect each other`(size: Int) throws {
    var random = Randomness(seed: 9)
    for _ in 0..<40 {
      let blocks = (0..<8).map { _ in
        var coefficients = [0: Int16(random.below(1600) - 800)]
        for _ in 0..<random.below(12) { coefficients[random.below(64)] = Int16(random.below(200) - 100) }
        return coefficients
      }
      let together = try #require(try samples(ofEach: blocks, size: size))
      for (block, samples) in zip(blocks, together) { #expect(try self.samples(block, size: size) == samples) }
    }
  }

  @Test(arguments: [4, 8])
  func `the sums for low frequencies give the same samples and the same range check`(size: Int) throws {
    var random = Randomness(seed: 10)
    let low = (0..<64).filter { InverseDCT.lowFrequencies & 1 << UInt64($0) != 0 }.map { Zigzag.order[$0] }
    #expect(low.count == 10 && low.allSatisfy { $0 % 8 < 4 && $0 / 8 < 4 })
    var rejected = 0
    for amplitude in [100, 1000, 4000, 30_000] {
      for _ in 0..<100 {
        let blocks = (0..<8).map { _ in
          Dictionary(
            low.map { ($0, Int16(random.below(amplitude) - amplitude / 2)) }, uniquingKeysWith: { first, _ in first })
        }
        let plain = try samples(ofEach: blocks, size: size)
        #expect(try samples(ofEach: blocks, size: size, isLow: true) == plain)
        if plain == nil { rejected += 1 }
      }
    }
    #expect(rejected > 100 && rejected < 350)
  }

  @Test func `the transform to eight samples is within one of its definition`() throws {
    var random = Randomness(seed: 8)
    for _ in 0..<40 {
      var coefficients = [0: Int16(random.below(1600) - 800)]
      for _ in 0..<random.below(12) { coefficients[random.below(64)] = Int16(random.below(300) - 150) }
      let made = try #require(try samples(coefficients, size: 8))
      for (index, sample) in made.enumerated() {
        #expect(abs(Double(sample) - defined(coefficients, x: index % 8, y: index / 8)) < 1)
      }
    }
  }

  /// The definition in ITU-T T.81, A.3.3, in double precision.
  private func defined(_ coefficients: [Int: Int16], x: Int, y: Int) -> Double {
    let sum = coefficients.reduce(0.0) { sum, entry in
      let (u, v) = (entry.key % 8, entry.key / 8)
      let scale = (u == 0 ? 0.5.squareRoot() : 1) * (v == 0 ? 0.5.squareRoot() : 1) / 4
      return sum + scale * Double(entry.value) * cosine((2 * x + 1) * u) * cosine((2 * y + 1) * v)
    }
    return min(max(sum + 128, 0), 255)
  }

  /// The cosine of an angle in sixteenths of half a turn.
  private func cosine(_ sixteenths: Int) -> Double {
    let quarter: [Double] = [
      1, 0.980785280403230, 0.923879532511287, 0.831469612302545, 0.707106781186548, 0.555570233019602,
      0.382683432365090, 0.195090322016128, 0,
    ]
    let position = sixteenths % 32
    let folded = position > 16 ? 32 - position : position
    return folded <= 8 ? quarter[folded] : -quarter[16 - folded]
  }
}
