import TestSupport
import Testing

@testable import ImageCore

/// One resampling, of a noisy plane of 37 by 23 unless another size is given.
struct ResizeCase: CustomTestStringConvertible, Sendable {
  var source = PixelSize(width: 37, height: 23)
  var rect: SourceRect
  var size: PixelSize
  var kernel: Kernel

  init(_ rect: SourceRect, _ width: Int, _ height: Int, _ kernel: Kernel) {
    self.rect = rect
    size = PixelSize(width: width, height: height)
    self.kernel = kernel
  }

  init(of width: Int, _ height: Int, to outputWidth: Int, _ outputHeight: Int, _ kernel: Kernel) {
    source = PixelSize(width: width, height: height)
    rect = SourceRect(source)
    size = PixelSize(width: outputWidth, height: outputHeight)
    self.kernel = kernel
  }

  var testDescription: String {
    "\(source.width)x\(source.height) (\(rect.x), \(rect.y), \(rect.width), \(rect.height)) to \(size.width)x\(size.height), \(kernel)"
  }

  private static let whole = SourceRect(x: 0, y: 0, width: 37, height: 23)

  static let all = [
    ResizeCase(whole, 10, 7, .lanczos3), ResizeCase(whole, 36, 22, .lanczos3), ResizeCase(whole, 74, 60, .lanczos3),
    ResizeCase(whole, 1, 1, .lanczos3), ResizeCase(whole, 37, 9, .catmullRom), ResizeCase(whole, 9, 23, .mitchell),
    ResizeCase(whole, 37, 23, .mitchell), ResizeCase(whole, 18, 12, .triangle), ResizeCase(whole, 12, 17, .box),
    ResizeCase(SourceRect(x: 1.25, y: 2.5, width: 30.125, height: 17.75), 11, 9, .lanczos3),
    ResizeCase(SourceRect(x: 3.5, y: 0.25, width: 8.5, height: 6.25), 33, 20, .catmullRom),
    ResizeCase(SourceRect(x: 0, y: 0, width: 36.5, height: 22.125), 19, 17, .lanczos3),
    ResizeCase(SourceRect(x: -0.75, y: -0.5, width: 38.5, height: 24), 15, 10, .lanczos3),
    ResizeCase(SourceRect(x: 4, y: 3, width: 20, height: 11), 20, 11, .triangle),
    ResizeCase(of: 1, 1, to: 5, 3, .lanczos3), ResizeCase(of: 1, 40, to: 3, 9, .lanczos3),
    ResizeCase(of: 203, 3, to: 50, 2, .lanczos3), ResizeCase(of: 7, 200, to: 5, 11, .lanczos3),
  ]
}

@Suite struct ResizeTests {
  @Test(arguments: [1, 3])
  func `Promise 4: no rows are computed after the deadline`(bands: Int) throws {
    let pool = BufferPool(filling: nil)
    let source = Plane.made(64, 900, from: pool) { _, _, _ in 200 }
    func resized(deadline: UInt64) throws -> [Int] {
      // The result reuses the memory of this plane.
      do { _ = Plane.made(32, 300, from: pool) { _, _, _ in 77 } }
      return try Resampler(pool: pool).resized(
        source, rect: SourceRect(source.size), to: PixelSize(width: 32, height: 300), kernel: .lanczos3, bands: bands,
        deadline: deadline
      ).samples
    }
    #expect(try Set(resized(deadline: .max)) == [200])
    #expect(try Set(resized(deadline: 1)) == [77])
  }

  @Test(arguments: [SampleDepth.eight, .sixteen], [1, 2])
  func `A wide image made narrow and high is close to exact arithmetic`(depth: SampleDepth, bands: Int) throws {
    let pool = BufferPool()
    let source = Plane.noisy(90_000, 2, channels: 3, depth: depth, pool: pool)
    let rect = SourceRect(x: 10.5, y: 0.25, width: 89_900, height: 1.5)
    let size = PixelSize(width: 5, height: 800)
    #expect(ColumnsFirst(source.size, rect: rect, to: size, columnCount: 89_000) != nil)
    let resized = try Resampler(pool: pool).resized(source, rect: rect, to: size, kernel: .lanczos3, bands: bands)
    #expect(resized.depth == depth)
    let exact = try exactResizeByColumns(source, rect: rect, to: size, kernel: .lanczos3)
    // The weights of 18,000 columns also have 13 bits or more.
    let limit = depth == .eight ? 1.25 : 64
    for (sample, value) in zip(resized.samples, exact) {
      let difference = abs(Double(sample) - min(max(value, 0), Double(depth.largest)))
      #expect(difference <= limit, "\(sample), not \(value)")
    }
  }

