import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

/// The padding of the last MCU does not affect the decoded samples, at any scale.
@Suite struct PaddedEdgeTests {
  /// White paper whose blocks are padded with dark blue.
  private func paper(_ width: Int, _ height: Int, _ sampling: String, isProgressive: Bool) throws -> [UInt8] {
    let factors = try #require(MadeJPEG.samplings.first { $0.name == sampling }).factors
    var jpeg = MadeJPEG(width, height, factors: factors) { component, x, y in
      x < width && y < height ? [255, 128, 128][component] : [15, 192, 118][component]
    }
    jpeg.isProgressive = isProgressive
    return jpeg.bytes()
  }

  /// The maximum deviation of the samples from white.
  private func blemish(_ image: borrowing Image) -> Int {
    func maximum(_ plane: borrowing Plane, _ white: Int) -> Int { plane.samples.reduce(0) { max($0, abs($1 - white)) } }
    switch image {
    case .pixels(let plane): return maximum(plane, 255)
    case .yCbCr(let planes): return max(maximum(planes.luma, 255), maximum(planes.cb, 128), maximum(planes.cr, 128))
    }
  }

  @Test(arguments: MadeJPEG.samplings.map(\.name), [false, true])
  func `white paper is white up to its edges`(sampling: String, isProgressive: Bool) throws {
    let decoder = Decoder(pool: BufferPool())
    for (width, height) in [(65, 87), (66, 86), (67, 85), (68, 84), (69, 83), (70, 82), (71, 81), (64, 80), (97, 33)] {
      let bytes = try paper(width, height, sampling, isProgressive: isProgressive)
      for denominator in [1, 2, 4, 8] {
        for content in [DecodeRequest.Content.planes, .gray, .color] {
          // Colors at full size are the same in every decoder.
          if denominator == 1 && content == .color { continue }
          for choice in JPEGDecoderChoice.allCases {
            var request = DecodeRequest()
            (request.denominator, request.content, request.decoder) = (denominator, content, choice)
            let blemish = try unsafe bytes.withUnsafeBytes { bytes in
              _ = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
              return self.blemish(try decoder.decode(request).unwrapped())
            }
            // In interleaved pixels, a tint of enlarged chroma remains if it is no larger than rounding.
            let limit = content == .color ? 8 : 6
            #expect(blemish <= limit, "\(width)x\(height) at 1/\(denominator), \(content), \(choice)")
          }
        }
      }
    }
  }

  @Test func `the samples of the edge, and the samples that their correction needs`() {
    #expect(PaddedEdge(length: 64, spacing: 8, mixed: 8, count: 8) == nil, "nothing is padded")
    #expect(PaddedEdge(length: 7, spacing: 8, mixed: 8, count: 1) == nil, "there is nothing to compare with")
    #expect(PaddedEdge(length: 65, spacing: 8, mixed: 8, count: 9)?.samples == 8..<9)
    #expect(PaddedEdge(length: 65, spacing: 8, mixed: 8, count: 9)?.needed == 5..<9)
    #expect(PaddedEdge(length: 70, spacing: 4, mixed: 16, count: 18)?.samples == 15..<18, "enlarged chroma")
  }

  /// The last of five samples, after four of 90, 100, 110 and 100.
  @Test(arguments: [
    (1, 112, 112), (1, 132, 126), (1, 96, 96), (1, 78, 84), (1, 0, 24), (4, 200, 139), (4, 140, 126), (4, 128, 128),
    (7, 200, 189), (7, 60, 72), (7, 82, 82),
  ])
  func `a mean is moved as near to the samples before it as any padding allows`(columns: Int, mean: Int, wanted: Int)
    throws
  {
    let plane = Plane.made(5, 1) { x, _, _ in [90, 100, 110, 100, mean][x] }
    plane.correct(columns: PaddedEdge(length: 32 + columns, spacing: 8, mixed: 8, count: 5), rows: nil)
    #expect(plane.samples == [90, 100, 110, 100, wanted])
    let column = Plane.made(1, 5) { _, y, _ in [90, 100, 110, 100, mean][y] }
    column.correct(columns: nil, rows: PaddedEdge(length: 32 + columns, spacing: 8, mixed: 8, count: 5))
    #expect(column.samples == [90, 100, 110, 100, wanted])
  }
}
