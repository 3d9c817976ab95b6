import CLCMS2
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ColorManagement
@testable import ImageCodecs
@testable import ImageCore
@testable import Parallelism
@testable import RunState
@testable import Thumbnailing

/// Colors through the whole pipeline, compared with Little CMS's conversion of single pixels.
@Suite struct ColorTests {
  private let folder: TemporaryFolder
  private let pool = BufferPool()

  init() throws { folder = try TemporaryFolder() }

  // MARK: - Images

  private func made(
    _ source: FilePath, format: ImageFormat = .png, transforms: ColorTransforms = ColorTransforms(),
    _ change: (inout ThumbnailOptions) -> Void
  ) throws -> (written: WrittenImage, header: ImageHeader, plane: [Int], channels: Int) {
    var options = ThumbnailOptions()
    options.sizes = []
    change(&options)
    let output = folder("out-\(UUID().uuidString)")
    let written = try JobRunner(options: options, transforms: transforms).written(source, to: output, format)
    let file = try WrittenFile(output)
    return (written, file.header, file.samples, file.channels)
  }

  /// A PNG with many different colors.
  private func png(
    channels: Int, depth: SampleDepth = .eight, profile: [UInt8]? = nil, chunks: PNGColorChunks = PNGColorChunks()
  ) throws -> (path: FilePath, samples: [Int]) {
    let full = depth == .eight ? 255 : 65535
    let plane = Plane.made(24, 20, channels: channels, depth: depth, from: pool) { x, y, channel in
      [x * full / 23, y * full / 19, (x * 7 + y * 5) % 24 * full / 23, channel == 3 ? full - x * full / 46 : 0][
        channels == 2 && channel == 1 ? 1 : channel]
    }
    let samples = plane.samples
    let encoder = LibdeflatePNGEncoder(pool: pool)
    let bytes = try withExtendedLifetime(encoder) {
      unsafe [UInt8](try encoder.encode(plane, level: 1, profile: profile, chunks: chunks))
    }
    return (try folder.add("\(UUID().uuidString).png", bytes), samples)
  }

  // MARK: - Profiles and Little CMS's results

  private func saved(_ profile: cmsHPROFILE?) -> [UInt8] {
    var count: cmsUInt32Number = 0
    _ = unsafe cmsSaveProfileToMem(profile, nil, &count)
    var bytes = [UInt8](repeating: 0, count: Int(count))
    _ = unsafe cmsSaveProfileToMem(profile, &bytes, &count)
    _ = unsafe cmsCloseProfile(profile)
    return bytes
  }

  private static let adobeRGB = [0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06]
  private static let displayP3 = [0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060]

  private func profile(_ xy: [Double], _ curve: ColorParameters.Curve) throws -> [UInt8] {
    try #require(ColorParameters(xy: xy, curve: curve).profile)
  }

  private func grayProfile() -> [UInt8] {
    let curve = unsafe cmsBuildGamma(nil, 1.8)
    defer { unsafe cmsFreeToneCurve(curve) }
    return unsafe saved(cmsCreateGrayProfile(cmsD50_xyY(), curve))
  }

  /// The profile of an imaginary printer: inks darken paper that is not quite white.
  private func inkProfile() throws -> [UInt8] {
    let profile = try unsafe #require(cmsCreateProfilePlaceholder(nil))
    unsafe cmsSetProfileVersion(profile, 2.1)
    unsafe cmsSetDeviceClass(profile, cmsSigOutputClass)
    unsafe cmsSetColorSpace(profile, cmsSigCmykData)
    unsafe cmsSetPCS(profile, cmsSigLabData)
    let table = unsafe cmsStageAllocCLut16bit(nil, 7, 4, 3, nil)
    _ = unsafe cmsStageSampleCLut16bit(
      table,
      { from, to, _ in
        guard let from = unsafe from, let to = unsafe to else { return 0 }
        let ink = (0..<4).map { unsafe Double(from[$0]) / 65535 }
        let light = (1 - ink[3]) * (1 - 0.3 * ink[0] - 0.45 * ink[1] - 0.1 * ink[2])
        var lab = cmsCIELab(
          L: 8 + 87 * light, a: 60 * (ink[1] - ink[0] * 0.6) * (1 - ink[3]),
          b: 70 * (ink[2] - 0.5 * ink[0] - 0.2 * ink[1]) * (1 - ink[3]))
        unsafe cmsFloat2LabEncodedV2(to, &lab)
        return 1
      }, nil, 0)
    let pipeline = unsafe cmsPipelineAlloc(nil, 4, 3)
    _ = unsafe cmsPipelineInsertStage(pipeline, cmsAT_END, table)
    for tag in [cmsSigAToB0Tag, cmsSigAToB1Tag] { _ = unsafe cmsWriteTag(profile, tag, UnsafeRawPointer(pipeline)) }
    unsafe cmsPipelineFree(pipeline)
    return unsafe saved(profile)
  }

