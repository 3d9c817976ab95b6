import TestSupport
import Testing

@testable import ColorManagement
@testable import ImageCodecs
@testable import ImageCore
@testable import Thumbnailing

/// Which profiles apply to which images, and how they are handled.
@Suite struct ProfileRuleTests {
  private let cases: ColorCases

  init() throws { cases = try ColorCases() }

  private static let kinds: [GrayKind] = GrayKind.allCases

  @Test func `gray of colors with a profile is computed in sRGB`() throws {
    let profile = try ColorCases.rgb(.power(1.8))
    for (pixel, gray) in [([100, 100, 100], 119), ([255, 255, 255], 255), ([0, 0, 0], 0)] as [([UInt8], Int)] {
      for source in [try cases.jpeg(pixel, profile: profile), cases.png(pixel, [PNGParts.profile(profile)])] {
        for kind in ProfileRuleTests.kinds {
          for rule in [ProfileRule.keep, .srgb] {
            for format in [ImageFormat.jpeg, .png] {
              let made = try cases.made(source, format) {
                $0.color = .gray
                $0.gray = kind
                $0.profile = rule
              }
              #expect(made.channels == 1 && abs(made.pixel[0] - gray) <= 1, "\(kind) \(rule) \(made.pixel)")
              #expect(made.header.profile == nil && made.notes == (rule == .keep ? [.converted] : []))
            }
          }
        }
        let stripped = try cases.made(source, .png) {
          $0.color = .gray
          $0.profile = .strip
        }
        #expect(abs(stripped.pixel[0] - Int(pixel[0])) <= 1 && stripped.notes == [.profile])
      }
    }
    // A color of a wide gamut: each kind of gray is computed from its sRGB values.
    let wide = cases.png([180, 120, 60], [PNGParts.profile(try ColorCases.rgb(.power(2.2), ColorCases.adobeRGB))])
    let color = try cases.made(wide, .png) { $0.profile = .srgb }.pixel.map { Double($0) }
    let gray = try cases.made(wide, .png) { $0.color = .gray }
    #expect(abs(0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2] - Double(gray.pixel[0])) <= 1.1)
    #expect(abs(0.299 * 180 + 0.587 * 120 + 0.114 * 60 - Double(gray.pixel[0])) > 3)
  }

  @Test func `gray of sRGB colors is their luma, and nothing is noted`() throws {
    let profile = try ColorCases.rgb(.sRGB)
    for source in [
      try cases.jpeg([180, 120, 60], profile: profile), cases.png([180, 120, 60], [PNGParts.profile(profile)]),
    ] {
      let plain =
        try source.starts(with: PNGParts.signature)
        ? cases.png([180, 120, 60], []) : cases.jpeg([180, 120, 60], profile: nil)
      for rule in ProfileRule.allCases {
        let made = try cases.made(source, .jpeg) {
          $0.color = .gray
          $0.profile = rule
        }
        let without = try cases.made(plain, .jpeg) { $0.color = .gray }
        #expect(made.bytes == without.bytes && made.notes == [])
      }
    }
  }

  @Test func `a gray profile does not apply to colors`() throws {
    let profile = try ColorCases.gray(.power(1.8))
    for rule in ProfileRule.allCases {
      for isGray in [false, true] {
        for source in [
          try cases.jpeg([100, 100, 100], profile: profile), cases.png([100, 100, 100], [PNGParts.profile(profile)]),
        ] {
          for format in [ImageFormat.jpeg, .png] {
            let made = try cases.made(source, format) {
              $0.color = isGray ? .gray : .asSource
              $0.profile = rule
            }
            #expect(made.header.profile == nil && made.pixel.allSatisfy { abs($0 - 100) <= 1 }, "\(rule) \(format)")
            let isPNG = source.starts(with: PNGParts.signature)
            // libpng rejects it, so it is not visible.
            #expect(made.notes == (rule == .strip ? [] : [isPNG ? .damagedProfile : .unfittingProfile]))
          }
        }
      }
    }
  }

