import ReferenceImplementations
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

@Suite("The fast PNG encoder")
struct LibdeflatePNGEncoderTests {
  static let sizes = [(1, 1), (1, 7), (7, 1), (33, 17), (64, 3), (50, 40)].map { PixelSize(width: $0.0, height: $0.1) }

  @Test("libpng reads the pixels that were written", arguments: 1...4, [SampleDepth.eight, .sixteen])
  func roundTrip(_ channels: Int, _ depth: SampleDepth) throws {
    let pool = BufferPool()
    let encoder = LibdeflatePNGEncoder(pool: pool)
    for size in LibdeflatePNGEncoderTests.sizes {
      let pixels = patternPixels(size: size, channels: channels, depth: depth, seed: 1)
      let plane = plane(pixels, size: size, channels: channels, depth: depth, from: pool)
      for level in 0...9 {
        let bytes = try unsafe [UInt8](encoder.encode(plane, level: level))
        let plain = try #require(PlainPNG(bytes))
        #expect(plain.isSound)
        #expect(plain.channels == channels && plain.depth == depth)
        #expect(plain.pixels == pixels, "\(size) at level \(level)")
        #expect(fastPixels(bytes, like: plain, instructionSet: .current) == pixels)
      }
    }
  }

  @Test("The bytes do not depend on the instruction set or on previous images")
  func sameBytesAlways() throws {
    let pool = BufferPool()
    let size = PixelSize(width: 61, height: 47)
    let pixels = patternPixels(size: size, channels: 3, depth: .eight, seed: 2)
    let plane = plane(pixels, size: size, channels: 3, depth: .eight, from: pool)
    let used = LibdeflatePNGEncoder(pool: pool)
    for level in 0...9 {
      let first = try unsafe [UInt8](used.encode(plane, level: level))
      for set in InstructionSet.allCases where set.isSupported {
        let other = LibdeflatePNGEncoder(pool: pool, instructionSet: set)
        #expect(try unsafe [UInt8](other.encode(plane, level: level)) == first)
      }
      #expect(try unsafe [UInt8](used.encode(plane, level: level)) == first)
    }
  }

  @Test("A higher level does not give a larger file")
  func levelsAreInOrder() throws {
    let pool = BufferPool()
    let size = PixelSize(width: 128, height: 96)
    let pixels = patternPixels(size: size, channels: 3, depth: .eight, seed: 3)
    let plane = plane(pixels, size: size, channels: 3, depth: .eight, from: pool)
    let encoder = LibdeflatePNGEncoder(pool: pool)
    let counts = try [0, 1, 6, 9].map { try unsafe encoder.encode(plane, level: $0).count }
    #expect(counts == counts.sorted(by: >))
  }

  @Test("No file is more than 2 % larger than libpng's of the same level", arguments: 1...9)
  func sizesAreLibPNGs(_ level: Int) throws {
    let pool = BufferPool()
    let dog = try #require(PlainPNG(Places.sample("dogs/bello.png")))
    let size = PixelSize(width: dog.layout.width, height: dog.layout.height)
    let plane = plane(dog.pixels, size: size, channels: dog.channels, depth: dog.depth, from: pool)
    let ours = try unsafe LibdeflatePNGEncoder(pool: pool).encode(plane, level: level).count
    let libpng = LibpngEncoder.encode(plane, level: level)
    #expect(PlainPNG(libpng)?.pixels == dog.pixels)
    #expect(Double(ours) <= Double(libpng.count) * 1.02, "\(ours) and \(libpng.count) bytes")
  }

  @Test("Gamma, chromaticities and rendering intent are read back as written")
  func colorChunksComeBack() throws {
    let pool = BufferPool()
    let plane = plane([1, 2, 3], size: PixelSize(width: 1, height: 1), channels: 3, depth: .eight, from: pool)
    var chunks = PNGColorChunks()
    chunks.gamma = 55_555
    chunks.chromaticities = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000]
    let encoder = LibdeflatePNGEncoder(pool: pool)
    let plain = try #require(PlainPNG(try unsafe [UInt8](encoder.encode(plane, level: 6, chunks: chunks))))
    #expect(plain.isSound && plain.gamma == 55_555 && plain.srgbIntent == -1 && plain.profile.isEmpty)
    #expect(plain.chromaticities == chunks.chromaticities)

    var standard = PNGColorChunks()
    standard.srgbIntent = 1
    let again = try #require(PlainPNG(try unsafe [UInt8](encoder.encode(plane, level: 6, chunks: standard))))
    #expect(again.isSound && again.srgbIntent == 1)
  }

  @Test("A profile is read back as written, and replaces the sRGB chunk", arguments: [(3, "RGB "), (1, "GRAY")])
  func profileComesBack(_ channels: Int, _ space: String) throws {
    let pool = BufferPool()
    let pixels = [UInt8](repeating: 9, count: channels)
    let plane = plane(pixels, size: PixelSize(width: 1, height: 1), channels: channels, depth: .eight, from: pool)
    var chunks = PNGColorChunks()
    chunks.srgbIntent = 0
    let profile = LibdeflatePNGEncoderTests.profile(space)
    let encoder = LibdeflatePNGEncoder(pool: pool)
    let bytes = try unsafe [UInt8](encoder.encode(plane, level: 6, profile: profile, chunks: chunks))
    let plain = try #require(PlainPNG(bytes))
    #expect(plain.isSound && plain.profile == profile)
    #expect(!PNGBuilder.chunks(of: bytes).contains { $0.dropFirst(4).starts(with: "sRGB".utf8) })
  }

  /// A header (ICC.1:2022, 7.2) and one tag of noise, because libpng rejects fewer than 132 compressed bytes.
  static func profile(_ space: String) -> [UInt8] {
    var numbers = SeededNumbers(seed: 8)
    var profile = [UInt8](repeating: 0, count: 144) + numbers.bytes(400)
    func put(_ text: some Sequence<UInt8>, at offset: Int) {
      for (index, byte) in text.enumerated() { profile[offset + index] = byte }
    }
    put(PNGBuilder.bigEndian(UInt32(profile.count)), at: 0)
    put([4, 0x20], at: 8)
    put("mntr".utf8, at: 12)
    put(space.utf8, at: 16)
    put("XYZ ".utf8, at: 20)
    put("acsp".utf8, at: 36)
    put([0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D], at: 68)
    put(PNGBuilder.bigEndian(1), at: 128)
    put("cprt".utf8, at: 132)
    put(PNGBuilder.bigEndian(144), at: 136)
    put(PNGBuilder.bigEndian(400), at: 140)
    return profile
  }
}
