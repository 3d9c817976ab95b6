@testable import ImageCodecs
@testable import ImageCore

#if WebP
  import Foundation
  import TestSupport
  import Testing

  @Suite struct WebPTests {
    private let pool = BufferPool()

    // MARK: - Files

    /// 5x4 lossless pixels, written by Pillow 13: `putpixel((x, y), (50x, 60y, 20(x + y), 255 - 40x))`, then `save("a.webp",
    /// lossless=True, exact=True, method=6)`.
    static let lossless = [UInt8](
      Data(base64Encoded: "UklGRiwAAABXRUJQVlA4TB8AAAAvBMAAELmM6H/sIqL/YSAQhDDM/2suaGRKMdjxjLIAAA==") ?? Data())
    private static let losslessSamples: [Int] = (0..<20).flatMap { pixel -> [Int] in
      let (x, y) = (pixel % 5, pixel / 5)
      return [50 * x, 60 * y, 20 * (x + y), 255 - 40 * x]
    }

    private static func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
      Array(name.utf8) + number(body.count, 4) + body + [UInt8](repeating: 0, count: body.count % 2)
    }

    private static func file(_ chunks: [UInt8]) -> [UInt8] {
      chunk("RIFF", Array("WEBP".utf8) + chunks)
    }

    /// A file in the extended format: VP8X, then the given chunks.
    private static func extended(_ flags: UInt8, _ width: Int, _ height: Int, _ chunks: [UInt8]) -> [UInt8] {
      file(chunk("VP8X", [flags, 0, 0, 0] + number(width - 1, 3) + number(height - 1, 3)) + chunks)
    }

    /// The pixels of `lossless` as a frame at (2, 4) on a canvas of 9x8, then a second frame.
    private static var animation: [UInt8] {
      func frame(_ x: Int, _ y: Int) -> [UInt8] {
        let index = number(x / 2, 3) + number(y / 2, 3) + number(4, 3) + number(3, 3) + number(100, 3) + [0]
        return chunk("ANMF", index + lossless.dropFirst(12))
      }
      return extended(0x12, 9, 8, chunk("ANIM", [9, 9, 9, 9, 0, 0]) + frame(2, 4) + frame(0, 0))
    }

    /// Slow waves, which lossy compression hardly changes.
    private func scene(_ width: Int, _ height: Int, channels: Int) -> Plane {
      .made(width, height, channels: channels, from: pool) { x, y, channel in
        if channels % 2 == 0 && channel == channels - 1 { return (x * 3 + y) % 256 }
        return Int(128 + 90 * sin(Double(x) / 17 + Double(channel)) * cos(Double(y) / 23))
      }
    }

    private func encoded(
      _ plane: consuming Plane, quality: Int = 90, _ change: (inout EncodeRequest) -> Void = { _ in }
    ) throws -> [UInt8] {
      var request = EncodeRequest(format: .webp)
      request.jpeg.quality = quality
      change(&request)
      let encoder = Encoder(pool: pool)
      let image = Image.pixels(plane)
      return try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(image, request)) }
    }

    // MARK: - Tests

    @Test func `lossless pixels are decoded unchanged, with their alpha`() throws {
      let reading = try DecodedFile(WebPTests.lossless)
      #expect(reading.samples == WebPTests.losslessSamples && reading.channels == 4)
      #expect(reading.report == DecodeReport())
      #expect(reading.header.size == PixelSize(width: 5, height: 4) && reading.header.color == .rgba)
      #expect(reading.header.bits == 8 && reading.header.orientation == .upright && reading.header.notes == [])
    }

    @Test(arguments: 1...4)
    func `written pixels are read back: colors approximately, alpha exactly, gray as colors`(channels: Int) throws {
      let plane = scene(93, 61, channels: channels)
      let wanted = plane.samples
      let reading = try DecodedFile(try encoded(plane))
      #expect(reading.header.size == PixelSize(width: 93, height: 61))
      #expect(reading.channels == (channels % 2 == 0 ? 4 : 3))
      var squares = 0.0
      for pixel in 0..<93 * 61 {
        let from = Array(wanted[pixel * channels..<(pixel + 1) * channels])
        let made = Array(reading.samples[pixel * reading.channels..<(pixel + 1) * reading.channels])
        if channels % 2 == 0 { #expect(from[channels - 1] == made[3]) }
        // libwebp changes the colors of invisible pixels.
        if channels % 2 == 0 && from[channels - 1] == 0 { continue }
        for channel in 0..<3 { squares += pow(Double(from[channels > 2 ? channel : 0] - made[channel]), 2) }
      }
      let level = 10 * log10(65025 * 93 * 61 * 3 / max(squares, 1))
      #expect(level > 36, "\(level) dB")
    }

    @Test(arguments: 1...4)
    func `pixels written without loss are read back unchanged, those that are invisible too`(channels: Int) throws {
      let plane = scene(93, 61, channels: channels)
      let wanted = plane.samples
      let reading = try DecodedFile(try encoded(plane, quality: 1) { $0.webp.coding = .lossless })
      #expect(reading.channels == (channels % 2 == 0 ? 4 : 3))
      let colors = (0..<93 * 61).flatMap { (pixel: Int) -> [Int] in
        let samples = Array(wanted[pixel * channels..<(pixel + 1) * channels])
        let color = channels > 2 ? Array(samples.prefix(3)) : [Int](repeating: samples[0], count: 3)
        return color + (channels % 2 == 0 ? [samples[channels - 1]] : [])
      }
      #expect(reading.samples == colors)
    }

    @Test func `the quality determines the size`() throws {
      let sizes = try [20, 60, 95].map { try encoded(scene(200, 150, channels: 3), quality: $0).count }
      #expect(sizes == sizes.sorted() && sizes[0] * 2 < sizes[2])
    }

    @Test func `profile, EXIF and XMP are written and read, with and without JPEG's signature before EXIF`() throws {
      var profile = [UInt8](repeating: 7, count: 301)
      profile.replaceSubrange(16..<20, with: "RGB ".utf8)
      let exif = OrientationTag.tiff(6)
      let xmp = Array("<x:xmpmeta/>".utf8)
      let bytes = try encoded(scene(40, 30, channels: 4)) {
        $0.profile = profile
        $0.metadata.exif = exif
        $0.metadata.xmp = xmp
      }
      let reading = try DecodedFile(bytes)
      #expect(reading.header.profile == profile && reading.header.orientation == .turned90)
      let metadata = unsafe ImageMetadata(bytes.span.bytes, format: .webp)
      #expect(metadata.exif == exif && metadata.xmp == xmp)
      #expect(reading.report == DecodeReport() && reading.channels == 4)

      let pixels = Array(WebPTests.lossless.dropFirst(12))
      let signed = WebPTests.extended(
        0x18, 5, 4, pixels + WebPTests.chunk("EXIF", Array("Exif\0\0".utf8) + OrientationTag.tiff(3)))
      #expect(try DecodedFile(signed).header.orientation == .turned180)
      var gray = profile
      gray.replaceSubrange(16..<20, with: "GRAY".utf8)
      #expect(try DecodedFile(encoded(scene(40, 30, channels: 3)) { $0.profile = gray }).header.profile == nil)
    }

    @Test func `the first frame of an animation is decoded, on its canvas`() throws {
      let reading = try DecodedFile(WebPTests.animation)
      #expect(reading.header.size == PixelSize(width: 9, height: 8) && reading.header.notes == [.frames])
      var wanted = [Int](repeating: 0, count: 9 * 8 * 4)
      for y in 0..<4 {
        let start = ((y + 4) * 9 + 2) * 4
        wanted.replaceSubrange(start..<start + 20, with: WebPTests.losslessSamples[y * 20..<y * 20 + 20])
      }
      #expect(reading.samples == wanted)
      let outside = WebPTests.extended(
        0x12, 6, 8, Array(WebPTests.animation.dropFirst(30)))
      guard case .corrupt = DecodedFile.error(outside) else {
        Issue.record("\(String(describing: DecodedFile.error(outside)))")
        return
      }
    }

    @Test func `a file cut anywhere is truncated, and its decoded rows are returned`() throws {
      let whole = try encoded(scene(160, 400, channels: 3), quality: 95)
      let wanted = try DecodedFile(whole).samples
      var partial = 0
      for count in stride(from: 12, to: whole.count - 1, by: max(1, whole.count / 40)) {
        do {
          let reading = try DecodedFile(Array(whole.prefix(count)))
          guard case .truncated = reading.report.damage else {
            Issue.record("\(count) of \(whole.count): \(reading.report)")
            return
          }
          partial += 1
          #expect(reading.samples.count == wanted.count)
          let rows = (0..<400).prefix { y in reading.samples[y * 480..<(y + 1) * 480].contains { $0 > 0 } }.count
          // The filter across blocks would still change the last rows.
          let sure = max(0, rows - 24) * 480
          #expect(reading.samples.prefix(sure) == wanted.prefix(sure))
          #expect(reading.samples[(rows * 480)...].allSatisfy { $0 == 0 })
        } catch {
          guard case .truncated = error as? CodecError else {
            Issue.record("\(count): \(error)")
            return
          }
        }
      }
      #expect(partial > 10)
      // A missing tail without pixels is only a warning.
      let tail = try encoded(scene(40, 30, channels: 3)) { $0.metadata.xmp = Array("<x:xmpmeta/>".utf8) }
      let reading = try DecodedFile(Array(tail.dropLast(9)))
      #expect(reading.report.damage == nil && reading.report.warningCount == 1)
      // Without the EXIF, the orientation of the image is unknown.
      let turned = try encoded(scene(40, 30, channels: 3)) { $0.metadata.exif = OrientationTag.tiff(6) }
      #expect(
        DecodedFile.error(Array(turned.dropLast(40))) == .truncated("a WebP whose EXIF, after its pixels, is missing"))
    }

    @Test func `limits on pixels, memory and time are enforced`() throws {
      var limits = DecodeLimits()
      limits.pixelCount = 19
      #expect(
        DecodedFile.error(WebPTests.lossless, limits) == .tooManyPixels(PixelSize(width: 5, height: 4), limit: 19))
      limits = DecodeLimits()
      limits.deadline = 1
      #expect(DecodedFile.error(WebPTests.lossless, limits) == .timeout)
      limits.deadline = .max
      #expect(DecodedFile.error(WebPTests.lossless, limits) == nil)
      // 1000x1000 according to the header: 4 bytes per pixel and more.
      var large = WebPTests.lossless
      large.replaceSubrange(21..<25, with: WebPTests.number(999 | 999 << 14 | 1 << 28, 4))
      limits.memoryByteCount = 4_000_000
      guard case .outOfMemory = DecodedFile.error(large, limits) else {
        Issue.record("\(String(describing: DecodedFile.error(large, limits)))")
        return
      }
      #expect(throws: CodecError.self) { try self.encoded(self.scene(16_384, 1, channels: 3)) }
      #expect(ImageFormat.webp.greatestSide == 16_383)
    }

    @Test func `damaged bytes give the same result from a used decoder and a new one`() throws {
      let sources = [
        WebPTests.lossless, WebPTests.animation, try encoded(scene(70, 50, channels: 4)),
        try encoded(scene(64, 64, channels: 3)) {
          $0.metadata.exif = OrientationTag.tiff(8)
        },
      ]
      var state: UInt64 = 3
      func next(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
      }
      let used = Decoder(pool: pool)
      func verdict(_ bytes: [UInt8], _ decoder: Decoder) -> String {
        unsafe bytes.withUnsafeBytes { bytes in
          defer { decoder.finish() }
          var limits = DecodeLimits()
          limits.pixelCount = 1 << 18
          do {
            let header = try unsafe decoder.readHeader(bytes, limits: limits)
            let decoded = try decoder.decode(DecodeRequest())
            let report = decoded.report
            guard case .pixels(let plane) = decoded.unwrapped() else { return "planes" }
            return "\(header.size) \(report) \(plane.samples.reduce(0) { $0 &* 31 &+ $1 })"
          } catch {
            return "\(error)"
          }
        }
      }
      for step in 0..<400 {
        var bytes = sources[step % sources.count]
        for _ in 0...step % 5 { bytes[next(bytes.count)] = UInt8(truncatingIfNeeded: next(256)) }
        if step % 7 == 0 { bytes.removeLast(next(bytes.count)) }
        #expect(verdict(bytes, used) == verdict(bytes, Decoder(pool: BufferPool())), "step \(step)")
      }
    }
  }
#endif
