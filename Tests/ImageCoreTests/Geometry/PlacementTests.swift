import ImageCore
import TestSupport
import Testing

@Suite struct PlacementTests {
  private func placed(
    _ width: Int, _ height: Int, in request: SizeRequest, _ fit: Fit, _ gravity: Gravity = .center,
    _ upscaling: Upscaling = .never
  ) -> Placement {
    PixelSize(width: width, height: height).placed(in: request, fit: fit, gravity: gravity, upscaling: upscaling)
  }

  @Test(arguments: [
    (Fit.inside, 256, 192, 256, 192), (.cover, 256, 256, 256, 256), (.contain, 256, 192, 256, 256),
    (.fill, 256, 256, 256, 256), (.outside, 341, 256, 341, 256),
  ])
  func `every fit has its size in a square box`(fit: Fit, width: Int, height: Int, canvasWidth: Int, canvasHeight: Int)
  {
    let placement = placed(4000, 3000, in: .box(width: 256, height: 256), fit)
    #expect(placement.image == PixelSize(width: width, height: height))
    #expect(placement.canvas == PixelSize(width: canvasWidth, height: canvasHeight))
  }

  @Test(arguments: [
    (Gravity.northwest, 0.0, 0.0), (.north, 500, 0), (.northeast, 1000, 0), (.west, 0, 0), (.center, 500, 0),
    (.east, 1000, 0), (.southwest, 0, 0), (.south, 500, 0), (.southeast, 1000, 0),
  ])
  func `gravity selects the part kept by cover and the position for contain`(gravity: Gravity, x: Double, y: Double) {
    let crop = placed(4000, 3000, in: .box(width: 300, height: 300), .cover, gravity).crop
    #expect(crop == SourceRect(x: x, y: y, width: 3000, height: 3000))
    let tall = placed(3000, 4000, in: .box(width: 300, height: 300), .contain, gravity)
    #expect(tall.image == PixelSize(width: 225, height: 300))
    #expect(tall.x == Int(x / 1000 * 75) && tall.y == 0)
  }

  @Test func `nothing is enlarged unless allowed`() {
    let rect = SizeRequest.box(width: 400, height: 200)
    let small = PixelSize(width: 100, height: 60)
    #expect(placed(100, 60, in: rect, .inside).canvas == small)
    #expect(placed(100, 60, in: rect, .outside).canvas == small)
    #expect(placed(100, 60, in: rect, .fill).canvas == small)
    #expect(placed(100, 60, in: rect, .cover).canvas == PixelSize(width: 100, height: 50))
    #expect(placed(100, 60, in: rect, .contain).canvas == PixelSize(width: 400, height: 200))
    #expect(placed(100, 60, in: rect, .contain).image == small)
    #expect(placed(500, 60, in: rect, .fill).canvas == PixelSize(width: 400, height: 60))
    for fit in [Fit.cover, .fill, .contain] {
      #expect(placed(100, 60, in: rect, fit, .center, .allowed).canvas == PixelSize(width: 400, height: 200))
    }
    #expect(placed(100, 60, in: rect, .outside, .center, .allowed).canvas == PixelSize(width: 400, height: 240))
  }

  @Test func `with only one side requested, every fit gives the same size`() {
    for fit in Fit.allCases {
      #expect(placed(640, 480, in: .width(320), fit).canvas == PixelSize(width: 320, height: 240))
      #expect(placed(640, 480, in: .percent(25), fit).canvas == PixelSize(width: 160, height: 120))
    }
  }

  @Test func `for any shape, crops stay in the image and images in the canvas`() {
    let shapes = [(1, 1), (1, 100_000), (100_000, 1), (2, 3), (65_500, 7), (4001, 2999), (1, 2)]
    for (width, height) in shapes {
      for (boxWidth, boxHeight) in [(1, 1), (1, 65_500), (65_500, 1), (256, 256), (31, 17)] {
        for fit in Fit.allCases {
          for gravity in Gravity.allCases {
            for upscaling in [Upscaling.never, .allowed] {
              let it = placed(width, height, in: .box(width: boxWidth, height: boxHeight), fit, gravity, upscaling)
              #expect(it.crop.x >= 0 && it.crop.x + it.crop.width <= Double(width) + 1e-6)
              #expect(it.crop.y >= 0 && it.crop.y + it.crop.height <= Double(height) + 1e-6)
              if !it.isSearched {
                #expect(it.x + it.image.width <= it.canvas.width && it.y + it.image.height <= it.canvas.height)
              }
              if upscaling == .never && fit != .contain {
                #expect(it.canvas.width <= width && it.canvas.height <= height)
              }
            }
          }
        }
      }
    }
  }

  @Test func `a part of the upright image maps to the right part of the stored one`() throws {
    let pool = BufferPool()
    for value in 1...8 {
      guard let orientation = Orientation(rawValue: value) else { continue }
      let stored = Plane.made(7, 5, from: pool) { x, y, _ in y * 7 + x }
      let upright = try Plane.made(7, 5, from: pool) { x, y, _ in y * 7 + x }.turned(orientation, from: pool)
      let rect = SourceRect(x: 1, y: 2, width: 3, height: 2)
      let found = orientation.stored(rect, upright: upright.size)
      let size = PixelSize(width: Int(found.width), height: Int(found.height))
      let part = try stored.window(size, x: Int(found.x), y: Int(found.y), from: pool).turned(orientation, from: pool)
      let wanted = try upright.window(PixelSize(width: 3, height: 2), x: 1, y: 2, from: pool)
      #expect(part.samples == wanted.samples, "\(value)")
    }
  }

  @Test func `padding surrounds an image with the given color`() throws {
    let pool = BufferPool()
    let image = Plane.made(2, 1, channels: 3, depth: .sixteen, from: pool) { x, _, channel in 100 * x + channel }
    let fill = Background(red: 1, green: 2, blue: 3).samples(channels: 3, depth: .sixteen)
    let padded = try image.padded(to: PixelSize(width: 4, height: 3), x: 1, y: 2, fill: fill, from: pool)
    let around = [257, 514, 771]
    #expect(
      padded.samples == [Int](repeatElement(around, count: 9).joined()) + [0, 1, 2, 100, 101, 102] + around)
  }

  @Test func `the highest-entropy window has the texture, not the gradient`() throws {
    let pool = BufferPool()
    var state: UInt32 = 7
    func noise() -> Int {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Int(state >> 25)
    }
    // A gradient over all levels, with noise from 140 to 199.
    let wide = Plane.made(300, 40, from: pool) { x, _, _ in (140..<200).contains(x) ? 60 + noise() : x * 255 / 299 }
    #expect(try wide.highestEntropyWindow(PixelSize(width: 60, height: 40), step: 1) == 140)
    #expect(try wide.highestEntropyWindow(PixelSize(width: 61, height: 40), step: 2) % 2 == 0)
    let tall = Plane.made(40, 300, from: pool) { _, y, _ in (30..<90).contains(y) ? 60 + noise() : 90 }
    #expect(try abs(tall.highestEntropyWindow(PixelSize(width: 40, height: 60), step: 1) - 30) <= 1)
    let plain = Plane.made(100, 10, from: pool) { _, _, _ in 90 }
    #expect(try plain.highestEntropyWindow(PixelSize(width: 20, height: 10), step: 1) == 40, "the middle")
  }
}
