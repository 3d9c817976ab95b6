import Codecs
import Imaging
import SystemPackage
import TestSupport
import Testing

@testable import Batch

@Suite struct ThumbnailerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Makes one sample's output and reads it back as a header and samples of its interleaved pixels.
  private func made(
    _ sample: String, format: ImageFormat? = nil, bands: Int = 1, _ change: (inout Recipe) -> Void = { _ in }
  ) throws -> (written: WrittenPicture, header: ImageHeader, pixels: [Int], bytes: [UInt8]) {
    var recipe = Recipe()
    change(&recipe)
    let source = FilePath(Places.samples.appending(path: sample).path)
    let output = folder.path.appending("out-\(bands)-" + (source.lastComponent?.string ?? ""))
    let own: ImageFormat = source.extension == "png" ? .png : .jpeg
    let job = Job(index: 0, source: source, output: output, format: format ?? own, sourceByteCount: 0)
    let outcome = Thumbnailer(recipe: recipe, bands: bands).outcome(of: job)
    guard case .written(let written) = outcome else {
      Issue.record("\(sample): \(outcome)")
      throw CodecError.cancelled
    }
    let pool = BufferPool()
    let file = try SourceFile.read(output, byteLimit: 1 << 30, pool: pool)
    let bytes = unsafe [UInt8](file.bytes)
    let decoder = Decoder(pool: pool)
    let header = try unsafe decoder.readHeader(file.bytes, limits: DecodeLimits())
    let decoded = try decoder.decode(DecodeRequest())
    #expect(decoded.report == DecodeReport())
    switch decoded.picture {
    case .pixels(let plane): return (written, header, plane.samples, bytes)
    case .yCbCr: throw CodecError.cancelled
    }
  }

  @Test(arguments: [
    ("dogs/rex.jpg", 256, 192), ("dogs/luna.jpg", 192, 256), ("dogs/bello.png", 256, 176),
    ("patterns/orientation-6.jpg", 170, 256), ("patterns/adam7.png", 256, 171), ("patterns/noise-restart.jpg", 203, 149),
    ("patterns/gray-1bit.png", 256, 171), ("patterns/cmyk.jpg", 256, 191), ("patterns/gray-16bit.png", 255, 191),
  ])
  func `every sample becomes a thumbnail of the right size`(name: String, width: Int, height: Int) throws {
    let result = try made(name)
    #expect(result.header.size == PixelSize(width: width, height: height))
    #expect(result.written.outputSize == result.header.size)
    #expect(result.written.outputByteCount == result.bytes.count)
    #expect(result.header.orientation == .upright)
  }

  @Test func `16 bits stay 16 bits in PNG and become 8 in JPEG`() throws {
    let png = try made("patterns/gradient-16bit.png")
    #expect(png.header.bits == 16 && png.header.colour == .rgb)
    let jpeg = try made("patterns/gradient-16bit.png", format: .jpeg)
    #expect(jpeg.header.bits == 8 && jpeg.header.colour == .yCbCr)
    for index in stride(from: 0, to: png.pixels.count, by: 997) {
      #expect(abs(png.pixels[index] / 257 - jpeg.pixels[index]) <= 24)
    }
  }

  @Test func `alpha is kept in PNG and laid over the background in JPEG`() throws {
    let png = try made("patterns/rgba-disc.png")
    #expect(png.header.colour == .rgba)
    #expect(png.pixels[3] == 0, "the corner is transparent")
    let jpeg = try made("patterns/rgba-disc.png", format: .jpeg) { recipe in
      recipe.background = Background(red: 250, green: 10, blue: 10)
    }
    #expect(abs(jpeg.pixels[0] - 250) <= 4 && abs(jpeg.pixels[1] - 10) <= 4 && abs(jpeg.pixels[2] - 10) <= 4)
    // The bright green under the transparent pixels must not bleed into the rim.
    for pixel in stride(from: 0, to: png.pixels.count, by: 4) where png.pixels[pixel + 3] > 0 {
      #expect(!(png.pixels[pixel] < 40 && png.pixels[pixel + 1] > 200 && png.pixels[pixel + 2] < 40))
    }
  }

  @Test func `an orientation is the same picture as the turned file without one`() throws {
    let upright = try made("patterns/orientation-6.jpg", format: .png)
    let stored = try made("patterns/orientation-6.jpg", format: .png) { $0.orientation = .ignore }
    #expect(stored.header.size == upright.header.size.transposed)
    let (width, height) = (upright.header.size.width, upright.header.size.height)
    for y in 0..<height {
      for x in 0..<width {
        // Turned a quarter clockwise: the upright (x, y) is the stored (y, width - 1 - x).
        let from = ((width - 1 - x) * height + y) * 3
        #expect(upright.pixels[(y * width + x) * 3] == stored.pixels[from])
      }
    }
  }

  @Test func `gray of a JPEG is its luma plane, resampled`() throws {
    let gray = try made("dogs/luna.jpg", format: .png) { $0.colour = .gray }
    #expect(gray.header.colour == .gray)
    let colour = try made("dogs/luna.jpg", format: .png)
    for index in stride(from: 0, to: gray.pixels.count, by: 101) {
      let red = 0.299 * Double(colour.pixels[index * 3])
      let green = 0.587 * Double(colour.pixels[index * 3 + 1])
      let blue = 0.114 * Double(colour.pixels[index * 3 + 2])
      #expect(abs(red + green + blue - Double(gray.pixels[index])) <= 3)
    }
  }

  @Test(arguments: ChromaSubsampling.allCases, ["dogs/rex.jpg", "patterns/text-422.jpg", "patterns/orientation-6.jpg"])
  func `chroma stays in its place in every subsampling`(subsampling: ChromaSubsampling, name: String) throws {
    func jpeg(_ change: (inout Recipe) -> Void) throws -> [Int] {
      try made(name, format: .jpeg) { recipe in
        recipe.jpeg.quality = 95
        recipe.size = .box(width: 135, height: 135)
        change(&recipe)
      }.pixels
    }
    let planes = try jpeg { $0.jpeg.subsampling = subsampling }
    let reference = try made(name, format: .png) { $0.size = .box(width: 135, height: 135) }.pixels
    #expect(planes.count == reference.count)
    let mean = zip(planes, reference).reduce(0) { $0 + abs($1.0 - $1.1) } / planes.count
    #expect(mean <= 3, "a chroma plane that is shifted or stretched moves whole edges")
    // Signed differences tell a shift that absolute ones hide.
    let signed = zip(planes, reference).reduce(0) { $0 + $1.0 - $1.1 }
    #expect(abs(signed) <= planes.count)
  }

  @Test func `band counts change no byte`() throws {
    for name in ["dogs/rex.jpg", "dogs/bello.png", "patterns/rgba-disc.png", "patterns/gradient-16bit.png"] {
      let one = try made(name).bytes
      for bands in [2, 3, 7] { #expect(try made(name, bands: bands).bytes == one) }
    }
  }

  @Test func `a failed picture leaves nothing behind`() throws {
    for (name, code) in [
      ("truncated.jpg", ErrorCode.truncated), ("truncated-progressive.jpg", .truncated), ("truncated.png", .truncated),
      ("bit-flipped.jpg", .corrupt), ("bit-flipped.png", .corrupt), ("no-image.png", .corrupt), ("empty.jpg", .notAnImage),
      ("not-an-image.jpg", .notAnImage), ("webp-named.jpg", .unsupported), ("lying-header.png", .limitPixels),
      ("lying-header-65500.jpg", .limitPixels),
    ] {
      let job = Job(
        index: 0, source: FilePath(Places.samples.appending(path: "broken/\(name)").path),
        output: folder.path.appending("broken-\(name)"), format: .jpeg, sourceByteCount: 0)
      guard case .failed(let error) = Thumbnailer(recipe: Recipe()).outcome(of: job) else {
        Issue.record("\(name) was accepted")
        continue
      }
      #expect(error.code == code, "\(name): \(error.message)")
      #expect(error.stage == .decode)
    }
    #expect(try folder.names() == [])
  }

  @Test func `damage is used where the caller says so`() throws {
    for name in ["truncated.jpg", "bit-flipped.jpg", "truncated.png"] {
      let result = try made("broken/\(name)") { $0.tolerance = .nothingFails }
      #expect(result.written.warningCount > 0)
      #expect(!result.written.firstWarning.isEmpty)
    }
  }
}
