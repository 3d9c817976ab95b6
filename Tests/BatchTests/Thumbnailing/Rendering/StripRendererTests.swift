import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ColorManagement
@testable import ImageCodecs
@testable import ImageCore
@testable import ImageErrors
@testable import RunState
@testable import Thumbnailing

@Suite struct StripRendererTests {
  /// The size and all samples.
  struct Shaped: Equatable {
    var size: PixelSize
    var samples: [Int]
  }

  private func shaped(_ image: consuming Image) -> Shaped? {
    switch consume image {
    case .pixels(let plane): Shaped(size: plane.size, samples: plane.samples)
    case .yCbCr: nil
    }
  }

  /// The outputs made both ways: during decoding, and from the whole image. Nil if the plan is not streamed.
  private func both(
    _ bytes: [UInt8], _ options: ThumbnailOptions, format: ImageFormat, transforms: ColorTransforms? = nil
  ) throws -> (
    streamed: [Shaped?], whole: [Shaped?]
  )? {
    let pool = BufferPool()
    let decoder = Decoder(pool: pool)
    let renderer = OutputRenderer(options: options, pool: pool)
    return try unsafe bytes.withUnsafeBytes { bytes in
      let header = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
      let plan = ThumbnailPlan(
        header, options: options, formats: options.sizes.map { _ in format }, transforms: transforms)
      guard plan.isStreamed else { return nil }
      var streamed: [Shaped?] = []
      for isTranslucent in [false, true] where streamed.isEmpty {
        let shape = try #require(
          try StripRenderer(renderer, header.stripPlanes(plan.decode), plan.outputs, isTranslucent: isTranslucent))
        let result = try decoder.decodeStrips(plan.decode) { (strip) throws(OutOfMemory) in try shape.add(strip) }
        if case .decoded = result {
          streamed = try plan.outputs.indices.map { try shaped(shape.image($0)) }
        }
      }
      let decoded = try decoder.decode(plan.decode)
      return try (streamed, plan.outputs.map { try shaped(renderer.rendered(decoded.image.shared(), $0)) })
    }
  }

  private static func png(
    _ width: Int, _ height: Int, channels: Int, depth: SampleDepth, alpha: (_ x: Int, _ y: Int) -> Int
  ) throws -> [UInt8] {
    let pool = BufferPool()
    let maximum = depth == .eight ? 255 : 65535
    let plane = Plane.made(width, height, channels: channels, depth: depth, from: pool) { x, y, channel in
      if channels % 2 == 0 && channel == channels - 1 { return alpha(x, y) * (maximum / 255) }
      return (x * (channel + 3) * 131 + y * y * 17 + (x * y) % 7 * 40) & maximum
    }
    let encoder = Encoder(pool: pool)
    let image = Image.pixels(plane)
    return try withExtendedLifetime(encoder) {
      unsafe [UInt8](try encoder.encode(image, EncodeRequest(format: .png)))
    }
  }

  private static let optionSets: [(name: String, change: @Sendable (inout ThumbnailOptions) -> Void)] = [
    ("a box", { $0.sizes = [.box(width: 100, height: 100), .box(width: 31, height: 31)] }),
    ("hardly smaller", { $0.sizes = [.box(width: 1000, height: 500)] }),
    (
      "gray",
      {
        $0.color = .gray
        $0.sizes = [.box(width: 77, height: 300)]
      }
    ),
    (
      "a crop",
      {
        $0.fit = .cover
        $0.sizes = [.box(width: 64, height: 40)]
      }
    ),
  ]

  @Test(arguments: 1...4, [SampleDepth.eight, .sixteen])
  func `an image made during decoding is the same as one made from the whole image`(
    channels: Int, depth: SampleDepth
  ) throws {
    let alphas: [(String, (Int, Int) -> Int)] = [
      ("opaque", { _, _ in 255 }), ("translucent", { x, y in (x * 7 + y) & 255 }),
      ("translucent at the end", { x, y in x == 300 && y == 515 ? 254 : 255 }),
    ]
    for (alphaName, alpha) in alphas where channels % 2 == 0 || alphaName == "opaque" {
      let bytes = try StripRendererTests.png(301, 516, channels: channels, depth: depth, alpha: alpha)
      for (name, change) in StripRendererTests.optionSets {
        for format in [ImageFormat.png, .jpeg] {
          var options = ThumbnailOptions()
          change(&options)
          let made = try #require(try both(bytes, options, format: format), "\(name) is streamed")
          #expect(!made.streamed.contains(nil) && made.streamed == made.whole, "\(name), \(alphaName), \(format)")
        }
      }
    }
  }

  /// Approximately the profile of Adobe RGB (1998): its primaries and a gamma of 2.2.
  private static let wideProfile = ColorParameters(
    xy: [0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06], curve: .power(2.2)
  ).profile

  private static func wide(_ depth: SampleDepth, channels: Int) throws -> [UInt8] {
    let pool = BufferPool()
    let maximum = depth == .eight ? 255 : 65535
    let plane = Plane.made(301, 516, channels: channels, depth: depth, from: pool) { x, y, channel in
      channel == 3 ? maximum - (x + y) % 9 * maximum / 20 : (x * (channel + 3) * 131 + y * y * 17) & maximum
    }
    var request = EncodeRequest(format: .png)
    request.profile = wideProfile
    let encoder = Encoder(pool: pool)
    let image = Image.pixels(plane)
    return try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(image, request)) }
  }

  @Test(arguments: [3, 4], [SampleDepth.eight, .sixteen])
  func `converted colors of an image made during decoding are those of the whole image`(
    channels: Int, depth: SampleDepth
  ) throws {
    let bytes = try StripRendererTests.wide(depth, channels: channels)
    let transforms = ColorTransforms()
    for format in ImageFormat.written {
      for fit in [Fit.inside, .cover] {
        var options = ThumbnailOptions()
        options.sizes = [.box(width: 90, height: 60), .box(width: 33, height: 40)]
        options.fit = fit
        options.profile = .srgb
        let made = try #require(try both(bytes, options, format: format, transforms: transforms))
        #expect(!made.streamed.contains(nil) && made.streamed == made.whole, "\(format) \(fit)")
        options.profile = .keep
        let kept = try #require(try both(bytes, options, format: format, transforms: transforms))
        #expect(kept.streamed != made.streamed, "colours were converted")
      }
    }
  }

  /// The rules of `isPlain` and the neighboring conditions, one per line.
  @Test func `plans are streamed where stored values are resampled from rows to fewer rows, and nowhere else`() throws {
    let bytes = try StripRendererTests.wide(.eight, channels: 3)
    let table: [(name: String, isStreamed: Bool, change: (inout ThumbnailOptions) -> Void)] = [
      ("a box", true, { _ in }),
      ("one column and row less", true, { $0.sizes = [.box(width: 300, height: 515)] }),
      ("cover", true, { $0.fit = .cover }), ("contain", true, { $0.fit = .contain }),
      ("fill", true, { $0.fit = .fill }), ("outside", true, { $0.fit = .outside }),
      (
        "the busiest part", true,
        {
          $0.fit = .cover; $0.gravity = .entropy
        }
      ),
      ("several sizes", true, { $0.sizes = [.width(90), .width(30)] }),
      ("metadata kept", true, { $0.metadata = .keep }), ("left as stored", true, { $0.orientation = .ignore }),
      ("converted", true, { $0.profile = .srgb }), ("stripped", true, { $0.profile = .strip }),
      ("any warning fails", true, { $0.tolerance = .warningFails }),
      (
        "gray of stored colors", true,
        {
          $0.color = .gray; $0.profile = .strip
        }
      ),
      // The colors of the profile are converted to sRGB first.
      ("gray of colors that are not sRGB", false, { $0.color = .gray }),
      (
        "gray of converted colours", false,
        {
          $0.color = .gray; $0.profile = .srgb
        }
      ),
      (
        "gray of BT.709", false,
        {
          $0.color = .gray; $0.gray = .luma709
        }
      ),
      (
        "gray of light", false,
        {
          $0.color = .gray; $0.gray = .luminance
        }
      ),
      ("light", false, { $0.light = .linear }),
      ("full size", false, { $0.sizes = [.percent(100)] }),
      ("one of the sizes is the full one", false, { $0.sizes = [.width(90), .percent(100)] }),
      (
        "larger", false,
        {
          $0.sizes = [.width(400)]; $0.upscale = .allowed
        }
      ),
      (
        "wider, though lower", false,
        {
          $0.sizes = [.box(width: 400, height: 300)]; $0.fit = .fill; $0.upscale = .allowed
        }
      ),
    ]
    let decoder = Decoder(pool: BufferPool())
    for (name, isStreamed, change) in table {
      var options = ThumbnailOptions()
      change(&options)
      let plan = try unsafe bytes.withUnsafeBytes { bytes in
        let header = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
        return ThumbnailPlan(
          header, options: options, formats: options.sizes.map { _ in .png }, transforms: ColorTransforms())
      }
      #expect(plan.isStreamed == isStreamed, "\(name)")
      #expect(!plan.whole.isStreamed)
    }
  }

  @Test func `images that are not reduced, too low, or not in rows are not streamed`() throws {
    var options = ThumbnailOptions()
    options.sizes = [.box(width: 301, height: 516)]
    let bytes = try StripRendererTests.png(301, 516, channels: 3, depth: .eight) { _, _ in 255 }
    #expect(try both(bytes, options, format: .png) == nil)
    options.sizes = [.box(width: 20, height: 20)]
    let low = try StripRendererTests.png(301, 100, channels: 3, depth: .eight) { _, _ in 255 }
    #expect(try both(low, options, format: .png) == nil)
    for sample in ["patterns/adam7.png", "patterns/gray-1bit.png", "dogs/rex.jpg"] {
      let file = try [UInt8](Data(contentsOf: Places.samples.appending(path: sample)))
      #expect(try both(file, options, format: .png) == nil)
    }
  }

  @Test func `damage in the last row of a streamed image is reported as usual, and more memory is requested`() throws {
    final class Asked: MemoryReserving, @unchecked Sendable {
      var bytes: [Int] = []
      let allowance = 1
      let perImageLimit = 1 << 40
      func admit(_ byteCount: Int) -> ReservationResult {
        bytes.append(byteCount)
        return .admitted(share: byteCount)
      }
      var released: [Int] = []
      func release(_ share: Int) { released.append(share) }
    }
    let folder = try TemporaryFolder()
    var bytes = try StripRendererTests.png(3000, 2000, channels: 4, depth: .eight) { x, y in 255 }
    let whole = folder.path.appending("whole.png")
    try Data(bytes).write(to: URL(fileURLWithPath: whole.string))
    // The last byte of the IDAT before its CRC: part of the Adler-32.
    bytes[bytes.count - 12 - 4 - 1] ^= 1
    let broken = folder.path.appending("broken.png")
    try Data(bytes).write(to: URL(fileURLWithPath: broken.string))
    for (source, isBroken) in [(whole, false), (broken, true)] {
      let asked = Asked()
      let job = Job(
        index: 0, source: source, output: folder.path.appending("out.png"), format: .png, sourceByteCount: 0)
      let outcome = JobRunner(options: ThumbnailOptions(), memory: asked).outcome(of: job)
      if isBroken {
        guard case .failed(let error) = outcome else {
          Issue.record("\(outcome)")
          continue
        }
        #expect(error.code == .corrupt)
        #expect(asked.bytes.max() ?? 0 > 3000 * 2000 * 4)
        #expect(asked.released == asked.bytes)
      } else {
        guard case .written = outcome else {
          Issue.record("\(outcome)")
          continue
        }
        #expect(asked.bytes.allSatisfy { $0 < 3000 * 2000 * 4 }, "less than the picture is asked for")
      }
    }
  }
}
