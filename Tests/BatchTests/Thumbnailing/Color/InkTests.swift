import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import Thumbnailing

/// CMYK and YCCK store the light that each ink leaves: 255 is paper, with or without Adobe's marker.
@Suite struct InkTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The stored values, and the color that results without a profile.
  private static let colors: [(inks: [Int], rgb: [Int])] = [
    ([255, 255, 255, 255], [255, 255, 255]), ([255, 0, 0, 255], [255, 0, 0]), ([0, 255, 255, 255], [0, 255, 255]),
    ([255, 255, 255, 0], [0, 0, 0]), ([200, 100, 255, 128], [100, 50, 128]),
  ]

  /// A file in which libjpeg finds these values. YCCK stores the inverted values of the colored inks as YCbCr, and black
  /// unchanged.
  private func file(_ inks: [Int], adobe: UInt8?) -> [UInt8] {
    guard adobe == 2 else { return FlatJPEG.bytes(inks, adobe: adobe) }
    let (r, g, b) = (Double(255 - inks[0]), Double(255 - inks[1]), Double(255 - inks[2]))
    let y = 0.299 * r + 0.587 * g + 0.114 * b
    let sides = [y, 128 + (b - y) / 1.772, 128 + (r - y) / 1.402].map { min(255, max(0, Int($0.rounded()))) }
    return FlatJPEG.bytes(sides + [inks[3]], adobe: 2)
  }

  /// The single color of the output.
  private func color(
    _ source: [UInt8], _ format: ImageFormat, _ change: (inout ThumbnailOptions) -> Void = { _ in }
  ) throws -> [Int] {
    let path = try folder.add("\(UUID().uuidString).jpg", source)
    var options = ThumbnailOptions()
    options.sizes = []
    options.jpeg.quality = 100
    change(&options)
    let file = try WrittenFile.made(from: path, format, options).file
    return Array(file.samples.prefix(file.channels))
  }

  private func isClose(_ samples: [Int], _ wanted: [Int]) -> Bool {
    // A PNG stores equal channels once.
    let samples = samples.count == 1 ? [Int](repeating: samples[0], count: wanted.count) : samples
    return samples.count == wanted.count && zip(samples, wanted).allSatisfy { abs($0 - $1) <= 4 }
  }

  @Test(arguments: [UInt8?.none, 0, 2])
  func `paper is white and no ink is inverted, whatever the marker`(adobe: UInt8?) throws {
    for (inks, rgb) in Self.colors {
      let source = file(inks, adobe: adobe)
      for format in [ImageFormat.png, .jpeg] {
        let made = try color(source, format)
        #expect(isClose(made, rgb), "\(inks): \(made)")
      }
      let gray = try color(source, .png) { $0.color = .gray }
      let luma = (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000
      #expect(isClose(gray, [luma]), "\(inks): \(gray)")
    }
  }

  @Test func `inks without a marker are the same as with Adobe's transform 0, sample by sample`() throws {
    for (inks, _) in Self.colors {
      let (plain, marked) = (file(inks, adobe: nil), file(inks, adobe: 0))
      #expect(try color(plain, .png) == color(marked, .png))
      #expect(try color(plain, .png) { $0.color = .gray } == color(marked, .png) { $0.color = .gray })
    }
  }
}
