import TestSupport
import Testing

@testable import ImageCore

@Suite struct StreamedResizeTests {
  /// `count` rows of a plane from `start` on.
  private func strip(of source: borrowing Plane, from start: Int, _ count: Int, pool: BufferPool) throws -> Plane {
    let strip = try Plane(
      size: PixelSize(width: source.size.width, height: count), channels: source.channels, depth: source.depth,
      from: pool)
    for y in 0..<count {
      unsafe strip.row(y).copyMemory(from: source.row(start + y), byteCount: source.rowByteCount)
    }
    return strip
  }

  private func samples(
    _ source: borrowing Plane, _ resize: ResizeCase, _ instructions: InstructionSet, rows: Int
  ) throws -> [Int] {
    let pool = BufferPool()
    let streamed = try #require(
      try Resampler(pool: pool, instructions: instructions).streamed(
        source.size, channels: source.channels, depth: source.depth, rect: resize.rect, to: resize.size,
        kernel: resize.kernel))
    for y in stride(from: 0, to: source.size.height, by: rows) {
      streamed.add(try strip(of: source, from: y, min(rows, source.size.height - y), pool: pool))
    }
    return streamed.finished().samples
  }

  @Test("Strips of any height give the same bytes as the whole source", arguments: ResizeCase.all, 1...4)
  func equalsWhole(resize: ResizeCase, channels: Int) throws {
    let pool = BufferPool()
    for depth in [SampleDepth.eight, .sixteen] {
      let source = Plane.noisy(
        resize.source.width, resize.source.height, channels: channels, depth: depth, pool: pool)
      let expected = try ResizeReference.resized(
        source, rect: resize.rect, to: resize.size, kernel: resize.kernel, depth: depth
      )
      for instructions in InstructionSet.allCases where instructions.isSupported {
        for rows in [2, 6, 16, 1000] {
          let actual = try samples(source, resize, instructions, rows: rows)
          #expect(firstDifference(actual, expected) == nil, "\(depth), \(instructions), \(rows) rows")
        }
      }
    }
  }

  @Test(
    "Streamed reductions by any factor, wide and narrow, equal those of the whole source",
    arguments: [1.0, 1.01, 1.5, 2, 2.9, 4, 7.3, 20, 61])
  func factors(_ factor: Double) throws {
    let pool = BufferPool()
    for (width, height, channels) in [(50, 611, 3), (2900, 150, 3), (33, 257, 4)] {
      let source = Plane.noisy(width, height, channels: channels, depth: .eight, pool: pool)
      var resize = ResizeCase(
        of: width, height, to: max(1, Int(Double(width) / factor)), max(1, Int(Double(height) / factor)), .lanczos3)
      if factor == 2.9 { resize.rect = SourceRect(x: 3.25, y: 40.5, width: 20, height: 61) }
      let whole = try Resampler(pool: pool).resized(source, rect: resize.rect, to: resize.size, kernel: resize.kernel)
      for rows in [8, 38] {
        let actual = try samples(source, resize, .current, rows: rows)
        #expect(firstDifference(actual, whole.samples) == nil, "\(width)x\(height), \(rows) rows")
      }
    }
  }

  @Test("Products of color and alpha become the colors that the whole source gives", arguments: [2, 4])
  func products(channels: Int) throws {
    let pool = BufferPool()
    for depth in [SampleDepth.eight, .sixteen] {
      let source = Plane.noisy(150, 121, channels: channels, depth: depth, pool: pool)
      for size in [PixelSize(width: 61, height: 50), PixelSize(width: 9, height: 5)] {
        let products = try source.premultiplied(from: pool)
        let rect = SourceRect(source.size)
        let whole = try Resampler(pool: pool).resized(products, rect: rect, to: size, kernel: .lanczos3)
        let streamed = try #require(
          try Resampler(pool: pool).streamed(
            source.size, channels: channels, depth: depth, takesProducts: true, rect: rect, to: size,
            kernel: .lanczos3))
        for y in stride(from: 0, to: source.size.height, by: 16) {
          streamed.add(try strip(of: products, from: y, min(16, source.size.height - y), pool: pool))
        }
        let expected = try whole.unpremultiplied(to: depth, from: pool)
        #expect(streamed.finished().samples == expected.samples, "\(depth), \(size)")
      }
    }
  }
}
