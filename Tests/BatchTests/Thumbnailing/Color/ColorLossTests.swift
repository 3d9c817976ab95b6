import ColorManagement
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore
@testable import Thumbnailing

/// Colors that an output cannot express are noted, and no others.
@Suite struct ColorLossTests {
  private let cases: ColorCases

  init() throws { cases = try ColorCases() }

  /// PQ and HLG describe light beyond white. The others are a narrow range, a matrix, and unassigned numbers.
  private static let unknown: [[UInt8]] = [
    [9, 16, 0, 1], [9, 18, 0, 1], [1, 13, 0, 0], [1, 13, 1, 1], [255, 99, 0, 1],
  ]

  @Test func `code points that no profile can express`() throws {
    for points in ColorLossTests.unknown {
      for pixel in [[100, 50, 20], [100]] as [[UInt8]] {
        // Gray has no primaries, so only an unknown curve matters.
        let source = cases.png(pixel, [PNGParts.chunk("cICP", points)])
        let kept = try cases.made(source, .png)
        #expect(kept.header.colorChunks.codePoints == points && kept.notes == [])
        let jpeg = try cases.made(source, .jpeg)
        #expect(jpeg.notes == [.colorSpace] && jpeg.header.profile == nil)
        let converted = try cases.made(source, .png) { $0.profile = .srgb }
        #expect(converted.notes == [.unconverted] && converted.header.colorChunks.codePoints == points)
        #expect(try cases.made(source, .jpeg) { $0.profile = .srgb }.notes == [.colorSpace, .unconverted])
        #expect(try cases.made(source, .png) { $0.profile = .strip }.notes == [.colorSpace])
        let gray = try cases.made(source, .png) { $0.color = .gray }
        #expect(gray.header.colorChunks.codePoints == points && gray.notes == [] && gray.channels == 1)
        #expect(try cases.made(source, .jpeg) { $0.color = .gray }.notes == [.colorSpace])
      }
    }
  }

  @Test func `a profile next to PQ is used if PQ cannot be expressed, and PQ is noted`() throws {
    let profile = try ColorCases.rgb(.power(1.8))
    let source = cases.png([100, 100, 100], [PNGParts.chunk("cICP", [9, 16, 0, 1]), PNGParts.profile(profile)])
    let jpeg = try cases.made(source, .jpeg)
    #expect(jpeg.header.profile == profile && jpeg.notes == [.colorSpace])
    let converted = try cases.made(source, .png) { $0.profile = .srgb }
    #expect(abs(converted.pixel[0] - 119) <= 1 && converted.notes == [.colorSpace])
    let gray = try cases.made(source, .jpeg) { $0.color = .gray }
    #expect(abs(gray.pixel[0] - 119) <= 1 && gray.notes == [.colorSpace, .converted])
    #expect(try cases.made(source, .png).notes == [])
  }

  @Test func `numbers that make no valid profile`() throws {
    // Red, green and blue at one point.
    let none = PNGParts.chromaticities([31_270, 32_900, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000])
    let source = cases.png([100, 50, 20], [none])
    let header = try unsafe source.withUnsafeBytes { bytes in
      try unsafe Decoder(pool: cases.pool).readHeader(bytes, limits: DecodeLimits())
    }
    // libpng may reject them itself.
    let isSaid = header.colorChunks.chromaticities != nil
    #expect(try cases.made(source, .jpeg).notes == (isSaid ? [.colorSpace] : []))
    #expect(try cases.made(source, .png).notes == [])
  }

  @Test func `a profile that libpng rejects is noted, and the numbers next to it count`() throws {
    var cut = try ColorCases.rgb(.power(1.8))
    cut.removeLast(40)
    let chunks = [PNGParts.profile(cut), PNGParts.gamma(100_000)]
    for pixel in [[128, 128, 128], [128]] as [[UInt8]] {
      let kept = try cases.made(cases.png(pixel, chunks), .png)
      #expect(kept.notes == [.damagedProfile] && kept.header.profile == nil)
      #expect(kept.header.colorChunks.gamma == 100_000)
      let converted = try cases.made(cases.png(pixel, chunks), .jpeg) { $0.profile = .srgb }
      #expect(converted.notes == [.damagedProfile] && abs(converted.pixel[0] - 188) <= 1)
    }
  }

  @Test func `outputs and notes are the same in every mode`() throws {
    let rgb = try ColorCases.rgb(.power(1.8))
    let files: [[UInt8]] = [
      cases.png([100, 50, 20], [PNGParts.chunk("cICP", [9, 16, 0, 1])]),
      cases.png([128], [PNGParts.gamma(100_000)]),
      cases.png([128, 90], bits: 16, [PNGParts.chunk("cICP", [1, 8, 0, 1])]),
      cases.png([128, 90, 3], [PNGParts.profile(rgb)]), cases.png([9, 9, 9], palette: true, [PNGParts.gamma(50_000)]),
      cases.png([128], [PNGParts.profile(rgb), PNGParts.gamma(100_000)]), try cases.jpeg([100], profile: rgb),
      try cases.jpeg([100, 9, 1], profile: try ColorCases.gray(.power(1.8))),
      try cases.jpeg([100, 9, 1], profile: rgb),
      ColorCases.with(rgb, try Places.sample("patterns/cmyk.jpg")),
      ColorCases.with(rgb, try cases.jpeg([100, 9, 1], profile: rgb)),
      ColorCases.with(try ColorCases.gray(.bt709), try cases.jpeg([100, 9, 1], profile: rgb)),
    ]
    let modes = try AllModes(cases.folder)
    for rule in ProfileRule.allCases {
      for color in [ColorRequest.asSource, .gray] {
        for format in [ImageFormat.jpeg, .png] {
          var options = ThumbnailOptions()
          options.size = .width(8)
          options.profile = rule
          options.color = color
          let results = try modes.results(files, format, options)
          #expect(results.allSatisfy { $0.outcome.hasPrefix("written") })
        }
      }
    }
  }
}
