import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import Thumbnailing

/// White paper whose last blocks are padded with black, as `jpegtran -crop` leaves them, stays white.
@Suite struct PaddedEdgeOutputTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: MadeJPEG.samplings.map(\.name), [false, true])
  func `edges of white paper are white at every scale`(sampling: String, isProgressive: Bool) throws {
    let factors = try #require(MadeJPEG.samplings.first { $0.name == sampling }).factors
    for (width, height) in [(161, 135), (165, 131), (63, 167), (9, 130)] {
      var jpeg = MadeJPEG(width, height, factors: factors) { component, x, y in
        x < width && y < height ? [255, 128, 128][component] : [0, 128, 128][component]
      }
      jpeg.isProgressive = isProgressive
      let source = try folder.add("paper.jpg", jpeg.bytes())
      for format in ImageFormat.written {
        for (decoder, shrink) in [(JPEGDecoderChoice.auto, ShrinkRule.fast), (.libjpeg, .fast), (.auto, .safe)] {
          var options = ThumbnailOptions()
          (options.decoder, options.shrink) = (decoder, shrink)
          for side in [200, 80, 40, 20, 10] {
            options.size = .box(width: side, height: side)
            let minimum = try WrittenFile.made(from: source, format, options).file.samples.min() ?? 0
            #expect(minimum >= 250, "\(width)x\(height) to \(side), \(format), \(decoder)")
          }
        }
      }
    }
  }
}