  /// Little CMS's conversion of single pixels in floating point, without its optimizations.
  private func reference(_ samples: [Double], _ profile: [UInt8], inks: Bool = false, gray: Bool = false) -> [Double] {
    let source = unsafe cmsOpenProfileFromMem(profile, cmsUInt32Number(profile.count))
    let curve = unsafe cmsBuildParametricToneCurve(nil, 4, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045])
    let target = gray ? unsafe cmsCreateGrayProfile(cmsD50_xyY(), curve) : unsafe cmsCreate_sRGBProfile()
    // TYPE_GRAY_DBL, TYPE_RGB_DBL and TYPE_CMYK_DBL, which are macros in C.
    let float: cmsUInt32Number = 1 << 22
    let rgb = float | 4 << 16 | 3 << 3
    let from = inks ? float | 6 << 16 | 4 << 3 : gray ? float | 3 << 16 | 1 << 3 : rgb
    let transform = unsafe cmsCreateTransform(
      source, from, target, gray ? from : rgb, cmsUInt32Number(INTENT_RELATIVE_COLORIMETRIC),
      cmsUInt32Number(cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE))
    let pixels = samples.count / (inks ? 4 : gray ? 1 : 3)
    var result = [Double](repeating: 0, count: pixels * (gray ? 1 : 3))
    unsafe cmsDoTransform(transform, samples, &result, cmsUInt32Number(pixels))
    unsafe cmsDeleteTransform(transform)
    _ = unsafe cmsCloseProfile(source)
    _ = unsafe cmsCloseProfile(target)
    unsafe cmsFreeToneCurve(curve)
    return result.map { min(max($0, 0), 1) }
  }

  private func expectClose(_ samples: [Int], _ wanted: [Double], full: Int, within: Double, _ what: String = "") {
    #expect(samples.count == wanted.count && samples.count > 300)
    let worst = zip(samples, wanted).map { abs(Double($0) - $1 * Double(full)) }.max() ?? 0
    #expect(worst <= within, "\(what) \(worst)")
  }

  // MARK: - Tests

  @Test(arguments: [SampleDepth.eight, .sixteen])
  func `wide gamuts are converted as by Little CMS`(depth: SampleDepth) throws {
    let full = depth == .eight ? 255 : 65535
    for (xy, curve) in [
      (ColorTests.adobeRGB, ColorParameters.Curve.power(2.2)), (ColorTests.displayP3, .sRGB),
      (ColorTests.displayP3, .bt709),
    ] {
      let profile = try profile(xy, curve)
      for channels in [3, 4] {
        let (path, samples) = try png(channels: channels, depth: depth, profile: profile)
        let result = try made(path) { $0.profile = .srgb }
        #expect(result.header.profile == nil && result.header.colorChunks.srgbIntent == 1)
        #expect(result.header.bits == depth.rawValue)
        let colors = samples.indices.filter { $0 % channels < 3 }
        let wanted = reference(colors.map { Double(samples[$0]) / Double(full) }, profile)
        // The conversion has an effect: some colors change much, most a little.
        let moves = zip(colors, wanted).map { abs(Double(samples[$0]) / Double(full) - $1) }
        #expect(moves.max() ?? 0 > 0.1 && moves.filter { $0 > 0.01 }.count > moves.count / 3)
        expectClose(
          colors.map { result.plane[$0] }, wanted, full: full, within: depth == .eight ? 1 : 257, "\(channels)")
        if channels == 4 {
          let alphas = samples.indices.filter { $0 % 4 == 3 }
          #expect(alphas.map { samples[$0] } == alphas.map { result.plane[$0] })
        }
      }
    }
  }

  @Test func `gray with a profile is converted to gray with sRGB's curve`() throws {
    let profile = grayProfile()
    let (path, samples) = try png(channels: 1, profile: profile)
    let result = try made(path) { $0.profile = .srgb }
    #expect(result.channels == 1 && result.header.profile == nil)
    expectClose(
      result.plane, reference(samples.map { Double($0) / 255 }, profile, gray: true), full: 255, within: 1)
  }

  @Test func `CMYK is converted by its profile under every rule, and without one by an approximation`() throws {
    let profile = try inkProfile()
    let plain = try Places.sample("patterns/cmyk.jpg")
    var size = UInt16(profile.count + 16)
    size = UInt16(profile.count) + 16
    let segment =
      [0xFF, 0xE2, UInt8(size >> 8), UInt8(size & 255)] + Array("ICC_PROFILE".utf8) + [0, 1, 1] + profile
    let path = try folder.add("inks.jpg", Array(plain.prefix(2) + segment + plain.dropFirst(2)))
    let file = try SourceFile.read(path, byteLimit: 1 << 30, pool: pool)
    let decoder = Decoder(pool: pool)
    let header = try unsafe decoder.readHeader(file.bytes, limits: DecodeLimits())
    #expect(header.profile == profile)
    var request = DecodeRequest()
    request.content = .inks
    guard case .pixels(let plane) = try decoder.decode(request).unwrapped(), plane.channels == 4 else {
      Issue.record("no inks")
      return
    }
    let wanted = reference(plane.samples.map { Double($0) / 255 * 100 }, profile, inks: true)
    let without = try made(FilePath(Places.samples.appending(path: "patterns/cmyk.jpg").path)) { _ in }.plane
    #expect(zip(without, wanted).map { abs(Double($0) / 255 - $1) }.max() ?? 0 > 0.1, "the profile tells")
    for rule in ProfileRule.allCases {
      let result = try made(path) { $0.profile = rule }
      expectClose(result.plane, wanted, full: 255, within: 1, rule.rawValue)
      #expect(result.written.notes == [] && result.header.profile == nil)
    }
    // Resampled as inks or as linear light.
    for light in [LightRule.asStored, .linear] {
      let small = try made(path, format: .jpeg) {
        $0.sizes = [.box(width: 60, height: 60)]
        $0.light = light
      }
      #expect(small.header.color == .yCbCr && small.header.size.width == 60)
    }
    #expect(try made(path) { $0.color = .gray }.channels == 1)
    let approximate = try made(FilePath(Places.samples.appending(path: "patterns/cmyk.jpg").path)) { _ in }
    #expect(approximate.written.notes == [.inks])
    // With or without Adobe's marker.
    for inks in [[255, 255, 255, 255], [200, 100, 255, 128]] {
      let plain = try folder.add("plain.jpg", FlatJPEG.bytes(inks, segments: segment))
      let marked = try folder.add("marked.jpg", FlatJPEG.bytes(inks, adobe: 0, segments: segment))
      let wanted = reference(inks.map { Double(255 - $0) / 255 * 100 }, profile, inks: true)
      for source in [plain, marked] {
        let color = try made(source) { _ in }.plane.prefix(3)
        let isClose = zip(color, wanted).allSatisfy { abs(Double($0) - 255 * $1) <= 1.01 }
        #expect(isClose, "\(color), and not \(wanted)")
      }
    }
  }

  @Test func `an sRGB profile under another name causes no conversion and no warning`() throws {
    let profile = try profile(ColorParameters.bt709Primaries, .sRGB)
    let (path, samples) = try png(channels: 3, profile: profile)
    let result = try made(path) { $0.profile = .srgb }
    #expect(result.plane == samples)
    #expect(try made(path) { $0.profile = .strip }.written.notes == [])
    let wide = try png(channels: 3, profile: try self.profile(ColorTests.adobeRGB, .power(2.2))).path
    let stripped = try made(wide) { $0.profile = .strip }
    #expect(stripped.written.notes == [.profile] && stripped.header.profile == nil)
    #expect(try made(wide) { $0.profile = .keep }.header.profile != nil)
    // An invalid profile is kept, because it cannot be used.
    #expect(ColorTransforms().toSRGB([1, 2, 3], .rgb, hasAlpha: false) == nil)
  }

  @Test func `the color chunks of a PNG are used in the order of the standard`() throws {
    let adobe = try profile(ColorTests.adobeRGB, .power(2.2))
    var chunks = PNGColorChunks()
    chunks.gamma = 100_000
    func converted(_ profile: [UInt8]?) throws -> [Int] {
      try made(try png(channels: 3, profile: profile, chunks: chunks).path) { $0.profile = .srgb }.plane
    }
    let samples = try png(channels: 3).samples
    let values = samples.map { Double($0) / 255 }
    // gAMA alone: linear light with the primaries of BT.709.
    let linear = try profile(ColorParameters.bt709Primaries, .power(1))
    expectClose(try converted(nil), reference(values, linear), full: 255, within: 1, "gAMA")
    chunks.chromaticities = ColorTests.displayP3.map { UInt32(($0 * 100_000).rounded()) }
    let linearP3 = try profile(ColorTests.displayP3, .power(1))
    expectClose(try converted(nil), reference(values, linearP3), full: 255, within: 1, "cHRM")
    // sRGB overrides both, a profile overrides sRGB, code points override everything.
    chunks.srgbIntent = 0
    #expect(try converted(nil) == samples)
    expectClose(try converted(adobe), reference(values, adobe), full: 255, within: 1, "iCCP")
    chunks.codePoints = [12, 13, 0, 1]
    let p3 = try profile(ColorTests.displayP3, .sRGB)
    expectClose(try converted(adobe), reference(values, p3), full: 255, within: 1, "cICP")
    chunks.codePoints = [1, 13, 0, 1]
    #expect(try converted(adobe) == samples)
    // PQ exceeds the range of sRGB: the pixels and the chunk are unchanged.
    chunks.codePoints = [9, 16, 0, 1]
    let kept = try made(try png(channels: 3, chunks: chunks).path) { $0.profile = .srgb }
    #expect(kept.plane == samples && kept.header.colorChunks.codePoints == [9, 16, 0, 1])
  }

  @Test func `kept colors keep their chunks in a PNG, and become a profile in a JPEG`() throws {
    var chunks = PNGColorChunks()
    chunks.codePoints = [12, 13, 0, 1]
    let path = try png(channels: 3, chunks: chunks).path
    #expect(try made(path) { _ in }.header.colorChunks.codePoints == [12, 13, 0, 1])
    let profile = try #require(try made(path, format: .jpeg) { _ in }.header.profile)
    let same = try profile == self.profile(ColorTests.displayP3, .sRGB)
    let values = (0..<300).map { Double($0 * 37 % 256) / 255 }
    let wanted = reference(values, try self.profile(ColorTests.displayP3, .sRGB))
    #expect(same || zip(reference(values, profile), wanted).allSatisfy { abs($0 - $1) < 0.002 })
    chunks.codePoints = [1, 13, 0, 1]
    #expect(try made(try png(channels: 3, chunks: chunks).path, format: .jpeg) { _ in }.header.profile == nil)
  }

  @Test func `eight workers share one transform`() throws {
    let profile = try profile(ColorTests.adobeRGB, .power(2.2))
    let path = try png(channels: 3, profile: profile).path
    let transforms = ColorTransforms()
    let alone = try made(path, transforms: transforms) { $0.profile = .srgb }.plane
    let first = transforms.toSRGB(profile, .rgb, hasAlpha: false)
    let all = concurrentMap(count: 200, workers: 8) { _ -> Bool in
      guard let transform = transforms.toSRGB(profile, .rgb, hasAlpha: false), transform === first else { return false }
      let pool = BufferPool()
      let plane = Plane.made(24, 20, channels: 3, from: pool) { x, y, channel in
        [x * 255 / 23, y * 255 / 19, (x * 7 + y * 5) % 24 * 255 / 23][channel]
      }
      return (try? transform.converted(plane, from: pool).samples) == alone
    }
    #expect(all.allSatisfy { $0 })
  }

  @Test func `gray is computed from the converted colors`() throws {
    let profile = try profile(ColorTests.adobeRGB, .power(2.2))
    let path = try png(channels: 3, profile: profile).path
    let color = try made(path) { $0.profile = .srgb }.plane
    let gray = try made(path) {
      $0.profile = .srgb
      $0.color = .gray
    }.plane
    for pixel in gray.indices {
      let luma = 0.299 * Double(color[3 * pixel]) + 0.587 * Double(color[3 * pixel + 1])
      #expect(abs(luma + 0.114 * Double(color[3 * pixel + 2]) - Double(gray[pixel])) <= 0.51)
    }
  }

  @Test func `averaging linear light keeps a checkerboard's brightness, averaging stored values does not`() throws {
    for (depth, format) in [(SampleDepth.eight, ImageFormat.png), (.sixteen, .png), (.eight, .jpeg)] {
      let full = depth == .eight ? 255 : 65535
      let board = Plane.made(64, 64, depth: depth, from: pool) { x, y, _ in (x + y) % 2 * full }
      let encoder = LibdeflatePNGEncoder(pool: pool)
      let bytes = try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(board, level: 1)) }
      let path = try folder.add("board-\(depth)-\(format).png", bytes)
      let linear = try made(path, format: format) {
        $0.sizes = [.box(width: 32, height: 32)]
        $0.light = .linear
      }
      let stored = try made(path, format: format) { $0.sizes = [.box(width: 32, height: 32)] }
      // Without the border of the image, where the kernel causes halos.
      let inner = linear.plane.indices.filter { (8..<24).contains($0 % 32) && (8..<24).contains($0 / 32) }
      let unit = linear.header.bits == 16 ? 257.0 : 1
      #expect(inner.allSatisfy { abs(Double(linear.plane[$0]) / unit - 188) <= 1 })
      #expect(inner.allSatisfy { abs(Double(stored.plane[$0]) / unit - 128) <= 1 })
    }
  }

  @Test func `a red disc on transparent black has no dark fringe, in linear light either`() throws {
    let disc = Plane.made(200, 200, channels: 4, from: pool) { x, y, channel in
      (x - 100) * (x - 100) + (y - 100) * (y - 100) < 80 * 80 ? [255, 0, 0, 255][channel] : 0
    }
    let encoder = LibdeflatePNGEncoder(pool: pool)
    let bytes = try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(disc, level: 1)) }
    let path = try folder.add("disc.png", bytes)
    for light in [LightRule.asStored, .linear] {
      let small = try made(path) {
        $0.sizes = [.box(width: 37, height: 37)]
        $0.light = light
      }.plane
      var edges = 0
      for pixel in stride(from: 0, to: small.count, by: 4) where small[pixel + 3] > 8 {
        #expect(small[pixel] >= 250 && small[pixel + 1] == 0 && small[pixel + 2] == 0)
        if small[pixel + 3] < 250 { edges += 1 }
      }
      #expect(edges > 40)
    }
  }

  @Test(arguments: GrayKind.allCases)
  func `each kind of gray uses the formula of its name`(kind: GrayKind) throws {
    let (path, samples) = try png(channels: 3)
    let gray = try made(path) {
      $0.color = .gray
      $0.gray = kind
    }.plane
    func light(_ value: Int) -> Double {
      let v = Double(value) / 255
      return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4)
    }
    for pixel in gray.indices {
      let (red, green, blue) = (samples[3 * pixel], samples[3 * pixel + 1], samples[3 * pixel + 2])
      let wanted: Double
      switch kind {
      case .luma601: wanted = 0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)
      case .luma709: wanted = 0.2126 * Double(red) + 0.7152 * Double(green) + 0.0722 * Double(blue)
      case .luminance:
        let sum = 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue)
        wanted = 255 * (sum <= 0.0031308 ? 12.92 * sum : 1.055 * pow(sum, 1 / 2.4) - 0.055)
      }
      #expect(abs(wanted - Double(gray[pixel])) <= 0.6)
    }
  }

  @Test func `a gain map and animation frames are noted`() throws {
    let plain = try Places.sample("dogs/rex.jpg")
    let xmp = Array("http://ns.adobe.com/xap/1.0/\0<x xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\"/>".utf8)
    let segment = [0xFF, 0xE1, 0, UInt8(xmp.count + 2)] + xmp
    let ultra = try folder.add("ultra.jpg", Array(plain.prefix(2) + segment + plain.dropFirst(2)))
    #expect(try made(ultra) { $0.size = .width(20) }.written.notes == [.gainMap])
    let png = try Places.sample("dogs/bello.png")
    let body: [UInt8] = Array("acTL".utf8) + [0, 0, 0, 2, 0, 0, 0, 0]
    let checksum = crc32(body)
    let chunk = [0, 0, 0, 8] + body + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> UInt32($0)) }
    let animated = try folder.add("animated.png", Array(png.prefix(33) + chunk + png.dropFirst(33)))
    #expect(try made(animated) { $0.size = .width(20) }.written.notes == [.frames])
  }

  private func crc32(_ bytes: [UInt8]) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 {
        let isOdd = sum & 1 == 1
        sum >>= 1
        if isOdd { sum ^= 0xEDB8_8320 }
      }
    }
    return ~sum
  }
}
