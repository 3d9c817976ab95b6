import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore
@testable import JPEGDecoding

/// A region of a JPEG is decoded as in the whole image, whatever was in memory before.
@Suite struct RegionTests {
  fileprivate struct Kind: CustomTestStringConvertible {
    let name: String
    let factors: [(across: Int, down: Int)]
    let isProgressive: Bool
    var testDescription: String { name + (isProgressive ? ", progressive" : "") }
  }

  fileprivate static let kinds = MadeJPEG.samplings.flatMap { sampling in
    [false, true].map { Kind(name: sampling.name, factors: sampling.factors, isProgressive: $0) }
  }

  /// Noise, so that each sample differs from the next, in the padding too.
  private func noise(_ kind: Kind, _ width: Int, _ height: Int) -> [UInt8] {
    var jpeg = MadeJPEG(width, height, factors: kind.factors) { component, x, y in
      let mixed = UInt32(truncatingIfNeeded: x &* 7919 &+ y &* 104_729 &+ component &* 31) &* 2_654_435_761
      return Int(mixed >> 24)
    }
    jpeg.isProgressive = kind.isProgressive
    return jpeg.bytes()
  }

  private struct Decoded {
    let size: PixelSize
    let channels: Int
    let samples: [[UInt8]]
  }

  private func planes(_ bytes: [UInt8], _ request: DecodeRequest, filling: UInt8) throws -> [Decoded] {
    let decoder = Decoder(pool: BufferPool(filling: filling))
    return try unsafe bytes.withUnsafeBytes { bytes in
      _ = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
      let image = try decoder.decode(request).unwrapped()
      switch image {
      case .pixels(let plane): return [decoded(plane)]
      case .yCbCr(let planes): return [decoded(planes.luma), decoded(planes.cb), decoded(planes.cr)]
      }
    }
  }

  private func decoded(_ plane: borrowing Plane) -> Decoded {
    Decoded(
      size: plane.size, channels: plane.channels,
      samples: (0..<plane.size.height).map { y in
        unsafe Array(UnsafeRawBufferPointer(start: plane.row(y), count: plane.rowByteCount))
      })
  }

  /// The samples that are in a region, completely or in part.
  private func part(_ plane: Decoded, _ region: DecodeRegion, _ spacing: SampleSpacing) -> [[UInt8]] {
    func range(_ pixels: Range<Int>, _ spacing: Double, _ count: Int) -> Range<Int> {
      Int(Double(pixels.lowerBound) / spacing)..<min(count, Int((Double(pixels.upperBound) / spacing).rounded(.up)))
    }
    let columns = range(region.columns, spacing.across, plane.size.width)
    let rows = range(region.rows, spacing.down, plane.size.height)
    return rows.map {
      Array(plane.samples[$0][columns.lowerBound * plane.channels..<columns.upperBound * plane.channels])
    }
  }

  @Test(arguments: RegionTests.kinds)
  fileprivate func `a region equals that part of the whole image, in both decoders`(kind: Kind) throws {
    let size = PixelSize(width: 171, height: 109)
    let bytes = noise(kind, size.width, size.height)
    var numbers = SeededNumbers(seed: 15)
    for denominator in [1, 2, 4, 8] {
      for content in [DecodeRequest.Content.planes, .gray, .color] {
        for decoder in JPEGDecoderChoice.allCases {
          var request = DecodeRequest()
          (request.denominator, request.content, request.decoder) = (denominator, content, decoder)
          let whole = try planes(bytes, request, filling: 0x55)
          for number in 0..<3 {
            let (left, top) = (
              Int.random(in: 0..<size.width, using: &numbers), Int.random(in: 0..<size.height, using: &numbers)
            )
            // The last regions reach the edges.
            let right = number > 1 ? size.width : Int.random(in: left + 1...size.width, using: &numbers)
            let bottom = number > 1 ? size.height : Int.random(in: top + 1...size.height, using: &numbers)
            let region = DecodeRegion(columns: left..<right, rows: top..<bottom)
            request.region = region
            for filling: UInt8 in [0, 0xFF] {
              let some = try planes(bytes, request, filling: filling)
              for (index, plane) in some.enumerated() {
                let isPixels = plane.channels == 3
                let spacing =
                  isPixels
                  ? SampleSpacing(across: Double(denominator), down: Double(denominator))
                  : JPEGSampling(kind.factors.map { .init(across: $0.across, down: $0.down) }).pixelsPerSample(
                    ofComponent: index, denominator)
                #expect(
                  part(plane, region, spacing) == part(whole[index], region, spacing),
                  "1/\(denominator) \(content) \(decoder) plane \(index), \(region), on \(filling)")
              }
            }
          }
        }
      }
    }
  }
}
