import ImageCore
import Testing

@testable import ImageCodecs

@Suite struct EXIFOrientationTests {
  /// A TIFF structure of one directory with one orientation entry.
  static func tiff(
    bigEndian: Bool, tag: UInt16 = 0x0112, type: UInt16 = 3, count: UInt16 = 1, value: UInt16
  ) -> [UInt8] {
    func two(_ value: UInt16) -> [UInt8] {
      let bytes = [UInt8(value >> 8), UInt8(value & 0xff)]
      return bigEndian ? bytes : bytes.reversed()
    }
    func four(_ value: UInt16) -> [UInt8] { bigEndian ? two(0) + two(value) : two(value) + two(0) }
    let mark: [UInt8] = bigEndian ? [0x4D, 0x4D] : [0x49, 0x49]
    let field =
      switch type {
      case 1: [UInt8(value), 0, 0, 0]
      case 4: four(value)
      default: two(value) + two(0)
      }
    return mark + two(42) + four(8) + two(1) + two(tag) + two(type) + four(count) + field + four(0)
  }

  private func orientation(_ bytes: [UInt8]) -> Orientation {
    unsafe Orientation(tiff: bytes.span.bytes)
  }

  @Test(arguments: 1...8, [true, false])
  func `all eight values are read in both byte orders`(value: Int, bigEndian: Bool) {
    #expect(orientation(Self.tiff(bigEndian: bigEndian, value: UInt16(value))).rawValue == value)
  }

  @Test(arguments: [1, 3, 4] as [UInt16], [true, false])
  func `BYTE, SHORT and LONG are read, as TIFF 6 requires of readers`(type: UInt16, bigEndian: Bool) {
    #expect(orientation(Self.tiff(bigEndian: bigEndian, type: type, value: 6)) == .turned90)
    #expect(orientation(Self.tiff(bigEndian: bigEndian, type: type, value: 8)) == .turned270)
  }

  @Test func `a directory that is cut off after the tag, or has a count beyond its end, still turns the image`() {
    var long = Self.tiff(bigEndian: true, value: 6)
    long[8] = 0xFF
    #expect(orientation(long) == .turned90)
    #expect(orientation(Array(long.prefix(22))) == .turned90)
  }

  @Test func `a malformed orientation is upright`() {
    #expect(orientation([]) == .upright)
    #expect(orientation(Self.tiff(bigEndian: true, value: 0)) == .upright)
    #expect(orientation(Self.tiff(bigEndian: true, value: 9)) == .upright)
    // ASCII, RATIONAL, UNDEFINED, signed integers.
    for type in [2, 5, 6, 7, 8, 9, 11, 12, 13, 255] as [UInt16] {
      #expect(orientation(Self.tiff(bigEndian: true, type: type, value: 6)) == .upright)
    }
    #expect(orientation(Self.tiff(bigEndian: true, count: 0, value: 6)) == .upright)
    #expect(orientation(Self.tiff(bigEndian: true, count: 3, value: 6)) == .upright, "the values are elsewhere")
    #expect(orientation(Self.tiff(bigEndian: true, tag: 0x0113, value: 6)) == .upright)
  }

  @Test func `no cut and no flipped bit crashes the reader`() {
    let whole = Self.tiff(bigEndian: false, value: 6)
    for count in 0..<whole.count { _ = orientation(Array(whole.prefix(count))) }
    for index in whole.indices {
      for bit in 0..<8 {
        var bytes = whole
        bytes[index] ^= 1 << bit
        _ = orientation(bytes)
      }
    }
    #expect(orientation(Array(whole.prefix(19))) == .upright, "the value itself is cut off")
  }
}
