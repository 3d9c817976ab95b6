import TestSupport
import Testing

@testable import ImageCore
@testable import TextFormatting
@testable import Thumbnailing

@Suite struct FingerprintTests {
  private func made(_ plane: consuming Plane, _ kinds: FingerprintKinds) -> ImageFingerprints {
    ImageFingerprints(.pixels(plane), kinds, within: TimeLimit())
  }

  /// The image of the vectors below.
  private func pattern(_ width: Int, _ height: Int, hasAlpha: Bool) -> Plane {
    Plane.made(width, height, channels: hasAlpha ? 4 : 3) { x, y, channel in
      switch channel {
      case 0: (x * 30 + y * 7) % 256
      case 1: (x * 11 + y * 40) % 256
      case 2: (x * x * 5 + y * 3) % 256
      default: x < width / 2 ? 255 : (y * 31) % 256
      }
    }
  }

  /// Made with the Python package thumbhash-python 1.0.1, a translation of the reference implementation.
  @Test(arguments: [
    (8, 6, false, "XPkRPZRwd3dleXiGh4eHh1yQB9mZ"),
    (6, 8, true, "lMmJHA47cCdnSIeKpmYDUrb/WEeKd4iHCA=="),
    (40, 10, false, "XvgFCoJkQEWHZ4aHz1Z4gHg="),
    (3, 50, true, "GumFKQoqdUAWVLl5j3N3Bc84hoiIeHg="),
    (1, 1, false, "AAgCBwAAAAAAAAAAAAAAAAAAAAAAAAAA"),
  ])
  func `thumb hashes are those of the reference implementation`(
    width: Int, height: Int, hasAlpha: Bool, expected: String
  ) {
    let hash = made(pattern(width, height, hasAlpha: hasAlpha), .thumbHash).thumbHash
    #expect(base64(hash) == expected)
  }

  @Test func `a large image is reduced before`() {
    let small = Plane.made(100, 50, channels: 3) { x, _, channel in x < 60 ? 200 : 40 * channel }
    let large = Plane.made(400, 200, channels: 3) { x, _, channel in x < 240 ? 200 : 40 * channel }
    let (first, second) = (made(small, [.thumbHash, .color]), made(large, [.thumbHash, .color]))
    #expect(first == second && first.color == 0xC8C8C8 && first.differenceHash == nil)
  }

  @Test func `a difference hash has a bit for each step down`() {
    let ramp = Plane.made(90, 80, channels: 1) { x, _, _ in 250 - 25 * (x / 10) }
    #expect(made(ramp, .differenceHash).differenceHash == .max)
    let rise = Plane.made(90, 80, channels: 1, depth: .sixteen) { x, _, _ in 6000 * (x / 10) }
    #expect(made(rise, .differenceHash).differenceHash == 0)
    let steps = Plane.made(9, 8, channels: 3) { x, y, _ in y == 0 && x < 1 ? 255 : 0 }
    #expect(made(steps, .differenceHash).differenceHash == 1 << 63)
    let dot = Plane.made(1, 1, channels: 2) { _, _, channel in channel == 0 ? 7 : 0 }
    #expect(made(dot, .differenceHash).differenceHash == 0)
  }

  @Test func `the dominant color is the average of the fullest bin, and transparent pixels do not count`() {
    let plane = Plane.made(10, 10, channels: 4) { x, y, channel in
      if y < 6 { return channel == 3 ? 0 : 255 }
      if y == 6 { return channel == 3 ? 255 : 9 }
      return channel == 3 ? 255 : [16, 34, 240 + x % 2][channel]
    }
    #expect(made(plane, .color).color == 0x1022F1)
    let clear = Plane.made(2, 2, channels: 2) { _, _, _ in 0 }
    #expect(made(clear, .color) == ImageFingerprints())
  }

  @Test func `planes of luma and chroma are converted`() {
    let planes = YCbCrPlanes(
      luma: .made(5, 3) { _, _, _ in 76 }, cb: .made(3, 2) { _, _, _ in 85 }, cr: .made(3, 2) { _, _, _ in 255 })
    let color = ImageFingerprints(.yCbCr(planes), .color, within: TimeLimit()).color
    #expect(color == 0xFE0000)
  }
}
