import ImageCodecs
import ImageCore
import TestSupport
import Testing

@Suite struct GIFTests {
  private static let four: [[UInt8]] = [[10, 20, 30], [200, 0, 0], [0, 210, 0], [0, 0, 220]]

  private func colors(_ count: Int) -> [[UInt8]] {
    (0..<count).map { (index: Int) in [UInt8(index * 7 % 256), UInt8(index * 13 % 256), UInt8(255 - index * 5 % 256)] }
  }

  private func pattern(_ width: Int, _ height: Int, _ count: Int) -> [UInt8] {
    (0..<width * height).map { (index: Int) in
      let (x, y) = (index % width, index / width)
      return UInt8((x * 3 + y * 5 + index * index / 97) % count)
    }
  }

  private func expanded(_ indices: [UInt8], _ colors: [[UInt8]]) -> [Int] {
    indices.flatMap { colors[Int($0)].map(Int.init) }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8], [false, true])
  func `indices of any number of bits are decoded, row after row or interlaced`(bits: Int, isInterlaced: Bool) throws {
    for (width, height) in [(1, 1), (3, 2), (17, 9), (40, 300), (300, 5)] {
      let (colors, indices) = (colors(1 << bits), pattern(width, height, 1 << bits))
      let file =
        GIFParts.start(width, height, colors: colors)
        + GIFParts.image(width, height, indices, bits: bits, isInterlaced: isInterlaced) + GIFParts.trailer
      let decoded = try DecodedFile(file)
      #expect(decoded.samples == expanded(indices, colors), "\(width)x\(height)")
      #expect(decoded.stripSamples == decoded.samples && decoded.channels == 3)
      #expect(decoded.report == DecodeReport() && decoded.header.notes == [])
      #expect(decoded.header.size == PixelSize(width: width, height: height))
      #expect(decoded.header.layout == (isInterlaced ? .interlaced : .sequential))
    }
  }

  @Test func `a table of codes that is full stays as it is until it is cleared`() throws {
    // More than 4096 different strings: the writer clears the table. Then the same codes without a clear code.
    let colors = colors(256)
    let indices = (0..<90_000).map { (index: Int) in UInt8(truncatingIfNeeded: index &* index &* 2_654_435_761 >> 13) }
    let file = GIFParts.start(300, 300, colors: colors) + GIFParts.image(300, 300, indices) + GIFParts.trailer
    #expect(try DecodedFile(file).samples == expanded(indices, colors))
    // Single pixels by codes of 12 bits: 4096 codes fill the table, and what follows must not change it.
    var (bytes, buffer, bitCount) = ([UInt8](), 0, 0)
    var (next, bits) = (258, 9)
    for index in [256] + (0..<9000).map({ $0 * 7 % 256 }) {
      buffer |= index << bitCount
      bitCount += bits
      while bitCount >= 8 {
        bytes.append(UInt8(buffer & 255))
        (buffer, bitCount) = (buffer >> 8, bitCount - 8)
      }
      // The second single pixel adds the first string.
      if index != 256 { next += 1 }
      if next - 1 == 1 << bits, bits < 12 { bits += 1 }
    }
    bytes += [UInt8(buffer & 255), UInt8(buffer >> 8)]
    let full =
      GIFParts.start(90, 100, colors: colors) + GIFParts.descriptor(90, 100) + [8] + GIFParts.blocks(bytes)
      + GIFParts.trailer
    #expect(try DecodedFile(full).samples == expanded((0..<9000).map { UInt8($0 * 7 % 256) }, colors))
  }

  @Test func `an image's own colors replace those of the file, and one color may be transparent`() throws {
    let own: [[UInt8]] = [[1, 2, 3], [4, 5, 6]]
    let file =
      GIFParts.start(2, 1, colors: GIFTests.four) + GIFParts.control(transparent: 1)
      + GIFParts.image(2, 1, [0, 1], bits: 1, colors: own) + GIFParts.trailer
    let decoded = try DecodedFile(file)
    #expect(decoded.channels == 4 && decoded.header.hasAlpha)
    #expect(decoded.samples == [1, 2, 3, 255, 0, 0, 0, 0])
  }

  @Test func `the first image lies on the screen, which is transparent around it`() throws {
    let file =
      GIFParts.start(5, 4, colors: GIFTests.four) + GIFParts.image(x: 2, y: 1, 2, 2, [0, 1, 2, 3], bits: 2)
      + GIFParts.image(5, 4, [UInt8](repeating: 1, count: 20), bits: 2) + GIFParts.trailer
    let decoded = try DecodedFile(file)
    #expect(decoded.header.size == PixelSize(width: 5, height: 4) && decoded.channels == 4)
    #expect(decoded.header.notes == [.frames])
    for y in 0..<4 {
      for x in 0..<5 {
        let isInside = (2...3).contains(x) && (1...2).contains(y)
        let color = isInside ? GIFTests.four[(y - 1) * 2 + x - 2].map(Int.init) + [255] : [0, 0, 0, 0]
        #expect(decoded.pixel(x, y) == color)
      }
    }
    #expect(decoded.stripSamples == decoded.samples)
  }

  @Test func `faults that browsers accept are accepted`() throws {
    let pixels = GIFParts.image(2, 2, [0, 1, 2, 3], bits: 2)
    let whole = expanded([0, 1, 2, 3], GIFTests.four)
    // A screen that is smaller than its image, or without size.
    for (width, height) in [(1, 1), (0, 0), (2, 1)] {
      let file = GIFParts.start(width, height, colors: GIFTests.four) + pixels + GIFParts.trailer
      #expect(try DecodedFile(file).samples == whole)
    }
    // An image without size fills the screen.
    let sizeless =
      GIFParts.start(2, 2, colors: GIFTests.four) + GIFParts.descriptor(0, 0)
      + GIFParts.data([0, 1, 2, 3], codeSize: 2) + GIFParts.trailer
    #expect(try DecodedFile(sizeless).samples == whole)
    // Bytes between blocks.
    let start = GIFParts.start(2, 2, colors: GIFTests.four)
    #expect(try DecodedFile(start + [0, 0, 7] + pixels + [0] + GIFParts.trailer).report == DecodeReport())
    // No trailer: a warning.
    let open = try DecodedFile(start + pixels)
    #expect(open.samples == whole && open.report.damage == nil && open.report.warningCount == 1)
    // No colors, or fewer than the pixels refer to: black.
    let bare = try DecodedFile(GIFParts.start(2, 2) + pixels + GIFParts.trailer)
    #expect(bare.samples == [Int](repeating: 0, count: 12) && bare.report.warningCount == 1)
    let few = GIFParts.start(2, 2, colors: Array(GIFTests.four.prefix(2))) + pixels + GIFParts.trailer
    #expect(try DecodedFile(few).samples == [10, 20, 30, 200, 0, 0, 0, 0, 0, 0, 0, 0])
    // More pixels than the image has.
    let long =
      start + GIFParts.descriptor(2, 2) + GIFParts.data([0, 1, 2, 3, 3, 3, 3], codeSize: 2) + GIFParts.trailer
    #expect(try DecodedFile(long).samples == whole && DecodedFile(long).report == DecodeReport())
  }

  @Test func `missing pixels are damage, and none at all fail`() throws {
    let (colors, indices) = (colors(256), pattern(60, 50, 256))
    let file = GIFParts.start(60, 50, colors: colors) + GIFParts.image(60, 50, indices)
    let decoded = try DecodedFile(Array(file.dropLast(file.count / 3)))
    guard case .truncated = decoded.report.damage else {
      Issue.record("\(decoded.report)")
      return
    }
    #expect(decoded.stripSamples == nil)
    let whole = expanded(indices, colors)
    let same = zip(decoded.samples, whole).prefix { $0 == $1 }.count
    #expect(same > whole.count / 3 && decoded.samples[(same + 2)...].allSatisfy { $0 == 0 })
    // The end code before the end.
    let early =
      GIFParts.start(3, 1, colors: GIFTests.four) + GIFParts.descriptor(3, 1) + GIFParts.data([1, 2], codeSize: 2)
    #expect(try DecodedFile(early).samples == [200, 0, 0, 0, 210, 0, 0, 0, 0])
    #expect(try DecodedFile(early).report.damage == .truncated("2 of the 3 pixels of a GIF"))
    // A code that is not in the table yet: 3 bits each, clear, 1, 7.
    let wrong = GIFParts.start(3, 1, colors: GIFTests.four) + GIFParts.descriptor(3, 1) + [2, 2, 0b1100_1100, 1, 0]
    #expect(try DecodedFile(wrong).report.damage == .corrupt("a code of a GIF that means nothing"))
    for (bytes, error) in [
      (GIFParts.start(3, 1), CodecError.truncated("a GIF without an image")),
      (GIFParts.start(0, 0) + GIFParts.descriptor(0, 0) + [2, 0], .corrupt("a GIF of 0 pixels")),
      (GIFParts.start(3, 1) + GIFParts.descriptor(3, 1) + [2, 0], .truncated("0 of the 3 pixels of a GIF")),
      (
        GIFParts.start(3, 1) + GIFParts.descriptor(3, 1) + [9, 1, 0, 0], .corrupt("a code of a GIF that means nothing")
      ),
      (GIFParts.start(3, 1) + GIFParts.descriptor(3, 1), .truncated("a GIF without an image")),
    ] {
      #expect(DecodedFile.error(bytes) == error)
    }
  }

  @Test func `pixels are limited before they are allocated, and the time while they are decoded`() throws {
    let large = GIFParts.start(65_535, 65_535, colors: GIFTests.four) + GIFParts.image(1, 1, [0], bits: 2)
    let size = PixelSize(width: 65_535, height: 65_535)
    #expect(DecodedFile.error(large) == .tooManyPixels(size, limit: DecodeLimits().pixelCount))
    let file = GIFParts.start(2, 2, colors: GIFTests.four) + GIFParts.image(2, 2, [0, 1, 2, 3], bits: 2)
    #expect(throws: CodecError.timeout) { try DecodedFile(file, deadline: 1) }
  }

  @Test func `profile and XMP are read`() throws {
    let profile = (0..<700).map { UInt8($0 % 251) }
    // XMP stands between the extension and 258 bytes that lead to its end from any byte.
    let tail = [1] + (0...255).reversed().map { UInt8($0) } + [0]
    let packet = Array("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>".utf8)
    let xmp = GIFParts.application("XMP DataXMP", []).dropLast() + packet + tail
    let file =
      GIFParts.start(1, 1, colors: GIFTests.four) + GIFParts.application("ICCRGBG1012", profile) + xmp
      + GIFParts.image(1, 1, [2], bits: 2) + GIFParts.trailer
    let decoded = try DecodedFile(file)
    #expect(decoded.header.profile == profile && decoded.samples == [0, 210, 0])
    #expect(unsafe ImageMetadata(file.span.bytes, format: .gif).xmp == packet)
  }
}
