import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import Thumbnailing

/// Stripes that are too fine for an output must not appear as moire.
///
/// Pillow's values were printed by this command, with Pillow 13.0.0:
///
///     python3 Tests/Benchmarks/zone_plate.py .build/release/imgbatch 960
@Suite struct ZonePlateTests {
  private static let side = 960

  /// At (x, y) from the center the frequency is |x| / side cycles per pixel horizontally and |y| / side vertically.
  private static func plate(from pool: BufferPool) -> Plane {
    let middle = Double(side - 1) / 2
    return Plane.made(side, side, from: pool) { x, y, _ in
      let square = pow(Double(x) - middle, 2) + pow(Double(y) - middle, 2)
      return Int((127.5 + 127.5 * cos(Double.pi / Double(side) * square)).rounded(.toNearestOrEven))
    }
  }

  /// The mean square deviation from gray where a perfect filter leaves only gray: where stripes have 1.25 times the frequency
  /// that the output can represent. Excludes three pixels at the border, where halos occur.
  private func energy(_ samples: [Int], side: Int, ratio: Double) -> Double {
    let fineness = (0..<side).map { abs(Double($0) - Double(side - 1) / 2) / Double(side) }
    let minimum = 0.5 / ratio * 1.25
    var (sum, count) = (0.0, 0)
    for y in 3..<side - 3 {
      for x in 3..<side - 3 where max(fineness[x], fineness[y]) >= minimum {
        sum += pow(Double(samples[y * side + x]) - 127.5, 2)
        count += 1
      }
    }
    #expect(count > side * side / 8, "there are such stripes")
    return sum / Double(count)
  }

  private func small(_ source: FilePath, _ side: Int, in folder: TemporaryFolder) throws -> [Int] {
    var options = ThumbnailOptions()
    options.size = .box(width: side, height: side)
    return try WrittenFile.made(from: source, .png, options).file.samples
  }

  /// For each ratio the energy that Pillow leaves, for a PNG (`resize`, Lanczos) and for a JPEG (`thumbnail`, with a shrinking
  /// decoder).
  private static let pillow: [(ratio: Double, png: Double, jpeg: Double)] = [
    (1.5, 15.096, 15.134), (2, 4.501, 4.521), (3, 1.573, 1.572), (4, 1.416, 41.156), (6, 0.632, 8.745),
    (8, 1.679, 14.045), (12, 2.467, 4.591), (16, 2.272, 4.531), (20, 10.755, 10.314),
  ]

  @Test func `stripes that are too fine leave no more energy than in Pillow`() throws {
    let folder = try TemporaryFolder()
    let pool = BufferPool()
    let encoder = Encoder(pool: pool)
    for format in [ImageFormat.png, .jpeg] {
      var request = EncodeRequest(format: format)
      request.jpeg.quality = 100
      request.png.level = 1
      let plate = Image.pixels(ZonePlateTests.plate(from: pool))
      let bytes = try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(plate, request)) }
      let source = try folder.add("plate.\(format.usualSuffix)", bytes)
      for (ratio, png, jpeg) in ZonePlateTests.pillow {
        let side = Int((Double(ZonePlateTests.side) / ratio).rounded())
        let left = energy(try small(source, side, in: folder), side: side, ratio: ratio)
        let maximum = format == .png ? png : jpeg
        // Pillow rounds to 8 bits twice. Each rounding adds noise of 1/12, and changes its values by as much.
        #expect(left <= maximum * 1.02 + 0.05, "\(format) at \(ratio): \(left), Pillow \(maximum)")
      }
    }
  }
}
