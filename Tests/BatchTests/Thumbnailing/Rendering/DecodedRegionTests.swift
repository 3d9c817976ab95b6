import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore
@testable import Thumbnailing

/// The decoded region contains everything that an output depends on: the bytes are the same as from the whole image, whatever the
/// memory contained before.
@Suite struct DecodedRegionTests {
  private func photograph(_ factors: [(across: Int, down: Int)], isProgressive: Bool, orientation: Int) -> [UInt8] {
    var jpeg = MadeJPEG(333, 141, factors: factors) { component, x, y in
      let mixed = UInt32(truncatingIfNeeded: (x / 3) &* 7919 &+ (y / 3) &* 104_729 &+ component) &* 2_654_435_761
      return (x + y * component) % 128 + Int(mixed >> 25)
    }
    jpeg.isProgressive = isProgressive
    return OrientationTag.added(orientation, to: jpeg.bytes())
  }

  /// The samples of all outputs; nil for `isWhole` if the region would be the whole image.
  private func outputs(
    _ bytes: [UInt8], _ options: ThumbnailOptions, _ format: ImageFormat, isWhole: Bool, filling: UInt8,
    _ scales: inout Set<Int>
  ) throws -> [[Int]] {
    let pool = BufferPool(filling: filling)
    let decoder = Decoder(pool: pool)
    return try unsafe bytes.withUnsafeBytes { bytes in
      let header = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
      var plan = ThumbnailPlan(
        header, options: options, formats: Array(repeating: format, count: options.sizes.count))
      if !isWhole && plan.decode.region != nil { scales.insert(plan.decode.denominator) }
      if isWhole { plan.decode.region = nil }
      plan.decode.declining = .libjpeg
      let decoded = try decoder.decode(plan.decode)
      let renderer = OutputRenderer(options: options, pool: pool)
      return try plan.outputs.flatMap { output -> [[Int]] in
        switch try renderer.rendered(decoded.image.shared(), output) {
        case .pixels(let plane): return [plane.samples]
        case .yCbCr(let planes): return [planes.luma.samples, planes.cb.samples, planes.cr.samples]
        }
      }
    }
  }

  @Test(arguments: MadeJPEG.samplings.map(\.name), [false, true])
  func `outputs are the same from the region as from the whole image`(sampling: String, isProgressive: Bool) throws {
    let factors = try #require(MadeJPEG.samplings.first { $0.name == sampling }).factors
    var scales: Set<Int> = []
    var numbers = SeededNumbers(seed: 1)
    let files = [1, 7].map { photograph(factors, isProgressive: isProgressive, orientation: $0) }
    let rects = [(12, 12), (31, 9), (7, 25), (33, 48), (64, 40), (90, 90), (150, 20), (64, 50)]
    for (index, rect) in rects.enumerated() {
      for _ in 0..<3 {
        let gravity = try #require(Gravity.allCases.randomElement(using: &numbers))
        for fit in [Fit.cover, .contain] where fit == .cover || gravity == .southeast {
          var options = ThumbnailOptions()
          options.shrink = .fast
          options.fit = fit
          options.gravity = gravity
          options.sizes = [.box(width: rect.0, height: rect.1)]
          if index % 4 == 3 { options.sizes.append(.box(width: rect.1, height: 2 * rect.0)) }
          options.kernel = try #require(Kernel.allCases.randomElement(using: &numbers))
          options.jpeg.subsampling = try #require(ChromaSubsampling.allCases.randomElement(using: &numbers))
          options.color = numbers.next() % 4 == 0 ? .gray : .asSource
          let format = numbers.next() % 4 == 0 ? ImageFormat.png : .jpeg
          let file = try #require(files.randomElement(using: &numbers))
          var unused: Set<Int> = []
          let whole = try outputs(file, options, format, isWhole: true, filling: 0x55, &unused)
          for decoder in JPEGDecoderChoice.allCases {
            options.decoder = decoder
            for filling: UInt8 in [0, 0xFF] {
              let part = try outputs(file, options, format, isWhole: false, filling: filling, &scales)
              #expect(part == whole, "\(rect) \(gravity) \(fit) \(options.kernel) \(decoder) \(format) on \(filling)")
            }
          }
        }
      }
    }
    #expect(scales == [1, 2, 4, 8], "all scales were tried")
  }
}
