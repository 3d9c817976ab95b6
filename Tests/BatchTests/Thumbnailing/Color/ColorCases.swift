import CLCMS2
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ColorManagement
@testable import ImageCodecs
@testable import ImageCore
@testable import RunState
@testable import Thumbnailing

/// Flat images with hand-made color information, and the outputs made from them.
struct ColorCases {
  let folder: TemporaryFolder
  let pool = BufferPool()

  init() throws { folder = try TemporaryFolder() }

  struct Made {
    let notes: [ConversionNotice]
    let header: ImageHeader
    let channels: Int
    /// The samples of the first pixel, in 8 bits.
    let pixel: [Int]
    let bytes: [UInt8]

    /// The color space in the header of the output's profile.
    var profileSpace: ProfileSpace? { header.profile.flatMap { ProfileSpace(profile: $0) } }
  }

  func made(_ source: [UInt8], _ format: ImageFormat, _ change: (inout ThumbnailOptions) -> Void = { _ in }) throws
    -> Made
  {
    let isPNG = source.starts(with: PNGParts.signature)
    let path = try folder.add("\(UUID().uuidString).\(isPNG ? "png" : "jpg")", source)
    var options = ThumbnailOptions()
    options.size = .width(8)
    options.jpeg.quality = 100
    change(&options)
    let (written, file) = try WrittenFile.made(from: path, format, options)
    let full = file.header.bits == 16 ? 257 : 1
    let pixel = file.samples.prefix(file.channels).map { ($0 + full / 2) / full }
    return Made(
      notes: written.notes, header: file.header, channels: file.channels, pixel: Array(pixel), bytes: file.bytes)
  }

  // MARK: - Sources of 16 by 16 equal pixels

  /// A PNG with these chunks before its pixels. Its samples have `bits` bits. In 16 bits a value of 128 becomes 0x8080.
  func png(_ pixel: [UInt8], bits: Int = 8, palette: Bool = false, _ chunks: [[UInt8]]) -> [UInt8] {
    let colorType = palette ? 3 : [0, 4, 2, 6][pixel.count - 1]
    let samples = palette ? [0] : bits == 16 ? pixel.flatMap { [$0, $0] } : pixel
    let row = [UInt8(0)] + (0..<16).flatMap { _ in samples }
    let start = PNGParts.signature + PNGParts.header(width: 16, height: 16, bits: bits, colorType: colorType)
    let entries = palette ? PNGParts.chunk("PLTE", pixel) : []
    let data = PNGParts.data((0..<16).flatMap { _ in row })
    return start + chunks.flatMap { $0 } + entries + data + PNGParts.end
  }

  func jpeg(_ pixel: [UInt8], profile: [UInt8]?) throws -> [UInt8] {
    let plane = Plane.made(16, 16, channels: pixel.count, from: pool) { _, _, channel in Int(pixel[channel]) }
    var request = EncodeRequest(format: .jpeg)
    request.jpeg.quality = 100
    let image = Image.pixels(plane)
    let encoder = Encoder(pool: pool)
    let plain = try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(image, request)) }
    return profile.map { ColorCases.with($0, plain) } ?? plain
  }

  /// A JPEG with any profile in one segment after SOI.
  static func with(_ profile: [UInt8], _ jpeg: [UInt8]) -> [UInt8] {
    let length = profile.count + 16
    let head = [0xFF, 0xE2, UInt8(length >> 8), UInt8(length & 255)] + Array("ICC_PROFILE\0".utf8) + [1, 1]
    return jpeg.prefix(2) + head + profile + jpeg.dropFirst(2)
  }

  // MARK: - Profiles

  static let adobeRGB = [0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06]

  static func rgb(_ curve: ColorParameters.Curve, _ xy: [Double] = ColorParameters.bt709Primaries) throws -> [UInt8] {
    try #require(ColorParameters(xy: xy, curve: curve).profile)
  }

  static func gray(_ curve: ColorParameters.Curve) throws -> [UInt8] { try #require(curve.grayProfile) }

  /// Only its header is read, which contains the CMYK signature.
  static func inks() throws -> [UInt8] {
    var profile = try rgb(.sRGB)
    profile.replaceSubrange(16..<20, with: Array("CMYK".utf8))
    return profile
  }

  /// The sRGB value to which Little CMS converts a gray value of a gray profile.
  static func shown(_ value: Int, by profile: [UInt8]) throws -> Int {
    let transform = try #require(ColorTransforms().toSRGB(profile, .gray, hasAlpha: false))
    let plane = Plane.made(1, 1, from: BufferPool()) { _, _, _ in value }
    return try transform.converted(plane, from: BufferPool()).samples[0]
  }

  /// The sRGB value of an amount of light, out of 255.
  static func sRGB(_ light: Double) -> Double {
    255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055)
  }
}
