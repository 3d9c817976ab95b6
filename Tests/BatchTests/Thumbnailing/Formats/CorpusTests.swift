import Foundation
import LibPNGReference
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCore
@testable import ImageErrors
@testable import RunState
@testable import Thumbnailing

/// Public test images, next to the checkout. Skipped if they are missing.
@Suite struct CorpusTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func outcome(of source: URL, format: ImageFormat = .png) throws -> (Outcome, FilePath) {
    let output = folder(source.deletingPathExtension().lastPathComponent + ".png")
    let job = Job(index: 0, source: FilePath(source.path), output: output, format: format, sourceByteCount: 0)
    return (try #require(JobRunner(options: ThumbnailOptions()).outcome(of: job)), output)
  }

  private func files(_ folder: URL) throws -> [URL] {
    let all = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return all.sorted { $0.path < $1.path }
  }

  /// libpng's own decoding of a file, as 8-bit RGBA; nil if it rejects the file.
  private func libpngRGBA(_ bytes: [UInt8]) -> (size: PixelSize, pixels: [UInt8])? {
    var (width, height) = (UInt32(0), UInt32(0))
    guard let pixels = unsafe libpng_rgba(bytes, bytes.count, &width, &height) else { return nil }
    defer { unsafe free(pixels) }
    let size = PixelSize(width: Int(width), height: Int(height))
    return (size, unsafe [UInt8](UnsafeBufferPointer(start: pixels, count: size.pixelCount * 4)))
  }

  @Test(
    "Promise 12: every valid file of PngSuite has libpng's own pixels at full size, and every broken one is rejected",
    .enabled(if: Places.corpus("pngsuite") != nil, "shared/corpus/pngsuite is not there"))
  func pngSuite() throws {
    let all = try files(try #require(Places.corpus("pngsuite")).appending(path: "png"))
    let broken = all.filter { $0.lastPathComponent.hasPrefix("x") }
    #expect(all.count == 175 && broken.count == 14, "PngSuite of 2017 is there as a whole")
    for file in all {
      let name = file.lastPathComponent
      let (outcome, output) = try outcome(of: file)
      let wanted = libpngRGBA([UInt8](try Data(contentsOf: file)))
      #expect((wanted == nil) == broken.contains(file), "\(name)")
      switch outcome {
      case .written(let image):
        #expect(image.outputSize == image.sourceSize, "they are all smaller than the box")
        let made = libpngRGBA([UInt8](try Data(contentsOf: URL(fileURLWithPath: output.string))))
        #expect(made?.size == wanted?.size && made?.pixels == wanted?.pixels, "\(name)")
      case .failed(let error):
        #expect(broken.contains(file), "\(name): \(error.message)")
        #expect([.corrupt, .truncated, .notAnImage, .unsupported].contains(error.code))
        #expect(!OutputFile.isThere(output))
      case .skipped: Issue.record("nothing is there to skip for")
      }
    }
  }

  @Test(
    "Promise 12: all eight orientations give the same upright image",
    .enabled(if: Places.corpus("exif-orientation") != nil, "shared/corpus/exif-orientation is not there"),
    arguments: ["Landscape", "Portrait"])
  func orientations(name: String) throws {
    let corpus = try #require(Places.corpus("exif-orientation"))
    func thumbnail(_ orientation: Int) throws -> [Int] {
      let (outcome, output) = try outcome(of: corpus.appending(path: "\(name)_\(orientation).jpg"))
      guard case .written(let image) = outcome else {
        Issue.record("\(outcome)")
        return []
      }
      let landscape = name == "Landscape"
      #expect((image.outputSize.width > image.outputSize.height) == landscape)
      return try WrittenFile(output).samples
    }
    let upright = try thumbnail(1)
    for orientation in 2...8 {
      let turned = try thumbnail(orientation)
      #expect(turned.count == upright.count)
      let squares = zip(turned, upright).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
      let noise = 10 * log10(65025 * Double(upright.count) / max(squares, 1))
      // Each file shows its own number. An image with the wrong orientation differs by 10 dB.
      #expect(noise > 25, "\(orientation): \(noise) dB")
    }
  }
}