  @Test("Every build gives the bytes of the reference implementation", arguments: ResizeCase.all, 1...4)
  func equalsReference(resize: ResizeCase, channels: Int) throws {
    let pool = BufferPool()
    for depth in [SampleDepth.eight, .sixteen] {
      let source = Plane.noisy(
        resize.source.width, resize.source.height, channels: channels, depth: depth, pool: pool)
      let output: SampleDepth = channels == 2 ? .sixteen : channels == 4 ? .eight : depth
      let expected = try ResizeReference.resized(
        source, rect: resize.rect, to: resize.size, kernel: resize.kernel, depth: output
      )
      for instructions in InstructionSet.allCases where instructions.isSupported {
        let actual = try Resampler(pool: pool, instructions: instructions).resized(
          source, rect: resize.rect, to: resize.size, kernel: resize.kernel, depth: output)
        #expect(firstDifference(actual.samples, expected) == nil, "\(depth) to \(output), \(instructions)")
      }
    }
  }

  @Test("The bytes do not depend on the number of bands", arguments: 1...4, [SampleDepth.eight, .sixteen])
  func bands(channels: Int, depth: SampleDepth) throws {
    let pool = BufferPool()
    let source = Plane.noisy(37, 41, channels: channels, depth: depth, pool: pool)
    let rect = SourceRect(x: 0.5, y: 0.25, width: 36, height: 40.5)
    let resampler = Resampler(pool: pool)
    for size in [PixelSize(width: 9, height: 61), PixelSize(width: 9, height: 10)] {
      let whole = try resampler.resized(source, rect: rect, to: size, kernel: .lanczos3)
      for bands in [2, 3, 7, 100] {
        let cut = try resampler.resized(source, rect: rect, to: size, kernel: .lanczos3, bands: bands)
        #expect(firstDifference(cut.samples, whole.samples) == nil, "\(bands) bands")
      }
    }
  }

  @Test("The result is within one of double precision, and much closer on average", arguments: ResizeCase.all)
  func precision(resize: ResizeCase) throws {
    let pool = BufferPool()
    let resampler = Resampler(pool: pool)
    for depth in [SampleDepth.eight, .sixteen] {
      let source = Plane.noisy(resize.source.width, resize.source.height, channels: 3, depth: depth, pool: pool)
      let exact = try exactResize(source, rect: resize.rect, to: resize.size, kernel: resize.kernel)
      for output in [SampleDepth.eight, .sixteen] {
        // 8-bit samples are summed to a 64th, and weights have 13 bits or more, so 16-bit output is less exact.
        let factor = Double(output.largest) / Double(depth.largest)
        let (bound, mean) = factor > 1 ? (64.0, 12.0) : (1.0, 0.3)
        let actual = try resampler.resized(
          source, rect: resize.rect, to: resize.size, kernel: resize.kernel, depth: output
        ).samples
        let errors = zip(actual, exact).map { abs(Double($0) - min(max($1 * factor, 0), Double(output.largest))) }
        #expect((errors.max() ?? 0) <= bound)
        // Rounding to nearest alone has a mean error of 1/4.
        #expect(errors.reduce(0, +) / Double(errors.count) <= mean || errors.count < 30)
      }
    }
  }

  @Test("A constant image stays constant", arguments: Kernel.allCases, [SampleDepth.eight, .sixteen])
  func constant(kernel: Kernel, depth: SampleDepth) throws {
    let pool = BufferPool()
    let resampler = Resampler(pool: pool)
    for value in [0, 1, depth.largest / 3, depth.largest - 1, depth.largest] {
      let source = Plane.made(53, 41, channels: 3, depth: depth, from: pool) { _, _, _ in value }
      for (width, height) in [(13, 10), (1, 1), (52, 40), (80, 90), (53, 7)] {
        let result = try resampler.resized(
          source, rect: SourceRect(x: 0.25, y: 0, width: 52.5, height: 41), to: PixelSize(width: width, height: height),
          kernel: kernel)
        #expect(result.samples.allSatisfy { $0 == value })
      }
    }
  }

