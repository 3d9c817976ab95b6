import ImageCore
import Testing

@Suite struct FitTests {
  @Test(arguments: [
    (4000, 3000, 256, 192), (3000, 4000, 192, 256), (500, 375, 256, 192), (257, 255, 256, 254), (1, 100000, 1, 256),
    (100000, 1, 256, 1), (256, 256, 256, 256), (100, 50, 100, 50), (4001, 2999, 256, 192),
  ])
  func `the long side fits a box of 256 exactly`(width: Int, height: Int, toWidth: Int, toHeight: Int) {
    let size = PixelSize(width: width, height: height).fitted(to: .box(width: 256, height: 256), upscaling: .never)
    #expect(size == PixelSize(width: toWidth, height: toHeight))
  }

  @Test func `no side exceeds its bound, and one side meets it`() {
    for width in stride(from: 1, through: 700, by: 13) {
      for height in stride(from: 1, through: 700, by: 17) {
        let size = PixelSize(width: width, height: height).fitted(to: .box(width: 31, height: 17), upscaling: .allowed)
        #expect(size.width <= 31 && size.height <= 17)
        #expect(size.width == 31 || size.height == 17)
      }
    }
  }

  @Test func `a width, a height or a percentage alone determines the size`() {
    let size = PixelSize(width: 640, height: 480)
    #expect(size.fitted(to: .width(320), upscaling: .never) == PixelSize(width: 320, height: 240))
    #expect(size.fitted(to: .height(120), upscaling: .never) == PixelSize(width: 160, height: 120))
    #expect(size.fitted(to: .percent(50), upscaling: .never) == PixelSize(width: 320, height: 240))
    #expect(size.fitted(to: .percent(0.01), upscaling: .never) == PixelSize(width: 1, height: 1))
  }

  @Test func `nothing is enlarged unless allowed`() {
    let size = PixelSize(width: 100, height: 60)
    #expect(size.fitted(to: .box(width: 256, height: 256), upscaling: .never) == size)
    #expect(
      size.fitted(to: .box(width: 256, height: 256), upscaling: .allowed) == PixelSize(width: 256, height: 154))
    #expect(size.fitted(to: .percent(300), upscaling: .never) == size)
  }
}
