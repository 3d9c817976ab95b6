import DecoderTrials
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import ImageErrors
@testable import RunState
@testable import Thumbnailing

@Suite struct ThumbnailerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Processes one sample, and decodes the output into a header and interleaved samples.
  private func made(
    _ sample: String, format: ImageFormat? = nil, bands: Int = 1, _ change: (inout ThumbnailOptions) -> Void = { _ in }
  ) throws -> (written: WrittenImage, header: ImageHeader, pixels: [Int], bytes: [UInt8]) {
    var options = ThumbnailOptions()
    change(&options)
    let source = FilePath(Places.samples.appending(path: sample).path)
    let output = folder.path.appending("out-\(bands)-" + (source.lastComponent?.string ?? ""))
    let own: ImageFormat = source.extension == "png" ? .png : .jpeg
    let written = try JobRunner(options: options, threadsPerImage: bands).written(source, to: output, format ?? own)
    let file = try WrittenFile(output)
    return (written, file.header, file.samples, file.bytes)
  }

  @Test(arguments: [
    ("dogs/rex.jpg", 256, 192), ("dogs/luna.jpg", 192, 256), ("dogs/bello.png", 256, 176),
    ("patterns/orientation-6.jpg", 170, 256), ("patterns/adam7.png", 256, 171),
    ("patterns/noise-restart.jpg", 203, 149),
    ("patterns/gray-1bit.png", 256, 171), ("patterns/cmyk.jpg", 256, 191), ("patterns/gray-16bit.png", 255, 191),
  ])
  func `every sample becomes a thumbnail of the expected size`(name: String, width: Int, height: Int) throws {
    let result = try made(name)
    #expect(result.header.size == PixelSize(width: width, height: height))
    #expect(result.written.outputSize == result.header.size)
    #expect(result.written.outputByteCount == result.bytes.count)
    #expect(result.header.orientation == .upright)
  }

  @Test func `Outputs too large for JPEG fail as unsupported with advice, before decoding and in a dry run`()
    throws
  {
    let pool = BufferPool()
    func outcome(width: Int, _ format: ImageFormat) throws -> (Outcome?, DryRun.DryRunResult) {
      let encoder = Encoder(pool: pool)
      let image = try Image.pixels(Plane(size: PixelSize(width: width, height: 1), channels: 1, from: pool))
      let bytes = unsafe [UInt8](try encoder.encode(image, EncodeRequest(format: .png)))
      withExtendedLifetime(encoder) {}
      let source = try folder.add("line-\(width).png", bytes)
      var options = ThumbnailOptions()
      options.sizes = []
      let job = Job(
        index: 0, source: source, output: folder("\(width).\(format)"), format: format, sourceByteCount: 0)
      let result = DryRun(options: options).result(of: job)
      return (JobRunner(options: options).outcome(of: job), result)
    }
    for (width, format) in [(65500, ImageFormat.jpeg), (65501, .png)] {
      let (outcome, result) = try outcome(width: width, format)
      guard case .written = outcome, case .planned = result else {
        Issue.record("\(width) as \(format): \(String(describing: outcome)), \(result)")
        continue
      }
    }
    let (outcome, result) = try outcome(width: 65501, .jpeg)
    guard case .failed(let error) = outcome, case .finished(.failed(error)) = result else {
      Issue.record("\(String(describing: outcome)), \(result)")
      return
    }
    #expect(error.code == .unsupported && error.stage == .encode)
    #expect(error.message.contains("65501x1 ") && error.message.contains("65500 a side"))
    #expect(error.hint == .makeSmaller)
    #expect(!OutputFile.isThere(folder("65501.jpeg")))
  }

  @Test func `16 bits stay 16 bits in PNG and become 8 in JPEG`() throws {
    let png = try made("patterns/gradient-16bit.png")
    #expect(png.header.bits == 16 && png.header.color == .rgb)
    let jpeg = try made("patterns/gradient-16bit.png", format: .jpeg)
    #expect(jpeg.header.bits == 8 && jpeg.header.color == .yCbCr)
    for index in stride(from: 0, to: png.pixels.count, by: 997) {
      #expect(abs(png.pixels[index] / 257 - jpeg.pixels[index]) <= 24)
    }
  }

  @Test func `alpha is kept in PNG and composited on the background in JPEG`() throws {
    let png = try made("patterns/rgba-disc.png")
    #expect(png.header.color == .rgba)
    #expect(png.pixels[3] == 0, "the corner is transparent")
    let jpeg = try made("patterns/rgba-disc.png", format: .jpeg) { options in
      options.background = Background(red: 250, green: 10, blue: 10)
    }
    #expect(abs(jpeg.pixels[0] - 250) <= 4 && abs(jpeg.pixels[1] - 10) <= 4 && abs(jpeg.pixels[2] - 10) <= 4)
    // The bright green of the transparent pixels must not bleed into the edge of the disc.
    for pixel in stride(from: 0, to: png.pixels.count, by: 4) where png.pixels[pixel + 3] > 0 {
      #expect(!(png.pixels[pixel] < 40 && png.pixels[pixel + 1] > 200 && png.pixels[pixel + 2] < 40))
    }
  }

  @Test func `an oriented image equals the rotated file without an orientation`() throws {
    let upright = try made("patterns/orientation-6.jpg", format: .png)
    let stored = try made("patterns/orientation-6.jpg", format: .png) { $0.orientation = .ignore }
    #expect(stored.header.size == upright.header.size.transposed)
    let (width, height) = (upright.header.size.width, upright.header.size.height)
    for y in 0..<height {
      for x in 0..<width {
        // Rotated by 90 degrees clockwise: the upright (x, y) is the stored (y, width - 1 - x).
        let from = ((width - 1 - x) * height + y) * 3
        #expect(upright.pixels[(y * width + x) * 3] == stored.pixels[from])
      }
    }
  }

  @Test func `gray of a JPEG is its luma plane, resampled`() throws {
    let gray = try made("dogs/luna.jpg", format: .png) { $0.color = .gray }
    #expect(gray.header.color == .gray)
    let color = try made("dogs/luna.jpg", format: .png)
    var sum = 0.0
    for index in gray.pixels.indices {
      let red = 0.299 * Double(color.pixels[index * 3])
      let green = 0.587 * Double(color.pixels[index * 3 + 1])
      let blue = 0.114 * Double(color.pixels[index * 3 + 2])
      sum += abs(red + green + blue - Double(gray.pixels[index]))
    }
    #expect(sum / Double(gray.pixels.count) < 1)
  }

  /// Chroma that encodes its position: Cb grows along the stored columns, Cr along the rows, both from 20 to 230.
  private func ramp(_ size: PixelSize, _ subsampling: ChromaSubsampling, orientation: Int) throws -> FilePath {
    let pool = BufferPool()
    let factors = subsampling.factors(quality: 100)
    func chroma(_ value: @escaping (Double, Double) -> Double) -> Plane {
      let width = (size.width + factors.horizontal - 1) / factors.horizontal
      let height = (size.height + factors.vertical - 1) / factors.vertical
      return .made(width, height, from: pool) { x, y, _ in
        let across = (Double(x) + 0.5) * Double(factors.horizontal) / Double(size.width)
        let down = (Double(y) + 0.5) * Double(factors.vertical) / Double(size.height)
        return Int((20 + 210 * value(across, down)).rounded())
      }
    }
    let image = Image.yCbCr(
      YCbCrPlanes(
        luma: .made(size.width, size.height, from: pool) { _, _, _ in 128 }, cb: chroma { across, _ in across },
        cr: chroma { _, down in down }))
    var request = EncodeRequest(format: .jpeg)
    request.jpeg.quality = 100
    request.jpeg.subsampling = subsampling
    let encoder = Encoder(pool: pool)
    // The bytes belong to the encoder.
    let file = try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(image, request)) }
    return try folder.add("ramp-\(subsampling)-\(orientation).jpg", OrientationTag.added(orientation, to: file))
  }

  @Test(arguments: [ChromaSubsampling.none, .halfWidth, .half], [ChromaSubsampling.none, .halfWidth, .half])
  func `chroma keeps its position in every subsampling and orientation`(from: ChromaSubsampling, to: ChromaSubsampling)
    throws
  {
    for orientation in 1...8 {
      var options = ThumbnailOptions()
      options.size = .box(width: 135, height: 135)
      options.jpeg.quality = 100
      options.jpeg.subsampling = to
      let source = try ramp(PixelSize(width: 401, height: 299), from, orientation: orientation)
      let output = folder("out.jpg")
      let job = Job(index: 0, source: source, output: output, format: .jpeg, sourceByteCount: 0)
      let outcome = JobRunner(options: options).outcome(of: job)
      guard case .written(let written) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      let pool = BufferPool()
      let file = try SourceFile.read(output, byteLimit: 1 << 20, pool: pool)
      let decoder = Decoder(pool: pool)
      _ = try unsafe decoder.readHeader(file.bytes, limits: DecodeLimits())
      var request = DecodeRequest()
      request.content = .planes
      let decoded = try decoder.decode(request)
      guard case .yCbCr(let planes) = decoded.unwrapped() else {
        Issue.record("no planes")
        return
      }
      let factors = to.factors(quality: 100)
      var errors = (cb: 0.0, cr: 0.0, count: 0.0)
      // The last column and row may also contain pixels beyond the edge.
      for y in 0..<planes.cb.size.height - 1 {
        for x in 0..<planes.cb.size.width - 1 {
          let u = (Double(x) + 0.5) * Double(factors.horizontal) / Double(written.outputSize.width)
          let v = (Double(y) + 0.5) * Double(factors.vertical) / Double(written.outputSize.height)
          let forms = [(u, v), (1 - u, v), (1 - u, 1 - v), (u, 1 - v), (v, u), (v, 1 - u), (1 - v, 1 - u), (1 - v, u)]
          let (across, down) = forms[orientation - 1]
          let cb = Double(planes.cb.sample(x, y)) - (20 + 210 * across)
          let cr = Double(planes.cr.sample(x, y)) - (20 + 210 * down)
          #expect(abs(cb) <= 4 && abs(cr) <= 4)
          errors = (errors.cb + cb, errors.cr + cr, errors.count + 1)
        }
      }
      // Half a chroma sample of an output corresponds to a difference of 1.5 or more.
      #expect(abs(errors.cb / errors.count) <= 0.5 && abs(errors.cr / errors.count) <= 0.5, "\(orientation)")
    }
  }

  @Test func `the number of bands changes no byte`() throws {
    for name in ["dogs/rex.jpg", "dogs/bello.png", "patterns/rgba-disc.png", "patterns/gradient-16bit.png"] {
      let one = try made(name).bytes
      for bands in [2, 3, 7] { #expect(try made(name, bands: bands).bytes == one) }
    }
  }

  @Test func `a JPEG with several scans or restart markers is decoded by several threads, to the same bytes`() throws {
    let progressive = try folder.add(
      "progressive.jpg", recoded(Places.sample("dogs/rex.jpg")) { $0.jpeg.scans = .progressive })
    let restarting = FilePath(Places.samples.appending(path: "patterns/noise-restart.jpg").path)
    for source in [progressive, restarting] {
      var options = ThumbnailOptions()
      options.sizes = [.box(width: 50, height: 50)]
      let one = try JobRunner(options: options).written(source, to: folder("one.jpg"), .jpeg)
      #expect(one.decodingWorkers == 1)
      for bands in [2, 3] {
        let written = try JobRunner(options: options, threadsPerImage: bands).written(
          source, to: folder("many.jpg"), .jpeg)
        #expect((2...bands).contains(written.decodingWorkers), "\(source)")
        #expect(try WrittenFile(folder("many.jpg")).bytes == WrittenFile(folder("one.jpg")).bytes)
      }
    }
    // In a sequential JPEG without markers, a second thread computes samples during entropy decoding, if there are enough of
    // them.
    let sequential = FilePath(Places.samples.appending(path: "dogs/rex.jpg").path)
    for (edge, workers) in [(50, 1), (200, 2)] {
      var options = ThumbnailOptions()
      options.sizes = [.box(width: edge, height: edge)]
      let written = try JobRunner(options: options, threadsPerImage: 3).written(
        sequential, to: folder("many.jpg"), .jpeg)
      #expect(written.decodingWorkers == workers, "\(edge)")
    }
    #expect(try made("dogs/bello.png", bands: 3).written.decodingWorkers == 1)
  }

  @Test func `a failed image leaves nothing behind`() throws {
    for (name, code) in [
      ("truncated.jpg", ErrorCode.truncated), ("truncated-progressive.jpg", .truncated), ("truncated.png", .truncated),
      ("bit-flipped.jpg", .corrupt), ("bit-flipped.png", .corrupt), ("no-image.png", .corrupt),
      ("empty.jpg", .notAnImage),
      ("not-an-image.jpg", .notAnImage), ("webp-named.jpg", WebPTrait.isOn ? .corrupt : .unsupported),
      ("lying-header.png", .limitPixels),
      ("lying-header-65500.jpg", .limitPixels),
    ] {
      let job = Job(
        index: 0, source: FilePath(Places.samples.appending(path: "broken/\(name)").path),
        output: folder.path.appending("broken-\(name)"), format: .jpeg, sourceByteCount: 0)
      guard case .failed(let error) = JobRunner(options: ThumbnailOptions()).outcome(of: job) else {
        Issue.record("\(name) was accepted")
        continue
      }
      #expect(error.code == code, "\(name): \(error.message)")
      #expect(error.stage == .decode)
    }
    #expect(try folder.names() == [])
  }

  @Test func `damaged images are used if the caller says so`() throws {
    for name in ["truncated.jpg", "bit-flipped.jpg", "truncated.png"] {
      let result = try made("broken/\(name)") { $0.tolerance = .nothingFails }
      #expect(result.written.warningCount > 0)
      #expect(!result.written.firstWarning.isEmpty)
    }
  }

  @Test func `damage in details that shrinking drops counts only if any warning fails`() throws {
    // luna.jpg is progressive. Its last scan refines the details of luma, and takes most of the last third of the file.
    var bytes = try Places.sample("dogs/luna.jpg")
    let spoilt = bytes.count - 2000..<bytes.count - 1000
    bytes.replaceSubrange(spoilt, with: Array(repeating: [0xFF, 0x00], count: 500).joined())
    let source = try folder.add("spoilt.jpg", bytes)
    var options = ThumbnailOptions()
    options.color = .gray
    let job = Job(index: 0, source: source, output: folder("out.jpg"), format: .jpeg, sourceByteCount: 0)
    for (side, tolerance, isWritten) in [
      (40, DamageTolerance.damageFails, true), (40, .warningFails, false), (400, .damageFails, false),
    ] {
      options.size = .box(width: side, height: side)
      options.tolerance = tolerance
      guard case .written = JobRunner(options: options).outcome(of: job) else {
        #expect(!isWritten)
        continue
      }
      #expect(isWritten)
    }
  }
}
