import ImageCore
import TestSupport
import Testing

@Suite struct AlphaTests {
  @Test func `premultiplying 8-bit samples is lossless where alpha is not zero`() throws {
    let pool = BufferPool()
    let plane = Plane.made(256, 256, channels: 2, from: pool) { x, y, channel in channel == 0 ? x : y }
    let again = try plane.premultiplied(from: pool).unpremultiplied(to: .eight, from: pool)
    for alpha in 1..<256 {
      for color in 0..<256 {
        #expect(again.sample(color, alpha, 0) == color && again.sample(color, alpha, 1) == alpha)
      }
    }
    #expect((0..<256).allSatisfy { again.sample($0, 0, 0) == 0 && again.sample($0, 0, 1) == 0 })
  }

  @Test(arguments: [2, 4])
  func `premultiplied samples are the products of color and alpha, for rows of any length`(channels: Int) throws {
    let pool = BufferPool()
    for width in 1...40 {
      let plane = Plane.noisy(width, 3, channels: channels, depth: .eight, pool: pool)
      let samples = plane.samples
      let expected = samples.indices.map { index in
        let alpha = index / channels * channels + channels - 1
        return index == alpha ? samples[index] * 255 : samples[index] * samples[alpha]
      }
      #expect(try plane.premultiplied(from: pool).samples == expected)
    }
  }

  @Test func `a plane is opaque if every alpha is full`() {
    func isOpaque(_ channels: Int, _ depth: SampleDepth = .eight, alpha: @escaping (Int, Int) -> Int) -> Bool {
      let plane = Plane.made(9, 5, channels: channels, depth: depth) { x, y, channel in
        channel == channels - 1 ? alpha(x, y) : 7
      }
      return plane.isOpaque()
    }
    #expect(isOpaque(4) { _, _ in 255 })
    #expect(!isOpaque(4) { x, y in x == 8 && y == 4 ? 254 : 255 })
    #expect(!isOpaque(2, .sixteen) { _, _ in 65534 })
    #expect(isOpaque(3) { _, _ in 0 })
  }

  @Test func `flattening weights color and background by alpha`() throws {
    let pool = BufferPool()
    let plane = Plane.made(3, 1, channels: 4, from: pool) { x, _, channel in channel == 3 ? [0, 128, 255][x] : 100 }
    let flat = try plane.flattened(over: Background(red: 200, green: 0, blue: 100), from: pool)
    #expect(flat.channels == 3)
    #expect(flat.samples == [200, 0, 100, 150, 50, 100, 100, 100, 100])
  }

  @Test func `a resized red disc on transparent black has no dark fringe`() throws {
    let pool = BufferPool()
    let plane = Plane.made(64, 64, channels: 4, from: pool) { x, y, channel in
      let inside = (x - 32) * (x - 32) + (y - 32) * (y - 32) < 600
      return inside ? [255, 0, 0, 255][channel] : 0
    }
    let small = try Resampler(pool: pool).resized(
      plane.premultiplied(from: pool), rect: SourceRect(plane.size), to: PixelSize(width: 16, height: 16),
      kernel: .lanczos3)
    let result = try small.unpremultiplied(to: .eight, from: pool)
    for y in 0..<16 {
      for x in 0..<16 where result.sample(x, y, 3) > 0 {
        #expect(result.sample(x, y, 0) == 255 && result.sample(x, y, 1) == 0)
      }
    }
  }

  @Test func `narrowing rounds to nearest and keeps 0 and the maximum`() throws {
    let pool = BufferPool()
    let plane = Plane.made(5, 1, depth: .sixteen, from: pool) { x, _, _ in [0, 128, 129, 32896, 65535][x] }
    #expect(try plane.narrowed(from: pool).samples == [0, 0, 1, 128, 255])
  }
}
