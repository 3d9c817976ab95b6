import ImageCore
import TestSupport
import Testing

@Suite struct GrayscaleTests {
  @Test func `luma is that of BT 601, rounded to nearest`() throws {
    let pool = BufferPool()
    let colors: [(Int, Int, Int)] = [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (12, 200, 77)]
    let plane = Plane.made(colors.count, 1, channels: 3, from: pool) { x, _, channel in
      [colors[x].0, colors[x].1, colors[x].2][channel]
    }
    let expected = colors.map { (red, green, blue) -> Int in
      let sum: Double = 0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)
      return Int(sum.rounded())
    }
    #expect(try plane.grayscale(from: pool).samples == expected)
  }

  @Test func `alpha, 16-bit depth and gray planes are kept`() throws {
    let pool = BufferPool()
    let rgba = Plane.made(2, 1, channels: 4, depth: .sixteen, from: pool) { x, _, channel in
      channel == 3 ? 1000 + x : 65535
    }
    #expect(try rgba.grayscale(from: pool).samples == [65535, 1000, 65535, 1001])
    #expect(try Plane.made(2, 2, from: pool) { x, y, _ in x + y }.grayscale(from: pool).samples == [0, 1, 1, 2])
  }
}
