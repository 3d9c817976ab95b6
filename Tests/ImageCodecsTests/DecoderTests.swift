import ImageCodecs
import ImageCore
import TestSupport
import Testing

/// Decodes one file and passes its header and its image to `body`.
private func decoded(
  _ bytes: [UInt8], _ content: DecodeRequest.Content = .color, denominator: Int = 1,
  limits: DecodeLimits = DecodeLimits(), body: (ImageHeader, borrowing DecodedImage) throws -> Void
) throws {
  let decoder = Decoder(pool: BufferPool())
  try unsafe bytes.withUnsafeBytes { bytes in
    let header = try unsafe decoder.readHeader(bytes, limits: limits)
    var request = DecodeRequest()
    request.content = content
    request.denominator = denominator
    try body(header, try decoder.decode(request))
    decoder.finish()
  }
}

private func error(_ bytes: [UInt8], limits: DecodeLimits = DecodeLimits()) -> CodecError? {
  do {
    var damage: CodecError?
    try decoded(bytes, limits: limits) { _, image in damage = image.report.damage }
    return damage
  } catch {
    return error as? CodecError
  }
}

extension DecodedImage {
  /// The samples of the only plane, or of luma.
  fileprivate var firstSamples: [Int] {
    switch image {
    case .pixels(let plane): plane.samples
    case .yCbCr(let planes): planes.luma.samples
    }
  }
}

@Suite struct DecoderTests {
  @Test(arguments: [
    ("dogs/rex.jpg", 1200, 900, SourceColor.yCbCr, 8, StorageLayout.sequential, 3),
    ("dogs/luna.jpg", 600, 800, .yCbCr, 8, .progressive, 3), ("dogs/bello.png", 480, 330, .rgb, 8, .sequential, 3),
    ("patterns/zone-plate.jpg", 385, 385, .gray, 8, .sequential, 1),
    ("patterns/cmyk.jpg", 323, 241, .cmyk, 8, .sequential, 3),
    ("patterns/gradient-16bit.png", 641, 427, .rgb, 16, .sequential, 3),
    ("patterns/gray-16bit.png", 255, 191, .gray, 16, .sequential, 1),
    ("patterns/gray-1bit.png", 333, 222, .gray, 1, .sequential, 1),
    ("patterns/gray-alpha.png", 267, 200, .grayAlpha, 8, .sequential, 2),
    ("patterns/rgba-disc.png", 321, 321, .rgba, 8, .sequential, 4),
    ("patterns/palette-trns.png", 301, 301, .palette, 8, .sequential, 4),
    ("patterns/adam7.png", 321, 215, .rgb, 8, .interlaced, 3),
  ])
  func `every kind of sample is decoded`(
    name: String, width: Int, height: Int, color: SourceColor, bits: Int, layout: StorageLayout, channels: Int
  ) throws {
    try decoded(try Places.sample(name)) { header, image in
      #expect(header.size == PixelSize(width: width, height: height))
      #expect(header.color == color)
      #expect(header.bits == bits)
      #expect(header.layout == layout)
      #expect(image.report == DecodeReport())
      switch image.image {
      case .yCbCr: Issue.record("colour content is interleaved")
      case .pixels(let plane):
        #expect(plane.channels == channels)
        #expect(plane.size == header.size)
        #expect(plane.depth == (bits == 16 ? .sixteen : .eight))
      }
    }
  }

  @Test func `orientation, profile and color chunks come from the header`() throws {
    try decoded(try Places.sample("patterns/orientation-6.jpg")) { header, _ in
      #expect(header.orientation == .turned90)
      #expect(header.uprightSize == PixelSize(width: 300, height: 451))
    }
    for name in ["patterns/icc-srgb.jpg", "patterns/iccp.png"] {
      try decoded(try Places.sample(name)) { header, _ in
        #expect(header.profile?[36..<40] == [0x61, 0x63, 0x73, 0x70], "an ICC profile has 'acsp' at 36")
      }
    }
    try decoded(try Places.sample("dogs/rex.jpg")) { header, _ in
      #expect(header.profile == nil && header.orientation == .upright)
      #expect(header.subsampling.horizontal == 2 && header.subsampling.vertical == 2)
    }
  }

  @Test func `shrunk planes of an odd size keep their exact extents`() throws {
    // 641x427, 4:2:2. At 1/4, luma has 2 samples per block side. Chroma makes up for its width as far as both directions allow.
    try decoded(try Places.sample("patterns/text-422.jpg"), .planes, denominator: 4) { _, image in
      switch image.image {
      case .pixels: Issue.record("planes were asked for")
      case .yCbCr(let planes):
        #expect(planes.luma.size == PixelSize(width: 161, height: 107))
        #expect(planes.luma.extent == SourceRect(x: 0, y: 0, width: 160.25, height: 106.75))
        #expect(planes.cb.size == PixelSize(width: 81, height: 107))
        #expect(planes.cb.extent == SourceRect(x: 0, y: 0, width: 80.125, height: 106.75))
      }
    }
    // 4:2:0 at 1/8: chroma has the size of luma.
    try decoded(try Places.sample("dogs/rex.jpg"), .planes, denominator: 8) { _, image in
      switch image.image {
      case .pixels: Issue.record("planes were asked for")
      case .yCbCr(let planes):
        #expect(planes.luma.size == PixelSize(width: 150, height: 113))
        let (luma, chroma) = (planes.luma.extent, planes.cb.extent)
        #expect(planes.cb.size == PixelSize(width: 150, height: 113))
        #expect(chroma == luma)
        #expect(planes.luma.extent.height == 112.5)
      }
    }
  }

