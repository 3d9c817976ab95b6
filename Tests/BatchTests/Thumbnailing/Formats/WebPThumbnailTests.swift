@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import ImageErrors
@testable import RunState
@testable import Thumbnailing

#if WebP
  import CLCMS2
  import Foundation
  import SystemPackage
  import TestSupport
  import Testing

  /// WebP through the whole pipeline.
  @Suite struct WebPThumbnailTests {
    private let folder: TemporaryFolder
    private let pool = BufferPool()

    init() throws { folder = try TemporaryFolder() }

    private func webP(_ plane: consuming Plane, _ change: (inout EncodeRequest) -> Void = { _ in }) throws -> FilePath {
      var request = EncodeRequest(format: .webp)
      request.jpeg.quality = 95
      change(&request)
      let encoder = Encoder(pool: pool)
      let image = Image.pixels(plane)
      let bytes = try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(image, request)) }
      return try folder.add("\(UUID().uuidString).webp", bytes)
    }

    private func scene(_ width: Int, _ height: Int, channels: Int) -> Plane {
      .made(width, height, channels: channels, from: pool) { x, y, channel in
        if channel == 3 { return x < width / 2 ? 255 : 0 }
        return Int(128 + 90 * sin(Double(x) / 29 + Double(channel)) * cos(Double(y) / 31))
      }
    }

    private func made(
      _ source: FilePath, _ format: ImageFormat, _ change: (inout ThumbnailOptions) -> Void
    ) throws -> WrittenFile {
      var options = ThumbnailOptions()
      options.jpeg.quality = 95
      change(&options)
      let output = folder("\(UUID().uuidString).\(format.usualSuffix)")
      _ = try JobRunner(options: options).written(source, to: output, format)
      let file = try WrittenFile(output)
      #expect(file.header.format == format)
      return file
    }

    @Test func `an orientation rotates the image, and kept EXIF becomes upright`() throws {
      let source = try webP(scene(200, 100, channels: 3)) { $0.metadata.exif = OrientationTag.tiff(6) }
      let plain = try webP(scene(200, 100, channels: 3))
      for format in ImageFormat.written {
        let turned = try made(source, format) {
          $0.size = .box(width: 64, height: 64)
          $0.metadata = .keep
        }
        #expect(turned.header.size == PixelSize(width: 32, height: 64) && turned.header.orientation == .upright)
        let straight = try made(plain, format) { $0.size = .box(width: 64, height: 64) }
        var squares = 0.0
        for y in 0..<64 {
          for x in 0..<32 {
            for channel in 0..<3 {
              // Rotated by 90 degrees clockwise: the upright (x, y) is the stored (y, 31 - x).
              let one = turned.samples[(y * 32 + x) * 3 + channel]
              squares += pow(Double(one - straight.samples[((31 - x) * 64 + y) * 3 + channel]), 2)
            }
          }
        }
        #expect(10 * log10(65025 * 64 * 32 * 3 / max(squares, 1)) > 36, "\(format)")
      }
    }

    @Test func `alpha stays in a WebP and a PNG, and is composited on the background in a JPEG`() throws {
      let source = try webP(scene(120, 90, channels: 4))
      for format in [ImageFormat.webp, .png] {
        let result = try made(source, format) { $0.size = .width(60) }
        #expect(result.channels == 4 && result.samples[3] == 255 && result.samples[59 * 4 + 3] == 0)
      }
      let flat = try made(source, .jpeg) {
        $0.size = .width(60)
        $0.background = Background(red: 250, green: 10, blue: 10)
      }
      let corner = flat.samples[(60 * 20 + 55) * 3..<(60 * 20 + 56) * 3]
      #expect(zip(corner, [250, 10, 10]).allSatisfy { abs($0 - $1) < 12 })
      // Also from a PNG with 16-bit alpha.
      let disc = FilePath(Places.samples.appending(path: "patterns/rgba-disc.png").path)
      #expect(try made(disc, .webp) { $0.size = .width(60) }.channels == 4)
      let deep = FilePath(Places.samples.appending(path: "patterns/gradient-16bit.png").path)
      #expect(try made(deep, .webp) { _ in }.header.bits == 8)
    }

    @Test func `gray with its own profile is written as colors without a profile`() throws {
      let dark = Plane.made(40, 40, channels: 1, from: pool) { x, _, _ in x * 6 }
      // A linear gray profile: a stored value of 60 corresponds to 133 in sRGB.
      let curve = unsafe cmsBuildGamma(nil, 1)
      let made = unsafe cmsCreateGrayProfile(cmsD50_xyY(), curve)
      var count: cmsUInt32Number = 0
      _ = unsafe cmsSaveProfileToMem(made, nil, &count)
      var profile = [UInt8](repeating: 0, count: Int(count))
      _ = unsafe cmsSaveProfileToMem(made, &profile, &count)
      _ = unsafe cmsCloseProfile(made)
      unsafe cmsFreeToneCurve(curve)
      let encoder = LibdeflatePNGEncoder(pool: pool)
      let bytes = try withExtendedLifetime(encoder) {
        unsafe [UInt8](try encoder.encode(dark, level: 1, profile: profile))
      }
      let source = try folder.add("gray.png", bytes)
      let kept = try self.made(source, .webp) { $0.sizes = [] }
      #expect(kept.header.profile == nil)
      #expect(abs(kept.samples[(40 * 20 + 10) * 3] - 133) <= 4, "\(kept.samples[(40 * 20 + 10) * 3])")
    }

    @Test func `a WebP requests the memory that it needs, and a deadline ends it`() throws {
      final class Asked: MemoryReserving, @unchecked Sendable {
        var maximum = 0
        let allowance = 1
        let perImageLimit = 1 << 40
        func admit(_ byteCount: Int) -> ReservationResult {
          maximum = max(maximum, byteCount)
          return .admitted(share: byteCount)
        }
        func release(_ share: Int) {}
      }
      for channels in [3, 4] {
        let asked = Asked()
        let source = try webP(scene(600, 500, channels: channels))
        _ = try JobRunner(options: ThumbnailOptions(), memory: asked).written(
          source, to: folder("\(channels).webp"), .webp)
        // RGB. With alpha also the memory that it is unpacked into.
        #expect(asked.maximum > 600 * 500 * (channels == 3 ? 3 : 10))
      }
      var options = ThumbnailOptions()
      options.sizes = []
      let source = try webP(scene(400, 300, channels: 3))
      let job = Job(index: 0, source: source, output: folder("late.webp"), format: .webp, sourceByteCount: 0)
      let late = JobRunner(options: options, timeout: .nanoseconds(1)).outcome(of: job)
      guard case .failed(let error) = late else {
        Issue.record("\(String(describing: late))")
        return
      }
      #expect(error.code == .timeout && !OutputFile.isThere(folder("late.webp")))
    }
  }
#endif
