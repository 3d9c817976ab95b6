import ImageCore
import TestSupport
import Testing

@testable import ImageCodecs

/// A PNG has the color type that takes the fewest bytes for its pixels.
@Suite struct PNGColorTypeTests {
  private let pool = BufferPool()
  private let size = PixelSize(width: 67, height: 51)

  /// The file, and its pixels and header as libpng reads them.
  private func encoded(
    _ channels: Int, level: Int = 3, profile: [UInt8]? = nil, _ pixel: (_ index: Int) -> [UInt8]
  ) throws -> (file: [UInt8], plain: PlainPNG, pixels: [UInt8]) {
    let pixels = (0..<size.pixelCount).flatMap(pixel)
    let plane = plane(pixels, size: size, channels: channels, depth: .eight, from: pool)
    let encoder = LibdeflatePNGEncoder(pool: pool)
    let file = try unsafe [UInt8](encoder.encode(plane, level: level, profile: profile))
    let plain = try #require(PlainPNG(file))
    #expect(plain.isSound)
    return (file, plain, pixels)
  }

  /// Numbers without order, so that filters and matches save nothing.
  private static let noise: [Int] = {
    var numbers = SeededNumbers(seed: 11)
    return (0..<67 * 51).map { _ in Int(numbers.next() >> 33) }
  }()

  /// Each number occurs.
  private func number(_ index: Int, below count: Int) -> Int {
    index < count ? index : PNGColorTypeTests.noise[index] % count
  }

  private func color(_ number: Int) -> [UInt8] {
    [UInt8(number * 37 & 255), UInt8(number * 91 & 255), UInt8(255 - number)]
  }

  @Test(arguments: [(2, 1), (3, 2), (4, 2), (5, 4), (16, 4), (17, 8), (256, 8)])
  func `few colors become indices of a palette`(count: Int, bits: Int) throws {
    for level in [0, 1, 3, 6, 9] {
      let (_, plain, pixels) = try encoded(3, level: level) { color(number($0, below: count)) }
      #expect(plain.layout.colorType == 3 && plain.layout.bits == bits, "level \(level)")
      #expect(plain.channels == 3 && plain.pixels == pixels)
    }
  }

  @Test func `257 colors stay RGB`() throws {
    let (_, plain, pixels) = try encoded(3) { index in
      let index = number(index, below: 257)
      return [UInt8(index / 2), UInt8(index & 1), 200]
    }
    #expect(plain.layout.colorType == 2 && plain.pixels == pixels)
  }

  @Test func `a palette has the alpha of its translucent colors alone`() throws {
    let (file, plain, pixels) = try encoded(4) { index in
      let number = number(index, below: 40)
      return color(number) + [number < 3 ? UInt8(number * 100) : 255]
    }
    #expect(plain.layout.colorType == 3 && plain.channels == 4 && plain.pixels == pixels)
    let alpha = try #require(PNGBuilder.chunks(of: file).first { $0.dropFirst(4).starts(with: "tRNS".utf8) })
    #expect(alpha.dropFirst(8).dropLast(4) == [0, 100, 200])
  }

  @Test func `smooth shades stay RGB where filtered pixels take fewer bytes than indices`() throws {
    let (_, plain, pixels) = try encoded(3) { index in
      let (x, y) = (index % 67, index / 67)
      return [UInt8(x + 2 * y), UInt8(x + 2 * y), UInt8(x + 2 * y) &+ 1]
    }
    #expect(plain.layout.colorType == 2 && plain.pixels == pixels)
  }

  @Test func `a full alpha and equal channels are left out`() throws {
    func wide(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: index &* 7 &+ index / 67 &* 13) }
    let opaque = try encoded(4) { [wide($0), wide($0 / 2), wide($0 * 3), 255] }
    #expect(opaque.plain.layout.colorType == 2)
    #expect(opaque.plain.pixels == opaque.pixels.enumerated().filter { $0.offset % 4 < 3 }.map(\.element))

    let gray = try encoded(3) { [wide($0), wide($0), wide($0)] }
    #expect(gray.plain.layout.colorType == 0)
    #expect(gray.plain.pixels == gray.pixels.enumerated().filter { $0.offset % 3 == 0 }.map(\.element))

    let translucent = try encoded(4) { [wide($0), wide($0), wide($0), wide($0 / 3)] }
    #expect(translucent.plain.layout.colorType == 4)
    #expect(
      translucent.plain.pixels == translucent.pixels.enumerated().filter { $0.offset % 4 % 3 == 0 }.map(\.element))

    let grayOpaque = try encoded(2) { [wide($0), 255] }
    #expect(grayOpaque.plain.layout.colorType == 0)

    // The last pixel alone differs.
    let last = size.pixelCount - 1
    let almostGray = try encoded(3) { [wide($0), wide($0), $0 == last ? wide($0) &+ 1 : wide($0)] }
    #expect(almostGray.plain.layout.colorType == 2 && almostGray.plain.pixels == almostGray.pixels)
    let almostOpaque = try encoded(4) { [wide($0), wide($0 / 2), wide($0 * 3), $0 == last ? 254 : 255] }
    #expect(almostOpaque.plain.layout.colorType == 6 && almostOpaque.plain.pixels == almostOpaque.pixels)
  }

  @Test func `gray pixels with a profile for RGB keep their channels`() throws {
    let profile = LibdeflatePNGEncoderTests.profile("RGB ")
    let (_, plain, pixels) = try encoded(3, profile: profile) { index in
      let value = UInt8(truncatingIfNeeded: index &* 7)
      return [value, value, value]
    }
    #expect(plain.channels == 3 && plain.profile == profile && plain.pixels == pixels)
  }

  @Test func `black and white take one bit a pixel`() throws {
    let (_, plain, pixels) = try encoded(1) { [number($0, below: 2) == 0 ? 0 : 255] }
    #expect(plain.layout.colorType == 3 && plain.layout.bits == 1)
    let gray = plain.pixels.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
    #expect(gray == pixels)
  }
}