  @Test func `an RGB profile of a gray JPEG applies to equal red, green and blue`() throws {
    for (curve, value) in [(ColorParameters.Curve.power(1.8), 119), (.power(1), 168)] {
      let source = try cases.jpeg([100], profile: try ColorCases.rgb(curve, ColorCases.adobeRGB))
      for isGray in [false, true] {
        for format in [ImageFormat.jpeg, .png] {
          let kept = try cases.made(source, format) { $0.color = isGray ? .gray : .asSource }
          #expect(kept.pixel == [100] && kept.profileSpace == .gray && kept.notes == [])
          #expect(try abs(ColorCases.shown(100, by: try #require(kept.header.profile)) - value) <= 1)
          let converted = try cases.made(source, format) {
            $0.profile = .srgb
            $0.color = isGray ? .gray : .asSource
          }
          #expect(abs(converted.pixel[0] - value) <= 1 && converted.header.profile == nil && converted.notes == [])
        }
      }
      #expect(try cases.made(source, .jpeg) { $0.profile = .strip }.notes == [.profile])
    }
    // sRGB adds nothing to gray.
    let plain = try cases.made(try cases.jpeg([100], profile: nil), .jpeg)
    let same = try cases.made(try cases.jpeg([100], profile: try ColorCases.rgb(.sRGB)), .jpeg)
    #expect(same.bytes == plain.bytes && same.notes == [])
    // A broken profile is dropped and noted.
    var broken = try ColorCases.rgb(.sRGB)
    broken.removeSubrange(132...)
    let dropped = try cases.made(try cases.jpeg([100], profile: broken), .jpeg)
    #expect(dropped.bytes == plain.bytes && dropped.notes == [.damagedProfile])
  }

  @Test func `a CMYK profile applies only to inks, and no other profile applies to them`() throws {
    for pixel in [[100], [100, 100, 100]] as [[UInt8]] {
      let plain = try cases.made(try cases.jpeg(pixel, profile: nil), .jpeg)
      let made = try cases.made(try cases.jpeg(pixel, profile: try ColorCases.inks()), .jpeg)
      #expect(made.bytes == plain.bytes && made.notes == [.unfittingProfile])
    }
    let inks = try Places.sample("patterns/cmyk.jpg")
    for profile in [try ColorCases.rgb(.power(1.8)), try ColorCases.gray(.power(1.8))] {
      let made = try cases.made(ColorCases.with(profile, inks), .jpeg)
      #expect(made.notes == [.unfittingProfile, .inks] && made.header.profile == nil)
      #expect(made.bytes == (try cases.made(inks, .jpeg).bytes))
    }
    let short = try cases.made(try cases.jpeg([9, 9, 9], profile: [1, 2, 3]), .jpeg)
    #expect(short.notes == [.damagedProfile] && short.header.profile == nil)
  }

  @Test func `a profile that applies is kept byte for byte`() throws {
    let (rgb, gray) = (try ColorCases.rgb(.power(1.8)), try ColorCases.gray(.power(1.8)))
    for format in [ImageFormat.jpeg, .png] {
      for source in [try cases.jpeg([9, 99, 9], profile: rgb), cases.png([9, 99, 9], [PNGParts.profile(rgb)])] {
        let made = try cases.made(source, format)
        #expect(made.header.profile == rgb && made.notes == [])
      }
      for source in [try cases.jpeg([99], profile: gray), cases.png([99], [PNGParts.profile(gray)])] {
        for isGray in [false, true] {
          let made = try cases.made(source, format) { $0.color = isGray ? .gray : .asSource }
          #expect(made.header.profile == gray && made.pixel == [99] && made.notes == [])
        }
      }
    }
    // An unreadable profile is kept as it is. It cannot be used for a conversion.
    var broken = rgb
    broken.removeSubrange(132...)
    let source = try cases.jpeg([9, 99, 9], profile: broken)
    let kept = try cases.made(source, .jpeg)
    #expect(kept.header.profile == broken && kept.notes == [])
    let unconverted = try cases.made(source, .jpeg) { $0.profile = .srgb }
    #expect(unconverted.header.profile == broken && unconverted.notes == [.unconverted])
  }
}
