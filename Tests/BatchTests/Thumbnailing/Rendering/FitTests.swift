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

/// Images through the whole pipeline, with every fit.
@Suite struct FitTests {
  private let folder: TemporaryFolder
  private let pool = BufferPool()

  init() throws { folder = try TemporaryFolder() }

  /// Resembles a photograph: slow color waves with an edge or two.
  private func scene(_ width: Int, _ height: Int, channels: Int) -> Plane {
    .made(width, height, channels: channels, from: pool) { x, y, channel in
      let (u, v) = (Double(x) / Double(width), Double(y) / Double(height))
      let wave = sin(9 * u + Double(channel)) * cos(7 * v - Double(channel) * 2)
      return min(255, max(0, Int(120 + 70 * wave + (u + v > 1.1 ? 40 : 0))))
    }
  }

  /// A JPEG of a plane, stored so that `orientation` makes it upright.
  private func source(_ plane: consuming Plane, orientation: Int, scans: JPEGScans) throws -> FilePath {
    // Orientations 6 and 8 are each other's inverse. All others are self-inverse.
    let inverse = Orientation(rawValue: [1, 2, 3, 4, 5, 8, 7, 6][orientation - 1]) ?? .upright
    let image = try Image.pixels(plane.turned(inverse, from: pool))
    var request = EncodeRequest(format: .jpeg)
    request.jpeg.quality = 95
    request.jpeg.scans = scans
    let encoder = Encoder(pool: pool)
    let file = try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(image, request)) }
    return try folder.add("\(UUID().uuidString).jpg", OrientationTag.added(orientation, to: file))
  }

  private func made(
    _ source: FilePath, format: ImageFormat, _ options: ThumbnailOptions
  ) throws -> (size: PixelSize, channels: Int, samples: [Int]) {
    let (written, file) = try WrittenFile.made(from: source, format, options)
    #expect(file.header.size == written.outputSize)
    return (file.header.size, file.channels, file.samples)
  }

  private func decibels(_ one: [Int], _ other: [Int]) -> Double {
    guard one.count == other.count else { return 0 }
    let sum = zip(one, other).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
    return sum == 0 ? 100 : 10 * log10(255 * 255 * Double(one.count) / sum)
  }

  @Test(arguments: [(3, JPEGScans.baseline), (3, .progressive), (1, .baseline)], [Fit.cover, .inside, .contain])
  func `all orientations give the upright image`(kind: (channels: Int, scans: JPEGScans), fit: Fit) throws {
    let sources = try (1...8).map {
      try source(scene(203, 149, channels: kind.channels), orientation: $0, scans: kind.scans)
    }
    for format in ImageFormat.written {
      for gravity in [Gravity.center, .southeast] {
        var options = ThumbnailOptions()
        options.size = .box(width: 96, height: 80)
        options.fit = fit
        options.gravity = gravity
        options.jpeg.quality = 95
        var upright: [Int]?
        for (index, path) in sources.enumerated() {
          let result = try made(path, format: format, options)
          upright = upright ?? result.samples
          let level = decibels(result.samples, upright ?? [])
          #expect(level >= 40, "\(index + 1) \(format) \(gravity): \(level) dB")
        }
      }
    }
  }

  /// rex.jpg is baseline, luna.jpg progressive.
  @Test(arguments: [Gravity.center, .north, .south, .entropy], ["rex", "luna"])
  func `a crop equals that part of the whole image, though less is decoded`(gravity: Gravity, dog: String) throws {
    let path = FilePath(Places.samples.appending(path: "dogs/\(dog).jpg").path)
    for format in ImageFormat.written {
      var options = ThumbnailOptions()
      options.size = .box(width: 320, height: 128)
      options.fit = .cover
      options.gravity = gravity
      options.jpeg.quality = 100
      options.jpeg.subsampling = .none
      let needed = try made(path, format: format, options)
      // Any warning fails, so everything is read.
      options.tolerance = .warningFails
      #expect(try made(path, format: format, options).samples == needed.samples, "\(format)")
      #expect(needed.size == PixelSize(width: 320, height: 128))
    }
  }

  @Test(arguments: [(100_000, 1), (1, 100_000)])
  func `a line of 100,000 pixels fits every box`(width: Int, height: Int) throws {
    let line = Plane.made(width, height, channels: 3, from: pool) { x, y, channel in (x + y) * (channel + 1) % 256 }
    let encoder = LibdeflatePNGEncoder(pool: pool)
    let bytes = try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(line, level: 1)) }
    let path = try folder.add("line-\(width).png", bytes)
    for fit in Fit.allCases {
      var options = ThumbnailOptions()
      options.fit = fit
      let made = try made(path, format: .png, options)
      let long = fit == .outside ? 100_000 : fit == .cover ? 1 : 256
      let short = fit == .contain ? 256 : 1
      #expect(made.size == PixelSize(width: width > 1 ? long : short, height: width > 1 ? short : long), "\(fit)")
    }
  }

  @Test func `columns outside the crop do not affect the output`() throws {
    let path = FilePath(Places.samples.appending(path: "dogs/rex.jpg").path)
    for side in [40, 120, 500] {
      for gravity in [Gravity.west, .center, .east] {
        var options = ThumbnailOptions()
        options.size = .box(width: side, height: side)
        options.fit = .cover
        options.gravity = gravity
        let needed = try made(path, format: .png, options)
        options.tolerance = .warningFails
        #expect(try made(path, format: .png, options).samples == needed.samples, "\(side) \(gravity)")
      }
    }
  }

  @Test func `a crop at full size copies pixels`() throws {
    let path = try source(scene(90, 60, channels: 3), orientation: 1, scans: .baseline)
    var options = ThumbnailOptions()
    options.size = nil
    let whole = try made(path, format: .png, options)
    options.size = .box(width: 60, height: 60)
    options.fit = .cover
    options.gravity = .east
    let part = try made(path, format: .png, options)
    for y in 0..<60 {
      #expect(Array(part.samples[y * 180..<(y + 1) * 180]) == Array(whole.samples[y * 270 + 90..<(y + 1) * 270]))
    }
  }

  @Test func `contain pads with the background, and a PNG with alpha transparently unless a color is given`() throws {
    let jpeg = try source(scene(200, 100, channels: 3), orientation: 1, scans: .baseline)
    var options = ThumbnailOptions()
    options.size = .box(width: 64, height: 64)
    options.fit = .contain
    options.background = Background(red: 200, green: 30, blue: 60)
    for format in ImageFormat.written {
      let padded = try made(jpeg, format: format, options)
      #expect(padded.size == PixelSize(width: 64, height: 64))
      for (sample, wanted) in zip(padded.samples, [200, 30, 60]) { #expect(abs(sample - wanted) <= 3, "\(format)") }
    }
    let disc = FilePath(Places.samples.appending(path: "patterns/rgba-disc.png").path)
    options.size = .box(width: 96, height: 64)
    #expect(try made(disc, format: .png, options).samples.prefix(4) == [0, 0, 0, 0])
    options.padding = .background
    #expect(try made(disc, format: .png, options).samples.prefix(4) == [200, 30, 60, 255])
  }

  @Test func `a truncated JPEG fails although the crop lies before the cut`() throws {
    let path = try source(scene(200, 500, channels: 3), orientation: 1, scans: .baseline)
    let whole = try SourceFile.read(path, byteLimit: 1 << 30, pool: pool)
    let cut = try folder.add("cut.jpg", Array(unsafe [UInt8](whole.bytes).dropLast(400)))
    var options = ThumbnailOptions()
    options.size = .box(width: 60, height: 60)
    options.fit = .cover
    options.gravity = .north
    let job = Job(index: 0, source: cut, output: folder("cut-out.jpg"), format: .jpeg, sourceByteCount: 0)
    guard case .failed(let error) = JobRunner(options: options).outcome(of: job) else {
      Issue.record("it was written")
      return
    }
    #expect(error.code == .truncated)
  }
}
