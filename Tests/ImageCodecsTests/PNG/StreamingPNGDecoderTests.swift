import Foundation
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

@Suite("The fast PNG decoder")
struct StreamingPNGDecoderTests {
  static let supported = InstructionSet.allCases.filter(\.isSupported)

  /// A file that the fast path accepts, with its description.
  struct Sample: CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
  }

  /// Small files of every accepted kind.
  static let samples: [Sample] = {
    var samples: [Sample] = []
    let pool = BufferPool()
    let encoder = LibdeflatePNGEncoder(pool: pool)
    for (index, size) in [PixelSize(width: 1, height: 1), PixelSize(width: 13, height: 9)].enumerated() {
      for channels in 1...4 {
        for depth in [SampleDepth.eight, .sixteen] {
          let pixels = patternPixels(size: size, channels: channels, depth: depth, seed: UInt64(channels + index))
          let plane = plane(pixels, size: size, channels: channels, depth: depth, from: pool)
          guard let bytes = try? unsafe [UInt8](encoder.encode(plane, level: 6)) else { continue }
          samples.append(Sample(testDescription: "\(size) \(channels) x \(depth)", bytes: bytes))
        }
      }
    }
    samples.append(Sample(testDescription: "palette", bytes: palette(entries: 200, alphas: 0, greatest: 199)))
    let translucent = palette(entries: 256, alphas: 100, greatest: 255)
    samples.append(Sample(testDescription: "palette with tRNS", bytes: translucent))
    samples.append(Sample(testDescription: "pieces of IDAT", bytes: inPieces()))
    return samples
  }()

  /// A palette image of 16 x 12 pixels with indices 0...greatest.
  static func palette(entries: Int, alphas: Int, greatest: Int) -> [UInt8] {
    var numbers = SeededNumbers(seed: 11)
    var builder = PNGBuilder()
    builder.header(width: 16, height: 12, colorType: 3)
    builder.chunk("PLTE", numbers.bytes(3 * entries))
    if alphas > 0 { builder.chunk("tRNS", numbers.bytes(alphas)) }
    // Every third row equals the one above it: zeros with the filter Up.
    let rows = (0..<12).flatMap { y -> [UInt8] in
      guard y % 3 != 2 else { return [2] + [UInt8](repeating: 0, count: 16) }
      return [0] + (0..<16).map { x in y == 0 && x == 0 ? UInt8(greatest) : UInt8((x * 37 + y * 11) % (greatest + 1)) }
    }
    builder.chunk("IDAT", PNGBuilder.stored(rows))
    builder.chunk("IEND", [])
    return builder.bytes
  }

  /// RGB of 40 x 30 in IDATs of 100 bytes, with random bytes under every filter, and chunks that are skipped.
  static func inPieces() -> [UInt8] {
    var numbers = SeededNumbers(seed: 12)
    var builder = PNGBuilder()
    builder.header(width: 40, height: 30, colorType: 2)
    builder.chunk("tEXt", Array("Comment\0nothing".utf8))
    let data = PNGBuilder.stored((0..<30).flatMap { [[4, 4, 4, 3, 2, 1, 4, 0][$0 % 8]] + numbers.bytes(120) })
    for start in stride(from: 0, to: data.count, by: 100) {
      builder.chunk("IDAT", Array(data[start..<min(start + 100, data.count)]))
    }
    builder.chunk("tIME", [7, 230, 1, 2, 3, 4, 5])
    builder.chunk("IEND", [])
    return builder.bytes
  }

  /// Checks that libpng finds an accepted file sound, and gives the same pixels.
  /// - Returns: whether it was accepted.
  @discardableResult
  private func check(
    _ bytes: [UInt8], _ comment: @autoclosure () -> String, location: SourceLocation = #_sourceLocation
  ) -> Bool {
    guard let plain = PlainPNG(bytes) else { return false }
    var accepted = false
    for set in StreamingPNGDecoderTests.supported {
      for room in PlaneRoom.allCases {
        guard let pixels = fastPixels(bytes, like: plain, instructionSet: set, room: room) else { continue }
        accepted = true
        #expect(plain.isSound, "accepted, but libpng complains: \(comment())", sourceLocation: location)
        #expect(pixels == plain.pixels, "other pixels than libpng's: \(comment())", sourceLocation: location)
      }
    }
    return accepted
  }

  @Test("Sound files of every kind are accepted, and have libpng's pixels", arguments: samples)
  func soundFilesAreAccepted(_ sample: Sample) {
    #expect(check(sample.bytes, sample.testDescription))
  }

  @Test("PngSuite has libpng's pixels", .enabled(if: !pngSuite().isEmpty, "shared/corpus/pngsuite is not there"))
  func pngSuiteIsTheSame() throws {
    var accepted = 0
    for file in pngSuite() where check([UInt8](try Data(contentsOf: file)), file.lastPathComponent) { accepted += 1 }
    #expect(accepted > 60)
  }

  @Test("Bytes changed at random are declined or harmless", arguments: samples.indices)
  func mutationsAreSafe(_ index: Int) {
    let sample = StreamingPNGDecoderTests.samples[index]
    var numbers = SeededNumbers(seed: UInt64(1000 + index))
    for round in 0..<80 {
      var bytes = sample.bytes
      for _ in 0..<(1 + round % 3) {
        bytes[Int(numbers.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: numbers.next())
      }
      check(bytes, "\(sample.testDescription), round \(round)")
    }
  }

  @Test("Bytes changed at random under correct CRCs are declined or harmless", arguments: samples.indices)
  func mutationsWithRightChecksumsAreSafe(_ index: Int) {
    let sample = StreamingPNGDecoderTests.samples[index]
    var numbers = SeededNumbers(seed: UInt64(2000 + index))
    for round in 0..<80 {
      var chunks = PNGBuilder.chunks(of: sample.bytes)
      let chosen = Int(numbers.next() % UInt64(chunks.count))
      let body = chunks[chosen].count - 8
      let at = 4 + Int(numbers.next() % UInt64(body))
      chunks[chosen][at] = round % 2 == 0 ? UInt8(truncatingIfNeeded: numbers.next()) : chunks[chosen][at] ^ 32
      check(PNGBuilder.file(chunks), "\(sample.testDescription), round \(round)")
    }
  }

  @Test("Chunks that are removed, repeated, swapped or inserted are declined or harmless", arguments: samples.indices)
  func shuffledChunksAreSafe(_ index: Int) {
    let sample = StreamingPNGDecoderTests.samples[index]
    var numbers = SeededNumbers(seed: UInt64(3000 + index))
    let strangers = [
      ("PLTE", 6), ("PLTE", 7), ("tRNS", 2), ("tRNS", 6), ("tEXt", 9), ("IDAT", 0), ("IDAT", 5), ("IEND", 0),
      ("IEND", 1), ("ABCD", 3), ("abCd", 3), ("abcd", 3), ("a1Cd", 3), ("IHDR", 13), ("eXIf", 8), ("fdAT", 40),
      ("gAMA", 4), ("gAMA", 3), ("bKGD", 6), ("sBIT", 3), ("hIST", 4),
    ]
    for round in 0..<60 {
      var chunks = PNGBuilder.chunks(of: sample.bytes)
      let one = Int(numbers.next() % UInt64(chunks.count))
      let other = Int(numbers.next() % UInt64(chunks.count))
      switch round % 6 {
      case 0: chunks.remove(at: one)
      case 1: chunks.insert(chunks[one], at: other)
      case 2: chunks.swapAt(one, other)
      default:
        let (name, count) = strangers[Int(numbers.next() % UInt64(strangers.count))]
        let chunk = PNGBuilder.bigEndian(UInt32(count)) + Array(name.utf8) + numbers.bytes(count) + [0, 0, 0, 0]
        chunks.insert(chunk, at: one)
      }
      check(PNGBuilder.file(chunks), "\(sample.testDescription), round \(round)")
    }
  }

  @Test("A file cut anywhere is declined", arguments: samples.indices)
  func truncatedFilesAreDeclined(_ index: Int) {
    let sample = StreamingPNGDecoderTests.samples[index]
    guard let plain = PlainPNG(sample.bytes) else {
      Issue.record("a sample that libpng does not read")
      return
    }
    for count in stride(from: 0, to: sample.bytes.count, by: max(1, sample.bytes.count / 100)) {
      #expect(fastPixels(Array(sample.bytes.prefix(count)), like: plain, instructionSet: .current) == nil)
    }
  }

  @Test("A palette index beyond the palette is left to libpng")
  func indicesBeyondThePaletteAreDeclined() {
    #expect(check(StreamingPNGDecoderTests.palette(entries: 100, alphas: 0, greatest: 99), "the last entry"))
    #expect(!check(StreamingPNGDecoderTests.palette(entries: 100, alphas: 0, greatest: 100), "one beyond"))
    #expect(
      !check(StreamingPNGDecoderTests.palette(entries: 100, alphas: 101, greatest: 99), "more alphas than entries"))
  }

  @Test(
    "Missing, extra or wrongly filtered data are left to libpng",
    arguments: [
      ("whole", 8, UInt8(4), 0, true), ("bad filter", 8, 5, 0, false), ("short", 7, 4, 0, false),
      ("long", 9, 4, 0, false), ("bytes after the stream", 8, 4, 3, false),
    ])
  func wrongDataIsDeclined(_ name: String, rows: Int, filter: UInt8, trailing: Int, isAccepted: Bool) {
    var numbers = SeededNumbers(seed: 4)
    var builder = PNGBuilder()
    builder.header(width: 10, height: 8, colorType: 6)
    let data = PNGBuilder.stored((0..<rows).flatMap { [$0 == 5 ? filter : 4] + numbers.bytes(40) })
    builder.chunk("IDAT", data + [UInt8](repeating: 0, count: trailing))
    builder.chunk("IEND", [])
    #expect(check(builder.bytes, name) == isAccepted)
  }

  @Test("A wrong Adler-32 is left to libpng")
  func wrongAdlerIsDeclined() {
    var builder = PNGBuilder()
    builder.header(width: 4, height: 1, colorType: 0)
    var data = PNGBuilder.stored([0, 1, 2, 3, 4])
    data[data.count - 1] ^= 1
    builder.chunk("IDAT", data)
    builder.chunk("IEND", [])
    #expect(!check(builder.bytes, "wrong Adler-32"))
  }

  @Test("Bytes after IEND do not matter")
  func bytesAfterTheEndAreIgnored() {
    #expect(check(StreamingPNGDecoderTests.inPieces() + [1, 2, 3], "bytes after IEND"))
  }

  @Test("Images of several strips have libpng's pixels; errors in the last are detected", arguments: [0, 2, 3, 4, 6])
  func severalStrips(_ colorType: Int) {
    let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType] ?? 1
    for (bits, width, height) in [(8, 3000, 131), (16, 2000, 50), (8, 1, 700)] where bits == 8 || colorType != 3 {
      var numbers = SeededNumbers(seed: UInt64(width))
      var builder = PNGBuilder()
      builder.header(width: width, height: height, bits: bits, colorType: colorType)
      if colorType == 3 { builder.chunk("PLTE", numbers.bytes(768)) }
      let rows = (0..<height).flatMap { _ -> [UInt8] in
        [UInt8([4, 4, 4, 4, 0, 1, 2, 3][Int(numbers.next() % 8)])] + numbers.bytes(width * samples * bits / 8)
      }
      let data = PNGBuilder.deflated(rows)
      builder.chunk("IDAT", Array(data[..<300]))
      builder.chunk("IDAT", Array(data[300...]))
      builder.chunk("IEND", [])
      #expect(check(builder.bytes, "\(width) x \(height) pixels of \(bits) bits"))

      var broken = PNGBuilder()
      broken.header(width: width, height: height, bits: bits, colorType: colorType)
      if colorType == 3 { broken.chunk("PLTE", numbers.bytes(768)) }
      broken.chunk("IDAT", data.dropLast() + [data[data.count - 1] ^ 1])
      broken.chunk("IEND", [])
      #expect(!check(broken.bytes, "a wrong Adler-32"))
    }
  }

  @Test("The deadline is checked between strips")
  func deadlineIsKept() throws {
    let bytes = StreamingPNGDecoderTests.inPieces()
    let plain = try #require(PlainPNG(bytes))
    let pool = BufferPool()
    let decoder = StreamingPNGDecoder(pool: pool)
    let plane = try Plane(size: PixelSize(width: 40, height: 30), channels: 3, from: pool)
    try unsafe bytes.withUnsafeBytes { bytes in
      #expect(try unsafe decoder.decode(bytes, layout: plain.layout, into: plane, deadline: 1) == .late)
      #expect(try unsafe decoder.decode(bytes, layout: plain.layout, into: plane, deadline: .max) == .done)
      let result = try unsafe decoder.decode(bytes, layout: plain.layout, channels: 3, depth: .eight, deadline: 1) {
        _ in
        Issue.record("a strip after the deadline")
        return true
      }
      #expect(result == .late)
    }
  }

  @Test("Rows of every width and filter have libpng's pixels", arguments: [0, 2, 4, 6])
  func everyWidth(_ colorType: Int) {
    var numbers = SeededNumbers(seed: 21)
    for bits in [8, 16] {
      for width in 1...66 {
        var builder = PNGBuilder()
        builder.header(width: width, height: 9, bits: bits, colorType: colorType)
        let samples = [0: 1, 2: 3, 4: 2, 6: 4][colorType] ?? 1
        let rows = (0..<9).flatMap { _ -> [UInt8] in
          [UInt8([4, 4, 4, 0, 1, 2, 3][Int(numbers.next() % 7)])] + numbers.bytes(width * samples * bits / 8)
        }
        builder.chunk("IDAT", PNGBuilder.stored(rows))
        builder.chunk("IEND", [])
        #expect(check(builder.bytes, "\(width) pixels of \(bits) bits"))
      }
    }
  }
}
