import ColorManagement
import Foundation
import ImageCodecs
import ImageCore
import TestSupport
import Testing

@testable import Thumbnailing

/// Profiles that would take seconds are rejected like damaged ones before Little CMS reads them. The image is made without them.
@Suite struct ProfileBombTests {
  private let cases: ColorCases

  init() throws { cases = try ColorCases() }

  // MARK: - Hand-made profiles (ICC.1:2022, 7)

  private static func number(_ value: Int, _ bytes: Int = 4) -> [UInt8] {
    (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func floats(_ values: [Float]) -> [UInt8] { values.flatMap { number(Int($0.bitPattern)) } }

  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func profile(_ tags: [(name: String, contents: [UInt8])], space: String = "RGB ") -> [UInt8] {
    let fixed = [("wtpt", bytes("XYZ ") + number(0) + number(63190) + number(65536) + number(54061))]
    let all = fixed + tags.map { ($0.name, $0.contents) }
    var (table, body) = (number(all.count), [UInt8]())
    for (name, contents) in all {
      table += bytes(name) + number(128 + 4 + 12 * all.count + body.count) + number(contents.count)
      body += contents + [UInt8](repeating: 0, count: -contents.count & 3)
    }
    let size = 128 + table.count + body.count
    var header =
      number(size) + bytes("lcms") + [4, 0x40, 0, 0] + bytes(space == "CMYK" ? "prtr" : "scnr") + bytes(space)
    header += bytes("XYZ ") + [7, 0xE4, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0] + bytes("acsp")
    header += [UInt8](repeating: 0, count: 28) + number(63190) + number(65536) + number(54061)
    return header + [UInt8](repeating: 0, count: 128 - header.count) + table + body
  }

  /// Stages after the table of their offsets. Each is stored once and referenced `count` times.
  private static func elements(_ elements: [(contents: [UInt8], count: Int)], inputs: Int) -> [UInt8] {
    let count = elements.reduce(0) { $0 + $1.count }
    var (table, body) = ([UInt8](), [UInt8]())
    for (contents, times) in elements {
      let position = number(16 + 8 * count + body.count) + number(contents.count)
      table += (0..<times).flatMap { _ in position }
      body += contents
    }
    return bytes("mpet") + number(0) + number(inputs, 2) + number(3, 2) + number(count) + table + body
  }

  private static func matrix(_ rows: [[Float]]) -> [UInt8] {
    bytes("matf") + number(0) + number(rows[0].count, 2) + number(rows.count, 2) + floats(rows.flatMap { $0 })
      + floats([Float](repeating: 0, count: rows.count))
  }

  private static func toColors(_ inputs: Int) -> [UInt8] {
    matrix((0..<3).map { row in (0..<inputs).map { $0 == row ? 0.5 : 0 } })
  }

  private static let mixing = matrix([[0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]])

  private static func curves(segments: Int) -> [UInt8] {
    let breaks = floats((0..<segments - 1).map { Float($0) / Float(segments) })
    let formula = bytes("parf") + number(0) + number(0, 2) + number(0, 2) + floats([1, 1, 0, 0])
    let curve =
      bytes("curf") + number(0) + number(segments, 2) + number(0, 2) + breaks + (0..<segments).flatMap { _ in formula }
    let position = number(12 + 8 * 3) + number(curve.count)
    return bytes("cvst") + number(0) + number(3, 2) + number(3, 2) + (0..<3).flatMap { _ in position } + curve
  }

  private static func grid(_ points: [Int], samples: Int) -> [UInt8] {
    bytes("clut") + number(0) + number(points.count, 2) + number(3, 2)
      + (points + [Int](repeating: 0, count: 16 - points.count)).map { UInt8($0) }
      + floats([Float](repeating: 0.5, count: samples))
  }

  /// lut16Type: a grid with this many points per side for three inputs, of which this many samples are present.
  private static func table(points: Int, samples: Int, entries: Int = 2) -> [UInt8] {
    let curve = (0..<entries).flatMap { number($0 * 65535 / max(1, entries - 1), 2) }
    return bytes("mft2") + number(0) + [3, 3, UInt8(points), 0]
      + [1, 0, 0, 0, 1, 0, 0, 0, 1].flatMap { number($0 << 16) }
      + number(entries, 2) + number(entries, 2) + (0..<3).flatMap { _ in curve }
      + [UInt8](repeating: 0x40, count: 2 * samples) + (0..<3).flatMap { _ in curve }
  }

  static let bombs: [(name: String, profile: [UInt8])] = [
    ("200,000 stages", profile([("D2B1", elements([(toColors(3), 1), (mixing, 200_000)], inputs: 3))])),
    ("33 stages", profile([("D2B1", elements([(toColors(3), 1), (mixing, 32)], inputs: 3))])),
    ("65,000 segments", profile([("D2B1", elements([(toColors(3), 1), (curves(segments: 17), 1)], inputs: 3))])),
    (
      "a grid of 15 inputs",
      profile([("D2B1", elements([(grid(.init(repeating: 2, count: 15), samples: 98_304), 1)], inputs: 15))])
    ),
    ("a grid that is not there", profile([("A2B0", table(points: 255, samples: 24))])),
    (
      "a curve that is not there",
      profile([("A2B0", table(points: 2, samples: 24)), ("rTRC", bytes("curv") + number(0) + number(1 << 30))])
    ),
    ("101 tags", profile((0..<100).map { ("X\($0 + 100)", bytes("text") + number(0)) })),
    (
      "half a million stages in a second tag",
      profile([("A2B0", table(points: 2, samples: 24)), ("D2B3", elements([(mixing, 500_000)], inputs: 3))])
    ),
  ]

  static let sound: [(name: String, profile: [UInt8])] = [
    ("32 stages", profile([("D2B1", elements([(toColors(3), 1), (mixing, 31)], inputs: 3))])),
    ("16 segments", profile([("D2B1", elements([(curves(segments: 16), 1), (toColors(3), 1)], inputs: 3))])),
    ("a table", profile([("A2B0", table(points: 9, samples: 3 * 729, entries: 256))])),
    ("tags that do not lie in it", lying),
  ]

  /// A tag with impossible offsets, which Little CMS skips.
  private static var lying: [UInt8] {
    var bytes = profile([("A2B0", table(points: 2, samples: 24)), ("B2A0", [])])
    // Offset and size of the third entry.
    bytes.replaceSubrange(128 + 4 + 24 + 4..<128 + 4 + 36, with: number(1 << 30) + number(1 << 30))
    return bytes
  }

  // MARK: - Tests

  @Test(arguments: bombs.indices)
  func `an excessive profile is noted, and the image is made`(index: Int) throws {
    let (name, profile) = ProfileBombTests.bombs[index]
    #expect(ColorTransforms().toSRGB(profile, .rgb, hasAlpha: false) == nil, "\(name)")
    #expect(ColorTransforms().grayProfile(ofRGB: profile) == nil, "\(name)")
    let source = cases.png([200, 100, 50], [PNGParts.profile(profile)])
    let result = try cases.made(source, .png) { $0.profile = .srgb }
    #expect(result.pixel == [200, 100, 50] && result.notes.contains(.unconverted), "\(name)")
  }

  @Test(arguments: sound.indices)
  func `a profile at the limits is used`(index: Int) throws {
    let (name, profile) = ProfileBombTests.sound[index]
    #expect(ColorTransforms().toSRGB(profile, .rgb, hasAlpha: false) != nil, "\(name)")
  }

  @Test func `inks with such a profile are converted without it`() throws {
    let profile = ProfileBombTests.profile(
      [
        (
          "D2B1",
          ProfileBombTests.elements([(ProfileBombTests.toColors(4), 1), (ProfileBombTests.mixing, 9999)], inputs: 4)
        )
      ],
      space: "CMYK")
    #expect(ColorTransforms().toSRGB(profile, .cmyk, hasAlpha: false) == nil)
  }

  @Test func `damaged profiles are rejected or used, without reading outside of them`() throws {
    var numbers = SeededNumbers(seed: 7)
    let transforms = ColorTransforms()
    for (_, profile) in ProfileBombTests.sound {
      for _ in 0..<200 {
        var changed = profile
        for _ in 0..<Int.random(in: 1...4, using: &numbers) {
          let position = Bool.random(using: &numbers) ? 128..<min(400, changed.count) : 0..<changed.count
          changed[Int.random(in: position, using: &numbers)] =
            [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &numbers) ?? 0
        }
        if Int.random(in: 0..<4, using: &numbers) == 0 {
          changed.removeLast(Int.random(in: 1..<changed.count, using: &numbers))
        }
        _ = transforms.toSRGB(changed, .rgb, hasAlpha: false)
      }
    }
  }

  @Test func `a conversion reads the clock at least every 512 pixels, and ends when the time is over`() throws {
    let profile = ProfileBombTests.sound[0].profile
    let transform = try #require(ColorTransforms().toSRGB(profile, .rgb, hasAlpha: false))
    for (width, height) in [(1, 3000), (3000, 1), (300, 40), (5000, 3)] {
      let pool = BufferPool()
      let plane = Plane.made(width, height, channels: 3, from: pool) { x, y, channel in (x + y + channel) % 256 }
      pool.limit = TimeLimit(deadline: .max)
      #expect(try SteppingClock.looks { _ = try transform.converted(plane, from: pool) } >= width * height / 512)
      pool.limit = TimeLimit(deadline: 1)
      #expect(try SteppingClock.looks { _ = try transform.converted(plane, from: pool) } == 1)
    }
  }
}
