import DecoderTrials
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

/// Raw files through the whole pipeline.
@Suite struct RawThumbnailTests {
  private let folder: TemporaryFolder
  /// Of 150x113, 300x225 and 1200x900.
  private let previews: [[UInt8]]

  init() throws {
    folder = try TemporaryFolder()
    let rex = try Places.sample("dogs/rex.jpg")
    previews = try [8, 4, 1].map { try recoded(rex, shrunkBy: $0) { _ in } }
  }

  private func options(_ size: SizeRequest) -> ThumbnailOptions {
    var options = ThumbnailOptions()
    options.size = size
    return options
  }

  /// The size of the preview that is chosen, and the notices.
  private func choice(_ bytes: [UInt8], _ options: ThumbnailOptions) throws -> (width: Int, notes: [ConversionNotice]) {
    let header = try unsafe bytes.withUnsafeBytes { bytes in
      try unsafe Decoder(pool: BufferPool()).readHeader(bytes, limits: DecodeLimits())
    }.chosen(for: options)
    return (header.size.width, header.notes)
  }

  @Test(
    arguments: [
      (.width(75), 150), (.width(76), 300), (.width(150), 300), (.width(151), 1200), (.box(width: 75, height: 75), 150),
      (.height(56), 150), (.height(57), 300), (.percent(5), 1200), (.percent(100), 1200),
    ] as [(SizeRequest, Int)])
  func `the smallest preview of at least twice the size is chosen`(size: SizeRequest, width: Int) throws {
    let bytes = RawParts(.dng, previews).bytes
    #expect(try choice(bytes, options(size)) == (width, []))
    // Turned by 90 degrees, width and height change places.
    let turned = RawParts(.dng, previews, orientation: 6).bytes
    let swapped: SizeRequest =
      switch size {
      case .width(let width): .height(width)
      case .height(let height): .width(height)
      default: size
      }
    #expect(try choice(turned, options(swapped)) == (width, []))
  }

  @Test func `the largest output, and a crop, decide`() throws {
    let bytes = RawParts(.nef, previews).bytes
    var several = options(.width(40))
    several.sizes = [.width(40), .width(140)]
    #expect(try choice(bytes, several).width == 300)
    several.sizes = []
    #expect(try choice(bytes, several) == (1200, []), "without a size it is the largest")
    var square = options(.box(width: 75, height: 75))
    square.fit = .cover
    #expect(try choice(bytes, square).width == 300, "the height of 113 is less than twice 75")
  }

  @Test func `a preview that is smaller than the output is noted`() throws {
    let bytes = RawParts(.cr2, previews).bytes
    #expect(try choice(bytes, options(.width(1200))) == (1200, []))
    #expect(try choice(bytes, options(.width(1201))) == (1200, [.preview]))
    let source = try folder.add("large.cr2", bytes)
    let image = try JobRunner(options: options(.width(2000))).written(source, to: folder("large.jpg"), .jpeg)
    #expect(image.notes == [.preview] && image.sourceSize == PixelSize(width: 1200, height: 900))
    #expect(image.outputSize == PixelSize(width: 1200, height: 900))
  }

  @Test(arguments: RawParts.Container.allCases)
  func `in every mode the outputs are those of the preview alone`(container: RawParts.Container) throws {
    let modes = try AllModes(folder)
    for (size, preview) in [(SizeRequest.width(60), 0), (.width(120), 1), (.width(400), 2)] {
      let raw = RawParts(container, previews, orientation: 6).bytes
      let preview = container == .raf ? 2 : preview
      let alone = OrientationTag.added(6, to: previews[preview])
      let results = try modes.results([raw, alone], .jpeg, turned(size))
      #expect(results[0].bytes == results[1].bytes && results[0].bytes != nil, "\(size)")
    }
  }

  /// Options for an image whose stored width becomes its height.
  private func turned(_ size: SizeRequest) -> ThumbnailOptions {
    guard case .width(let width) = size else { return options(size) }
    return options(.height(width))
  }

  @Test func `the estimate of memory is that of the chosen preview`() throws {
    let bytes = RawParts(.arw, previews).bytes
    func estimate(_ bytes: [UInt8], _ options: ThumbnailOptions) throws -> Int {
      let header = try unsafe bytes.withUnsafeBytes { bytes in
        try unsafe Decoder(pool: BufferPool()).readHeader(bytes, limits: DecodeLimits())
      }.chosen(for: options)
      let plan = ThumbnailPlan(header, options: options, formats: [.jpeg], transforms: ColorTransforms())
      return MemoryEstimate(header, plan: plan, fileByteCount: 0).byteCount
    }
    for (width, preview) in [(60, 0), (120, 1), (400, 2)] {
      #expect(try estimate(bytes, options(.width(width))) == estimate(previews[preview], options(.width(width))))
    }
  }

  @Test func `metadata of the preview are kept, and others are noted`() throws {
    let previews = [OrientationTag.added(8, to: previews[2])]
    for (orientation, expected) in [(6, PixelSize(width: 30, height: 40)), (1, PixelSize(width: 40, height: 30))] {
      let source = try folder.add("\(orientation).pef", RawParts(.pef, previews, orientation: orientation).bytes)
      var options = options(.box(width: 40, height: 40))
      options.metadata = .keep
      let output = folder("\(orientation).jpg")
      let image = try JobRunner(options: options).written(source, to: output, .jpeg)
      #expect(image.notes == [.metadata] && image.outputSize == expected)
      #expect(try WrittenFile(output).header.orientation == .upright)
    }
  }
}
