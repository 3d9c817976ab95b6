import DecoderTrials
import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import ImageErrors
@testable import JPEGDecoding
@testable import RunState
@testable import Thumbnailing

/// JPEGs that are resampled while they are decoded.
@Suite struct JPEGStripTests {
  /// The size and all samples of each plane.
  private struct Planes: Equatable {
    var sizes: [PixelSize] = []
    var samples: [[Int]] = []

    init(_ image: consuming Image) {
      switch consume image {
      case .pixels(let plane): add(plane)
      case .yCbCr(let planes):
        add(planes.luma)
        add(planes.cb)
        add(planes.cr)
      }
    }

    private mutating func add(_ plane: borrowing Plane) {
      sizes.append(plane.size)
      samples.append(plane.samples)
    }
  }

  /// The outputs made both ways, during decoding and from the whole image, and the number of strips.
  private func both(
    _ bytes: [UInt8], _ options: ThumbnailOptions, format: ImageFormat = .jpeg, workers: Int = 1
  ) throws -> (streamed: [Planes], whole: [Planes], strips: Int, denominator: Int) {
    let pool = BufferPool()
    let decoder = Decoder(pool: pool)
    let renderer = OutputRenderer(options: options, pool: pool)
    return try unsafe bytes.withUnsafeBytes { bytes in
      let header = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
      var plan = ThumbnailPlan(header, options: options, formats: options.sizes.map { _ in format })
      plan.decode.stripByteCount = 1
      plan.decode.workers = workers
      let strips = try #require(
        try StripRenderer(renderer, header.stripPlanes(plan.decode), plan.outputs, isTranslucent: false))
      let count = Mutex(0)
      let result = try decoder.decodeStrips(plan.decode) { (strip) throws(OutOfMemory) in
        count.withLock { $0 += 1 }
        return try strips.add(strip)
      }
      guard case .decoded = result else { throw CodecError.broken("declined") }
      #expect(decoder.scaledVerdict == .decoded)
      let streamed = try plan.outputs.indices.map { try Planes(strips.image($0)) }
      let decoded = try decoder.decode(plan.decode)
      let whole = try plan.outputs.map { try Planes(renderer.rendered(decoded.image.shared(), $0)) }
      return (streamed, whole, count.withLock { $0 }, plan.decode.denominator)
    }
  }

  /// Images of all kinds, also with sides that leave the last samples partly padding.
  private static let sources: [(name: String, bytes: [UInt8])] = {
    var made: [(String, [UInt8])] = []
    for name in ["dogs/rex.jpg", "patterns/orientation-6.jpg"] {
      for scans in [JPEGScans.baseline, .progressive] {
        for subsampling in [ChromaSubsampling.half, .halfWidth, .none] {
          let bytes = try? recoded(Places.sample(name), shrunkBy: 2) {
            $0.jpeg.scans = scans
            $0.jpeg.subsampling = subsampling
            $0.jpeg.quality = 85
          }
          made.append(("\(name) \(scans) \(subsampling)", bytes ?? []))
        }
      }
    }
    for scans in [JPEGScans.baseline, .progressive] {
      let plane = Plane.made(307, 405) { x, y, _ in (x * 3 + y * y / 7 + x * y % 11 * 9) & 255 }
      made.append(("gray \(scans)", (try? encoded(.pixels(plane), scans)) ?? []))
      let image = Plane.made(299, 413, channels: 3) { x, y, channel in (x * (channel + 2) + y * 5 / (channel + 1)) & 255
      }
      made.append(("odd sides \(scans)", (try? encoded(.pixels(image), scans)) ?? []))
    }
    for name in ["patterns/noise-restart.jpg", "patterns/text-422.jpg"] {
      made.append((name, (try? Places.sample(name)) ?? []))
    }
    return made
  }()

  private static func encoded(_ image: consuming Image, _ scans: JPEGScans) throws -> [UInt8] {
    let encoder = Encoder(pool: BufferPool())
    var request = EncodeRequest(format: .jpeg)
    request.jpeg.scans = scans
    let image = consume image
    return try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(image, request)) }
  }

  private static let optionSets: [(name: String, change: @Sendable (inout ThumbnailOptions) -> Void)] = [
    ("small", { $0.sizes = [.box(width: 17, height: 17)] }), ("1/4", { $0.sizes = [.box(width: 30, height: 30)] }),
    ("1/2", { $0.sizes = [.box(width: 60, height: 60)] }), ("1/1", { $0.sizes = [.box(width: 200, height: 200)] }),
    ("hardly smaller", { $0.sizes = [.percent(97)] }),
    (
      "half",
      {
        $0.sizes = [.percent(50)]; $0.shrink = .off; $0.jpeg.quality = 95
      }
    ),
    (
      "all chroma",
      {
        $0.sizes = [.percent(80)]; $0.jpeg.subsampling = .none; $0.kernel = .catmullRom
      }
    ),
    ("several", { $0.sizes = [.width(90), .width(30), .box(width: 60, height: 10)] }),
    (
      "a crop",
      {
        $0.fit = .cover
        $0.sizes = [.box(width: 64, height: 20), .box(width: 10, height: 70)]
      }
    ),
    (
      "the busiest part",
      {
        $0.fit = .cover
        $0.gravity = .entropy
        $0.sizes = [.box(width: 40, height: 80)]
      }
    ),
    (
      "padded",
      {
        $0.fit = .contain
        $0.sizes = [.box(width: 91, height: 91)]
      }
    ),
    ("gray", { $0.color = .gray }),
  ]

  @Test(arguments: [1, 3])
  func `an image made during decoding is the same as one made from the whole image`(workers: Int) throws {
    var denominators = Set<Int>()
    for (sourceName, bytes) in JPEGStripTests.sources {
      for (name, change) in JPEGStripTests.optionSets where workers == 1 || name.hasPrefix("1/") {
        var options = ThumbnailOptions()
        options.sizes = [.box(width: 100, height: 100)]
        change(&options)
        let made = try both(bytes, options, workers: workers)
        #expect(made.streamed == made.whole, "\(sourceName), \(name)")
        #expect(made.strips > 2, "\(sourceName), \(name)")
        denominators.insert(made.denominator)
      }
    }
    #expect(denominators == [1, 2, 4, 8])
  }

  /// A header of 4000x3000 pixels.
  private func large(_ scans: JPEGScans = .baseline) throws -> [UInt8] {
    var bytes = try recoded(Places.sample("dogs/rex.jpg")) { $0.jpeg.scans = scans }
    let frame = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && [0xC0, 0xC2].contains(bytes[$0 + 1]) })
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [3000, 4000].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
    return bytes
  }

  @Test func `large JPEGs are streamed where planes become smaller, and take less memory then`() throws {
    let table: [(name: String, isStreamed: Bool, change: (inout ThumbnailOptions) -> Void)] = [
      ("1/1", true, { $0.size = .width(1280) }), ("1/2", true, { $0.size = .width(900) }),
      ("small enough as a whole", false, { $0.size = .width(100) }),
      ("gray", true, { $0.color = .gray }),
      (
        "gray of BT.709", false,
        {
          $0.color = .gray; $0.gray = .luma709
        }
      ),
      ("light", false, { $0.light = .linear }), ("full size", false, { $0.sizes = [.percent(100)] }),
      (
        "a limit that may cost chroma", false,
        {
          $0.jpeg.quality = 95; $0.outputLimit.byteCount = 100_000
        }
      ),
      ("a limit", true, { $0.outputLimit.byteCount = 100_000 }),
      ("libjpeg", false, { $0.decoder = .libjpeg }), ("every warning", false, { $0.tolerance = .warningFails }),
    ]
    let decoder = Decoder(pool: BufferPool())
    for scans in [JPEGScans.baseline, .progressive] {
      let bytes = try large(scans)
      for (name, isStreamed, change) in table {
        var options = ThumbnailOptions()
        options.size = .width(1280)
        change(&options)
        let header = try unsafe bytes.withUnsafeBytes { try unsafe decoder.readHeader($0, limits: DecodeLimits()) }
        let plan = ThumbnailPlan(header, options: options, formats: [.jpeg])
        #expect(plan.isStreamed == isStreamed, "\(name), \(scans)")
        guard plan.isStreamed else { continue }
        let (streamed, whole) = (
          MemoryEstimate(header, plan: plan, fileByteCount: 0).byteCount,
          MemoryEstimate(header, plan: plan.whole, fileByteCount: 0).byteCount
        )
        #expect(streamed < whole, "\(name), \(scans)")
        // Interleaved pixels come from libjpeg.
        #expect(!ThumbnailPlan(header, options: options, formats: [.png]).isStreamed || options.color == .gray)
      }
    }
  }

  @Test func `strips end with a timeout at the deadline, and with the error of their taker`() throws {
    let bytes = JPEGStripTests.sources[0].bytes
    let decoder = Decoder(pool: BufferPool())
    var request = DecodeRequest()
    request.content = .planes
    try unsafe bytes.withUnsafeBytes { bytes in
      _ = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
      #expect(throws: CodecError(OutOfMemory(byteCount: 7))) {
        _ = try decoder.decodeStrips(request) { (_) throws(OutOfMemory) in throw OutOfMemory(byteCount: 7) }
      }
      guard case .stopped = try decoder.decodeStrips(request, { _ in false }) else {
        Issue.record("not stopped")
        return
      }
      decoder.setDeadline(1)
      #expect(throws: CodecError.timeout) { _ = try decoder.decodeStrips(request) { _ in true } }
    }
  }

  // MARK: - Declined files

  private final class Account: MemoryReserving, Sendable {
    let asked = Mutex<[Int]>([])
    let allowance = 1
    let perImageLimit = 1 << 40

    func admit(_ byteCount: Int) -> ReservationResult {
      asked.withLock { $0.append(byteCount) }
      return .admitted(share: byteCount)
    }

    func release(_ share: Int) {}
  }

  /// The outcome, the output and the requests for memory of a source, at full resolution.
  private func result(
    _ bytes: [UInt8], _ decoder: JPEGDecoderChoice, _ tolerance: DamageTolerance
  ) throws -> (outcome: Outcome?, output: Data?, asked: [Int]) {
    let folder = try TemporaryFolder()
    let source = try folder.add("source.jpg", bytes)
    let output = folder("out.jpg")
    var options = ThumbnailOptions()
    options.size = .width(300)
    options.decoder = decoder
    options.tolerance = tolerance
    let account = Account()
    let job = Job(index: 0, source: source, output: output, format: .jpeg, sourceByteCount: 0)
    let outcome = JobRunner(options: options, memory: account).outcome(of: job)
    return (outcome, FileManager.default.contents(atPath: output.string), account.asked.withLock { $0 })
  }

  @Test(arguments: [JPEGScans.baseline, .progressive])
  func `a file that is declined in its last rows is made by libjpeg, which gets its memory`(scans: JPEGScans) throws {
    let plane = Plane.made(400, 2000, channels: 3) { x, y, channel in (x * (channel + 2) + y * 3 + x * y % 7) & 255 }
    let intact = try JPEGStripTests.encoded(.pixels(plane), scans)
    var damaged = intact
    damaged.replaceSubrange(
      damaged.count - 14..<damaged.count - 2, with: Array(repeating: [0xFF, 0], count: 6).joined())
    for (bytes, isIntact) in [(intact, true), (damaged, false)] {
      let streamed = try result(bytes, .auto, .nothingFails)
      let whole = try result(bytes, .libjpeg, .nothingFails)
      #expect(streamed.output != nil && streamed.output == whole.output)
      #expect(streamed.asked.count == (isIntact ? 1 : 2) && whole.asked.count == 1)
      #expect(streamed.asked[0] < whole.asked[0])
      if scans == .progressive && !isIntact { #expect(streamed.asked[1] == whole.asked[0]) }
    }
    guard case .failed(let error) = try result(damaged, .auto, .damageFails).outcome else {
      Issue.record("damage was accepted")
      return
    }
    #expect(error.code == .corrupt)
  }
}
