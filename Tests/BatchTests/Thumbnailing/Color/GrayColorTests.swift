import TestSupport
import Testing

@testable import ColorManagement
@testable import ImageCodecs
@testable import ImageCore
@testable import Thumbnailing

/// The color description of a gray PNG in its number chunks.
@Suite struct GrayColorTests {
  private let cases: ColorCases

  init() throws { cases = try ColorCases() }

  /// gAMA, cHRM and cICP that all describe linear light: 128 of 255 corresponds to 188 in sRGB.
  private static let linear: [[[UInt8]]] = [
    [PNGParts.gamma(100_000)],
    [
      PNGParts.gamma(100_000),
      PNGParts.chromaticities([31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000]),
    ],
    [PNGParts.chunk("cICP", [1, 8, 0, 1])],
    // Gray has no primaries. 2 means unspecified.
    [PNGParts.chunk("cICP", [2, 8, 0, 1])],
    [PNGParts.chunk("cICP", [9, 8, 0, 1]), PNGParts.gamma(45_455), PNGParts.chunk("sRGB", [0])],
  ]

  private static let pixels: [[UInt8]] = [[128], [128, 255], [128, 200]]

  @Test(arguments: GrayColorTests.pixels, [8, 16])
  func `--icc srgb converts gray by gAMA and cICP`(pixel: [UInt8], bits: Int) throws {
    for chunks in GrayColorTests.linear {
      for isGray in [false, true] {
        let made = try cases.made(cases.png(pixel, bits: bits, chunks), .png) {
          $0.profile = .srgb
          $0.color = isGray ? .gray : .asSource
        }
        // A PNG of 8 bits leaves out an alpha that is full everywhere.
        let alpha = pixel.dropFirst().filter { $0 < 255 || bits == 16 }
        #expect(abs(made.pixel[0] - 188) <= 1, "\(made.pixel) of \(chunks)")
        #expect(made.pixel.dropFirst() == ArraySlice(alpha.map { Int($0) }))
        #expect(made.header.bits == bits && made.notes == [])
        var sRGB = PNGColorChunks()
        sRGB.srgbIntent = 1
        #expect(made.header.colorChunks == sRGB || made.header.colorChunks.codePoints == nil)
      }
    }
  }

  @Test func `a gray JPEG gets an equivalent gray profile`() throws {
    for chunks in GrayColorTests.linear {
      for isGray in [false, true] {
        for bits in [8, 16] {
          let made = try cases.made(cases.png([128], bits: bits, chunks), .jpeg) {
            $0.color = isGray ? .gray : .asSource
          }
          #expect(made.channels == 1 && made.pixel == [128] && made.profileSpace == .gray)
          let profile = try #require(made.header.profile)
          #expect(try abs(ColorCases.shown(128, by: profile) - 188) <= 1)
          #expect(made.notes == [])
        }
      }
    }
    let gamma = try cases.made(cases.png([128], [PNGParts.gamma(55_556)]), .jpeg) { $0.profile = .srgb }
    #expect(abs(gamma.pixel[0] - 146) <= 1 && gamma.header.profile == nil)
  }

  @Test func `from PNG to PNG all color chunks are kept`() throws {
    for chunks in GrayColorTests.linear {
      let source = cases.png([128], chunks)
      let made = try cases.made(source, .png)
      let header = try unsafe source.withUnsafeBytes { bytes in
        try unsafe Decoder(pool: cases.pool).readHeader(bytes, limits: DecodeLimits())
      }
      #expect(made.pixel == [128] && made.header.colorChunks == header.colorChunks && made.notes == [])
      #expect(made.header.colorChunks != PNGColorChunks())
    }
  }

  @Test func `chunks meaningless for gray, or describing sRGB, cause no profile and no conversion`() throws {
    let primaries = PNGParts.chromaticities([31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000])
    for chunks in [
      [], [primaries], [PNGParts.chunk("sRGB", [0]), PNGParts.gamma(100_000)],
      [PNGParts.chunk("cICP", [12, 13, 0, 1])],
    ] {
      let jpeg = try cases.made(cases.png([128], chunks), .jpeg)
      #expect(jpeg.pixel == [128] && jpeg.header.profile == nil && jpeg.notes == [])
      #expect(try cases.made(cases.png([128], chunks), .png) { $0.profile = .srgb }.pixel == [128])
    }
  }

  @Test func `a gray palette is RGB, and is converted before it is made gray`() throws {
    let source = cases.png([128, 128, 128], palette: true, [PNGParts.gamma(100_000)])
    let colored = try cases.made(source, .png) { $0.profile = .srgb }
    // Equal channels are stored once.
    #expect(colored.pixel.allSatisfy { abs($0 - 188) <= 1 } && colored.channels == 1)
    for format in [ImageFormat.png, .jpeg] {
      let gray = try cases.made(source, format) { $0.color = .gray }
      #expect(gray.channels == 1 && abs(gray.pixel[0] - 188) <= 1 && gray.header.profile == nil)
      #expect(gray.notes == [.converted] && gray.header.colorChunks.gamma != 100_000)
    }
  }

  @Test func `generated profiles have the same bytes each time, and a fixed date`() throws {
    let made = [
      try ColorCases.rgb(.power(2.2)), try ColorCases.gray(.bt709),
      try #require(ColorTransforms().grayProfile(ofRGB: try ColorCases.rgb(.power(1.8)))),
      try #require(try cases.made(cases.png([1, 2, 3], [PNGParts.gamma(50_000)]), .jpeg).header.profile),
      try #require(try cases.made(cases.png([1], [PNGParts.gamma(50_000)]), .jpeg).header.profile),
    ]
    for profile in made { #expect(Array(profile[24..<36]) == [0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]) }
  }
}
