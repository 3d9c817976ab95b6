import ImageCodecs
import ImageCore
import TestSupport
import Testing

@Suite struct BMPTests {
  /// Rows of a file from the bottom up: each pixel is (10x, 20y, x + y), with y from the top.
  private func rows(_ width: Int, _ height: Int, isTopDown: Bool = false, _ pixel: (Int, Int) -> [UInt8]) -> [UInt8] {
    let order = isTopDown ? Array(0..<height) : (0..<height).reversed()
    return order.flatMap { y in BMPParts.padded((0..<width).flatMap { pixel($0, y) }) }
  }

  private func samples(_ width: Int, _ height: Int) -> [Int] {
    (0..<width * height).flatMap { (index: Int) -> [Int] in
      let (x, y) = (index % width, index / width)
      return [10 * x, 20 * y, x + y]
    }
  }

  private func bgr(_ x: Int, _ y: Int) -> [UInt8] { [UInt8(x + y), UInt8(20 * y), UInt8(10 * x)] }

  @Test(arguments: [12, 16, 40, 52, 56, 64, 108, 124], [24, 32])
  func `each version of the header is read`(headerByteCount: Int, bits: Int) throws {
    for (width, height) in [(1, 1), (5, 3), (8, 7), (22, 9)] {
      var file = BMPParts(width, height)
      (file.headerByteCount, file.bits) = (headerByteCount, bits)
      file.body = rows(width, height) { bgr($0, $1) + (bits == 32 ? [UInt8($0)] : []) }
      let decoded = try DecodedFile(file.bytes)
      #expect(decoded.samples == samples(width, height) && decoded.channels == 3)
      #expect(decoded.stripSamples == decoded.samples && decoded.report == DecodeReport())
      #expect(decoded.header.size == PixelSize(width: width, height: height) && decoded.header.color == .rgb)
    }
  }

  @Test func `the top row may be first, and the last padding may be missing`() throws {
    var file = BMPParts(5, -4)
    file.body = rows(5, 4, isTopDown: true, bgr)
    #expect(try DecodedFile(file.bytes).samples == samples(5, 4))
    file = BMPParts(5, 4)
    file.body = Array(rows(5, 4, bgr).dropLast())
    #expect(try DecodedFile(file.bytes).report == DecodeReport())
  }

  @Test(arguments: [1, 2, 4, 8], [12, 40])
  func `indices are looked up in the colors`(bits: Int, headerByteCount: Int) throws {
    let colors: [[UInt8]] = (0..<1 << bits).map { (index: Int) in [UInt8(index), UInt8(255 - index), UInt8(index / 2)] }
    for width in [1, 7, 8, 9, 33] {
      let indices = (0..<width * 3).map { $0 * 11 % (1 << bits) }
      var file = BMPParts(width, 3)
      (file.bits, file.headerByteCount, file.colors) = (bits, headerByteCount, colors)
      file.body = (0..<3).reversed().flatMap { y in
        var (row, byte, count) = ([UInt8](), 0, 0)
        for index in indices[y * width..<(y + 1) * width] {
          (byte, count) = (byte << bits | index, count + bits)
          if count == 8 { (row, byte, count) = (row + [UInt8(byte)], 0, 0) }
        }
        if count > 0 { row.append(UInt8(byte << (8 - count))) }
        return BMPParts.padded(row)
      }
      let decoded = try DecodedFile(file.bytes)
      #expect(decoded.samples == indices.flatMap { colors[$0].map(Int.init) })
      #expect(decoded.stripSamples == decoded.samples && decoded.header.color == .palette)
    }
  }

  @Test func `fewer colors than possible are allowed, and indices beyond them are black`() throws {
    var file = BMPParts(4, 1)
    (file.bits, file.colors, file.body) = (8, [[1, 2, 3], [4, 5, 6]], [0, 1, 2, 255])
    let wanted = [1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0]
    #expect(try DecodedFile(file.bytes).samples == wanted)
    // The first version has no count: there are as many as fit before the pixels.
    file.headerByteCount = 12
    #expect(try DecodedFile(file.bytes).samples == wanted)
  }