  @Test("The mean changes by at most one", arguments: Kernel.allCases)
  func mean(kernel: Kernel) throws {
    let pool = BufferPool()
    let resampler = Resampler(pool: pool)
    // Smooth, because the weight of the border depends on the kernel.
    let source = Plane.made(120, 90, from: pool) { x, y, _ in 60 + (x * 7 / 6 + y) % 120 }
    func mean(_ samples: [Int]) -> Double { Double(samples.reduce(0, +)) / Double(samples.count) }
    for (width, height) in [(40, 30), (60, 45), (31, 29), (240, 180)] {
      let result = try resampler.resized(
        source, rect: SourceRect(source.size), to: PixelSize(width: width, height: height), kernel: kernel)
      #expect(abs(mean(result.samples) - mean(source.samples)) <= 1)
    }
  }

  @Test("The same size is an exact copy, also for a part at a whole offset", arguments: Kernel.allCases, 1...4)
  func identity(kernel: Kernel, channels: Int) throws {
    let pool = BufferPool()
    let resampler = Resampler(pool: pool)
    for depth in [SampleDepth.eight, .sixteen] {
      let source = Plane.noisy(37, 23, channels: channels, depth: depth, pool: pool)
      let copy = try resampler.resized(source, rect: SourceRect(source.size), to: source.size, kernel: kernel)
      #expect(firstDifference(copy.samples, source.samples) == nil)
      let part = try resampler.resized(
        source, rect: SourceRect(x: 5, y: 4, width: 19, height: 11), to: PixelSize(width: 19, height: 11),
        kernel: kernel)
      var expected: [Int] = []
      for y in 4..<15 {
        let (first, end) = ((y * 37 + 5) * channels, (y * 37 + 24) * channels)
        expected += source.samples[first..<end]
      }
      #expect(firstDifference(part.samples, expected) == nil)
    }
  }

  @Test("An axis without scaling keeps its samples")
  func oneAxis() throws {
    let pool = BufferPool()
    let source = Plane.made(20, 12, channels: 2, from: pool) { x, _, channel in x * 9 + channel * 40 }
    let result = try Resampler(pool: pool).resized(
      source, rect: SourceRect(source.size), to: PixelSize(width: 20, height: 5), kernel: .lanczos3)
    #expect(result.samples == (0..<5).flatMap { _ in source.samples[0..<40] })
  }

  @Test("Sizes 1 to 400 of an odd source equal the reference, along either axis")
  func everySize() throws {
    let pool = BufferPool()
    let resampler = Resampler(pool: pool)
    let wide = Plane.noisy(401, 1, pool: pool)
    let high = Plane.noisy(1, 401, pool: pool)
    for count in 1...400 {
      for (source, size) in [(0, PixelSize(width: count, height: 1)), (1, PixelSize(width: 1, height: count))] {
        func check(_ plane: borrowing Plane) throws {
          let rect = SourceRect(plane.size)
          let expected = try ResizeReference.resized(plane, rect: rect, to: size, kernel: .lanczos3)
          let actual = try resampler.resized(plane, rect: rect, to: size, kernel: .lanczos3).samples
          #expect(firstDifference(actual, expected) == nil, "\(size)")
        }
        if source == 0 { try check(wide) } else { try check(high) }
      }
    }
  }

  @Test("A row of several strips has no seams", arguments: 1...4)
  func strips(channels: Int) throws {
    let pool = BufferPool()
    let source = Plane.noisy(501, 30, channels: channels, pool: pool)
    let (rect, size) = (SourceRect(source.size), PixelSize(width: 125, height: 8))
    let expected = try ResizeReference.resized(source, rect: rect, to: size, kernel: .lanczos3)
    let actual = try Resampler(pool: pool).resized(source, rect: rect, to: size, kernel: .lanczos3).samples
    #expect(firstDifference(actual, expected) == nil)
  }

  @Test("Cached weights are those of their own axis")
  func keptWeights() throws {
    let pool = BufferPool()
    let resampler = Resampler(pool: pool)
    let source = Plane.noisy(40, 40, pool: pool)
    for _ in 0..<2 {
      for width in 1...20 {
        let size = PixelSize(width: width, height: 21 - width)
        let kept = try resampler.resized(source, rect: SourceRect(source.size), to: size, kernel: .triangle).samples
        let fresh = try Resampler(pool: pool).resized(
          source, rect: SourceRect(source.size), to: size, kernel: .triangle)
        #expect(firstDifference(kept, fresh.samples) == nil)
      }
    }
  }
}