  @Test func `luma alone equals the luma plane`() throws {
    for name in ["dogs/rex.jpg", "dogs/luna.jpg"] {
      let bytes = try Places.sample(name)
      var whole: [Int] = []
      try decoded(bytes, .planes, denominator: 4) { _, image in
        whole = image.firstSamples
      }
      try decoded(bytes, .gray, denominator: 4) { _, image in
        switch image.image {
        case .yCbCr: Issue.record("gray is one plane")
        case .pixels(let plane): #expect(plane.channels == 1 && plane.samples == whole)
        }
      }
    }
  }

  @Test func `CMYK paper is white and its inks are not inverted`() throws {
    try decoded(try Places.sample("patterns/cmyk.jpg")) { _, image in
      switch image.image {
      case .yCbCr: Issue.record("CMYK has no luma plane")
      case .pixels(let plane):
        #expect((0..<3).allSatisfy { plane.sample(20, 20, $0) >= 250 }, "the background")
        #expect(
          plane.sample(161, 60, 0) < 60 && plane.sample(161, 60, 1) > 225 && plane.sample(161, 60, 2) > 225, "cyan")
      }
    }
  }

  @Test func `an empty file and a text are not images, and other formats are named`() throws {
    #expect(error([]) == .empty)
    #expect(error(try Places.sample("broken/empty.jpg")) == .empty)
    #expect(error(try Places.sample("broken/not-an-image.jpg")) == .notAnImage)
    let names = ["BM6\0\0\0\0\0\0\0": "BMP", "8BPS": "PSD", "\0\0\u{1}\0": "ICO"]
    for (start, name) in names {
      guard case .unsupported(let text) = error(Array(start.utf8)) else {
        Issue.record("\(name)")
        continue
      }
      #expect(text.hasPrefix("\(name); this build reads JPEG"))
    }
    if !WebPTrait.isOn {
      #expect(
        error(try Places.sample("broken/webp-named.jpg"))
          == .unsupported("WebP; this build reads \(ImageFormat.names("and"))"))
    }
  }

  @Test(arguments: ["truncated.jpg", "truncated-progressive.jpg", "truncated.png"])
  func `a file that ends early is truncated`(name: String) throws {
    guard case .truncated = error(try Places.sample("broken/\(name)")) else {
      Issue.record("\(String(describing: error(try Places.sample("broken/\(name)"))))")
      return
    }
  }

  @Test(arguments: ["bit-flipped.jpg", "bit-flipped.png", "no-image.png"])
  func `damaged data are corrupt`(name: String) throws {
    guard case .corrupt = error(try Places.sample("broken/\(name)")) else {
      Issue.record("\(String(describing: error(try Places.sample("broken/\(name)"))))")
      return
    }
  }

  @Test(arguments: ["lying-header-65500.jpg", "lying-header.png"])
  func `a header with too many pixels is refused before any memory is allocated`(name: String) throws {
    guard case .tooManyPixels = error(try Places.sample("broken/\(name)")) else {
      Issue.record("\(String(describing: error(try Places.sample("broken/\(name)"))))")
      return
    }
  }

  @Test func `limits are exact`() throws {
    var limits = DecodeLimits()
    limits.pixelCount = 600 * 800
    #expect(error(try Places.sample("dogs/luna.jpg"), limits: limits) == nil)
    limits.pixelCount -= 1
    #expect(
      error(try Places.sample("dogs/luna.jpg"), limits: limits)
        == .tooManyPixels(PixelSize(width: 600, height: 800), limit: 479_999))
    limits = DecodeLimits()
    limits.scanCount = 3
    #expect(error(try Places.sample("dogs/luna.jpg"), limits: limits) == .tooManyScans(limit: 3))
    #expect(error(try Places.sample("dogs/rex.jpg"), limits: limits) == nil)
  }

  @Test func `one decoder gives the same result after any previous file`() throws {
    let decoder = Decoder(pool: BufferPool())
    let names = [
      "dogs/rex.jpg", "broken/truncated.jpg", "patterns/adam7.png", "broken/bit-flipped.png", "dogs/luna.jpg",
      "broken/truncated-progressive.jpg", "patterns/palette-trns.png", "patterns/cmyk.jpg",
    ]
    for name in names + names.reversed() {
      let bytes = try Places.sample(name)
      var fresh: [Int] = []
      var freshReport = DecodeReport()
      try decoded(bytes, denominator: 2) { _, image in
        freshReport = image.report
        fresh = image.firstSamples
      }
      try unsafe bytes.withUnsafeBytes { bytes in
        _ = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
        var request = DecodeRequest()
        request.denominator = 2
        let image = try decoder.decode(request)
        #expect(image.report == freshReport)
        #expect(image.firstSamples == fresh, "\(name)")
        decoder.finish()
      }
    }
  }
}