  @Test func `bit fields are scaled to 8 bits`() throws {
    func decoded(_ bits: Int, _ compression: Int, _ masks: [UInt32], _ pixels: [UInt32], header: Int = 40) throws
      -> DecodedFile
    {
      var file = BMPParts(pixels.count, 1)
      (file.headerByteCount, file.bits, file.compression, file.masks) = (header, bits, compression, masks)
      let bytes: [[UInt8]] = pixels.map { pixel in
        (0..<bits / 8).map { (byte: Int) in UInt8(truncatingIfNeeded: pixel >> UInt32(8 * byte)) }
      }
      file.body = BMPParts.padded(Array(bytes.joined()))
      return try DecodedFile(file.bytes)
    }
    #expect(try decoded(16, 0, [], [0x7FFF, 0, 0x4210]).samples == [255, 255, 255, 0, 0, 0, 132, 132, 132])
    let mask565: [UInt32] = [0xF800, 0x7E0, 0x1F]
    #expect(
      try decoded(16, 3, mask565, [0xF800, 0x7E0, 0x1F, 0x0821]).samples == [255, 0, 0, 0, 255, 0, 0, 0, 255, 8, 4, 8])
    let mask4444: [UInt32] = [0xF00, 0xF0, 0xF, 0xF000]
    #expect(try decoded(16, 6, mask4444, [0xF123, 0x8FFF]).samples == [17, 34, 51, 255, 255, 255, 255, 136])
    #expect(
      try decoded(16, 3, mask4444, [0xF123, 0x8FFF], header: 108).samples == [17, 34, 51, 255, 255, 255, 255, 136])
    let mask1010102: [UInt32] = [0x3FF, 0xFFC00, 0x3FF0_0000, 0xC000_0000]
    let wide = try decoded(32, 3, mask1010102, [0xC000_03FF, 0x4008_0000], header: 124)
    #expect(wide.samples == [255, 0, 0, 255, 0, 128, 0, 85] && wide.header.color == .rgba)
    let usual: [UInt32] = [0xFF0000, 0xFF00, 0xFF, 0xFF00_0000]
    let pixels: [UInt32] = [0x8001_0203, 0xFF04_0506]
    for header in [56, 108, 124] {
      #expect(try decoded(32, 3, usual, pixels, header: header).samples == [1, 2, 3, 128, 4, 5, 6, 255])
    }
    // A channel that is 0 everywhere was left out by the writer.
    #expect(
      try decoded(32, 3, usual, [0x0001_0203, 0x0004_0506], header: 108).samples == [1, 2, 3, 255, 4, 5, 6, 255])
    // Without a mask the fourth byte means nothing.
    #expect(try decoded(32, 0, [], pixels).samples == [1, 2, 3, 4, 5, 6])
    #expect(throws: CodecError.corrupt("a BMP with a mask of scattered bits")) {
      try decoded(32, 3, [0xF0F, 0xFF_0000, 0xFF00_0000], pixels)
    }
  }

  @Test func `runs of 8 bits are decoded, with jumps and single pixels`() throws {
    var file = BMPParts(6, 4)
    (file.bits, file.compression) = (8, 1)
    file.colors = (0..<8).map { [UInt8($0), 0, 0] }
    func reds(_ runs: [UInt8]) throws -> [Int] {
      file.body = runs
      let decoded = try DecodedFile(file.bytes)
      #expect(decoded.report == DecodeReport() && decoded.stripSamples == decoded.samples)
      return stride(from: 0, to: decoded.samples.count, by: 3).map { decoded.samples[$0] }
    }
    // From the bottom: a run; three single pixels and a pad byte; a jump of 2 across and 1 up; the end.
    let runs: [UInt8] = [6, 1, 0, 0, 0, 3, 2, 3, 4, 0, 0, 2, 2, 1, 1, 5, 0, 1]
    #expect(try reds(runs) == [0, 0, 0, 0, 0, 0] + [0, 0, 0, 0, 0, 5] + [2, 3, 4, 0, 0, 0] + [1, 1, 1, 1, 1, 1])
    // A run past the end of a row, and rows past the top.
    #expect(try reds([9, 1, 0, 0, 6, 2, 0, 0, 6, 3, 0, 0, 6, 4, 0, 0, 6, 5, 0, 1]).prefix(7) == [4, 4, 4, 4, 4, 4, 3])
    // The end marker may be missing after the last pixel.
    #expect(try reds([6, 1, 0, 0, 6, 1, 0, 0, 6, 1, 0, 0, 6, 7]).prefix(6) == [7, 7, 7, 7, 7, 7])
    file.body = [6, 1, 0, 0, 6, 2]
    #expect(try DecodedFile(file.bytes).report.damage == .truncated("the runs of a BMP"))
    file.body = [6, 1, 0, 0, 0, 5, 1, 1]
    #expect(try DecodedFile(file.bytes).report.damage == .truncated("the runs of a BMP"))
  }

  @Test func `runs of 4 bits alternate between two pixels`() throws {
    var file = BMPParts(7, 2)
    (file.bits, file.compression) = (4, 2)
    file.colors = (0..<16).map { [UInt8($0), 0, 0] }
    file.body = [7, 0x12, 0, 0, 0, 5, 0x34, 0x56, 0x70, 0, 2, 0x9A, 0, 1]
    let decoded = try DecodedFile(file.bytes)
    let reds = stride(from: 0, to: decoded.samples.count, by: 3).map { decoded.samples[$0] }
    #expect(reds == [3, 4, 5, 6, 7, 9, 10, 1, 2, 1, 2, 1, 2, 1])
  }

  @Test func `missing rows are damage, and none at all fail`() throws {
    var file = BMPParts(5, 4)
    file.body = Array(rows(5, 4, bgr).prefix(40))
    let decoded = try DecodedFile(file.bytes)
    #expect(decoded.report.damage == .truncated("2 of the 4 rows of a BMP") && decoded.stripSamples == nil)
    #expect(decoded.samples == [Int](repeating: 0, count: 30) + samples(5, 4).dropFirst(30))
    file.body = []
    #expect(DecodedFile.error(file.bytes) == .truncated("a BMP without pixels"))
    file.body = [1, 2, 3]
    #expect(DecodedFile.error(file.bytes) == .truncated("a BMP without a whole row"))
    for count in 18..<54 {
      #expect(DecodedFile.error(Array(file.bytes.prefix(count))) == .truncated("the headers of a BMP"))
    }
  }

  @Test func `kinds that are not read are named`() throws {
    func error(_ header: Int, _ bits: Int, _ compression: Int, height: Int = 1) -> CodecError? {
      var file = BMPParts(1, height)
      (file.headerByteCount, file.bits, file.compression, file.body) = (header, bits, compression, [0, 0, 0, 0])
      return DecodedFile.error(file.bytes)
    }
    #expect(error(40, 0, 4) == .unsupported("a JPEG inside a BMP, for printers"))
    #expect(error(124, 0, 5) == .unsupported("a PNG inside a BMP, for printers"))
    #expect(error(40, 32, 11) == .unsupported("a BMP of inks (CMYK)"))
    #expect(error(64, 1, 3) == .unsupported("a BMP of OS/2 with Huffman coding"))
    #expect(error(64, 24, 4) == .unsupported("a BMP of OS/2 with runs of 24-bit pixels"))
    #expect(error(40, 64, 0) == .unsupported("a BMP of 64 bits per pixel with compression 0"))
    #expect(error(40, 8, 1, height: -1) == .unsupported("a BMP of 8 bits per pixel with compression 1"))
    #expect(error(40, 24, 0, height: 0) == .corrupt("a BMP of 1x0 pixels"))
  }

  @Test func `pixels are limited before they are allocated, and the time while they are decoded`() throws {
    var file = BMPParts(3_000_000, 2_000_000)
    file.body = [0, 0, 0, 0]
    let size = PixelSize(width: 3_000_000, height: 2_000_000)
    #expect(DecodedFile.error(file.bytes) == .tooManyPixels(size, limit: DecodeLimits().pixelCount))
    #expect(DecodedFile.error(BMPParts(5, Int(Int32.min)).bytes) == .corrupt("a BMP of 5x2147483648 pixels"))
    file = BMPParts(5, 4)
    file.body = rows(5, 4, bgr)
    #expect(throws: CodecError.timeout) { try DecodedFile(file.bytes, deadline: 1) }
  }

  @Test func `the profile of the last version is read`() throws {
    var file = BMPParts(5, 4)
    (file.headerByteCount, file.body, file.profile) = (124, rows(5, 4, bgr), (0..<200).map { UInt8($0) })
    #expect(try DecodedFile(file.bytes).header.profile == file.profile)
    let cut = try DecodedFile(Array(file.bytes.dropLast()))
    #expect(cut.header.profile == nil && cut.header.notes == [.damagedProfile] && cut.samples == samples(5, 4))
  }
}
