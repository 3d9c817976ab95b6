import ImageCodecs
import ImageCore
import TestSupport
import Testing

@Suite struct EncoderTests {
  private let pool = BufferPool()

  /// Encodes the image and returns a copy of the file's bytes.
  private func bytes(_ image: borrowing Image, _ request: EncodeRequest) throws -> [UInt8] {
    let encoder = Encoder(pool: pool)
    return try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(image, request)) }
  }

  private func read(_ bytes: [UInt8], _ content: DecodeRequest.Content = .color) throws -> (ImageHeader, [Int]) {
    let decoder = Decoder(pool: pool)
    return try unsafe bytes.withUnsafeBytes { bytes in
      let header = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
      var request = DecodeRequest()
      request.content = content
      let decoded = try decoder.decode(request)
      #expect(decoded.report == DecodeReport())
      switch decoded.image {
      case .pixels(let plane): return (header, plane.samples)
      case .yCbCr(let planes): return (header, planes.luma.samples + planes.cb.samples + planes.cr.samples)
      }
    }
  }

  @Test(arguments: [(1, 1), (7, 5), (16, 16), (17, 33), (255, 3)], [ChromaSubsampling.none, .halfWidth, .half])
  func `planes come back within the rounding of quality 100`(size: (Int, Int), subsampling: ChromaSubsampling) throws {
    let factors = subsampling.factors(quality: 100)
    let (width, height) = size
    let chroma = (
      (width + factors.horizontal - 1) / factors.horizontal, (height + factors.vertical - 1) / factors.vertical
    )
    let luma = Plane.made(width, height, from: pool) { x, y, _ in 40 + (x * 3 + y * 5) % 160 }
    // The last column and row equal those before them. Otherwise they could be partly padding.
    let last = (x: max(chroma.0 - 2, 0), y: max(chroma.1 - 2, 0))
    let cb = Plane.made(chroma.0, chroma.1, from: pool) { x, y, _ in 100 + (min(x, last.x) + min(y, last.y)) % 60 }
    let cr = Plane.made(chroma.0, chroma.1, from: pool) { x, y, _ in 160 - (min(x, last.x) * 2 + min(y, last.y)) % 60 }
    let expected = luma.samples + cb.samples + cr.samples
    var request = EncodeRequest(format: .jpeg)
    request.jpeg.quality = 100
    request.jpeg.subsampling = subsampling
    let file = try bytes(.yCbCr(YCbCrPlanes(luma: luma, cb: cb, cr: cr)), request)
    let (header, samples) = try read(file, .planes)
    #expect(header.size == PixelSize(width: width, height: height))
    #expect(header.subsampling.horizontal == factors.horizontal && header.subsampling.vertical == factors.vertical)
    #expect(samples.count == expected.count)
    #expect(zip(samples, expected).allSatisfy { abs($0 - $1) <= 3 })
  }

  @Test func `progressive, gray and RGB files have the requested properties`() throws {
    var request = EncodeRequest(format: .jpeg)
    request.jpeg.scans = .progressive
    request.jpeg.quality = 95
    let gray = try read(try bytes(.pixels(.made(30, 20, from: pool) { x, y, _ in x * 8 }), request))
    #expect(gray.0.color == .gray && gray.0.layout == .progressive)
    #expect(gray.1.enumerated().allSatisfy { abs($1 - $0 % 30 * 8) <= 6 })
    let rgb = try read(
      try bytes(.pixels(.made(32, 16, channels: 3, from: pool) { _, _, channel in [200, 100, 50][channel] }), request))
    #expect(rgb.0.color == .yCbCr && rgb.0.subsampling.horizontal == 1, "4:4:4 from quality 90")
    #expect(rgb.1.enumerated().allSatisfy { abs($1 - [200, 100, 50][$0 % 3]) <= 2 })
  }

  @Test func `a profile is kept only if it describes the image's colors`() throws {
    var header: ImageHeader?
    let source = try Places.sample("patterns/icc-srgb.jpg")
    try unsafe source.withUnsafeBytes {
      header = try unsafe Decoder(pool: pool).readHeader($0, limits: DecodeLimits())
    }
    let profile = try #require(header?.profile)
    for format in [ImageFormat.jpeg, .png] {
      var request = EncodeRequest(format: format)
      request.profile = profile
      let rgb = try bytes(.pixels(.made(8, 8, channels: 3, from: pool) { _, _, _ in 7 }), request)
      #expect(try read(rgb).0.profile == profile)
      let gray = try bytes(.pixels(.made(8, 8, from: pool) { _, _, _ in 7 }), request)
      #expect(try read(gray).0.profile == nil)
    }
  }

  @Test func `one encoder writes the same bytes after any previous image`() throws {
    let encoder = Encoder(pool: pool)
    var requests: [EncodeRequest] = []
    for scans in [JPEGScans.progressive, .baseline] {
      for quality in [30, 95] {
        var request = EncodeRequest(format: .jpeg)
        request.jpeg.scans = scans
        request.jpeg.quality = quality
        requests.append(request)
      }
    }
    requests.append(EncodeRequest(format: .png))
    for request in requests + requests.reversed() {
      for channels in [1, 3] {
        let image = Image.pixels(
          .made(61, 35, channels: channels, from: pool) { x, y, c in (x * y + c * 50) % 256 })
        let again = try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(image, request)) }
        #expect(again == (try bytes(image, request)))
      }
    }
  }
}
