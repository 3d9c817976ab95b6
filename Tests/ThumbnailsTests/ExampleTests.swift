import Foundation
import TestSupport
import Testing
import Thumbnails

/// The examples of the documentation, so that they compile, and a test that there are no others.
@Suite("Examples of the library's documentation") struct ExampleTests {
  private func landingPage(bytes: [UInt8]) async throws -> Thumbnail {
    let thumbnailer = Thumbnailer()
    let options = ThumbnailOptions(.box(256, 256), format: .jpegOrPNG)
    let thumbnail = try await thumbnailer.thumbnail(of: bytes, options)
    // thumbnail.bytes, thumbnail.format.mediaType, thumbnail.width, thumbnail.height
    return thumbnail
  }

  private func thumbnailerComment(bytes: [UInt8]) async throws -> Thumbnail {
    let thumbnailer = Thumbnailer()
    let thumbnail = try await thumbnailer.thumbnail(of: bytes, ThumbnailOptions(.box(256, 256)))
    return thumbnail
  }

  private func optionsComment() -> ThumbnailOptions {
    var options = ThumbnailOptions(.box(400, 400), format: .jpeg)
    options.fit = .cover
    options.quality = 75
    return options
  }

  #if WebP
    private func severalSizes(image: [UInt8], thumbnailer: Thumbnailer) async throws -> [Thumbnail] {
      let options = ThumbnailOptions([
        ThumbnailOptions.Output(.width(400), format: .webp),
        ThumbnailOptions.Output(.width(400), format: .jpeg),
        ThumbnailOptions.Output(.width(800), format: .jpeg),
      ])
      let thumbnails = try await thumbnailer.thumbnails(of: image, options)
      return thumbnails
    }
  #endif

  private func errors(image: [UInt8], thumbnailer: Thumbnailer, options: ThumbnailOptions) async {
    do {
      let thumbnail = try await thumbnailer.thumbnail(of: image, options)
      print(thumbnail.width)
    } catch {
      switch error.code {
      case .limitPixels, .limitBytes, .limitMemory: print("too large")
      case .notAnImage, .unsupported, .needsIsolation: print("not a format that is read here")
      case .truncated, .corrupt: print("damaged: \(error.message)")
      default: print(error)
      }
    }
  }

  private func limits() -> Thumbnailer {
    var limits = ThumbnailLimits()
    limits.byteCount = 20 << 20
    limits.pixelCount = 100_000_000
    limits.timeout = .seconds(5)
    let thumbnailer = Thumbnailer(limits: limits)
    return thumbnailer
  }

  @Test("They run", .enabled(if: WebPTrait.isOn))
  func run() async throws {
    let image = try Places.sample("dogs/rex.jpg")
    #expect(try await landingPage(bytes: image).format == .jpeg)
    #expect(try await thumbnailerComment(bytes: image).width == 256)
    let options = optionsComment()
    // Not with the example's limit of time: a sanitizer takes long.
    #expect(limits().load == (0, 0))
    let thumbnailer = Thumbnailer()
    #if WebP
      #expect(try await severalSizes(image: image, thumbnailer: thumbnailer).map(\.format) == [.webp, .jpeg, .jpeg])
    #endif
    await errors(image: image, thumbnailer: thumbnailer, options: options)
  }

  /// The whole program and the manifest of the tutorial are compiled by `make library-test`.
  private func isWholeFile(_ block: [Substring]) -> Bool {
    block.contains { $0.hasPrefix("@main") || $0.hasPrefix("let package") }
  }

  @Test("Every other example of the articles and comments is one of these")
  func complete() throws {
    let sources = Places.root.appending(path: "Sources/Thumbnails")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    let here = try words(of: String(contentsOf: URL(filePath: #filePath), encoding: .utf8))
    var count = 0
    for case let file as URL in files where ["md", "swift"].contains(file.pathExtension) {
      let text = try String(contentsOf: file, encoding: .utf8)
      for block in blocks(of: text) where !isWholeFile(block) {
        for line in block where !line.isEmpty && !line.contains("import ") {
          #expect(here.contains(words(of: String(line))), "\(file.lastPathComponent): \(line)")
        }
        count += 1
      }
    }
    #expect(count == 6)
  }

  private func words(of text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The lines of each block of Swift, without the slashes of comments.
  private func blocks(of text: String) -> [[Substring]] {
    var (blocks, isInside): ([[Substring]], Bool) = ([], false)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.hasPrefix("/// ") ? line.dropFirst(4) : line
      if content == "```swift" {
        blocks.append([])
        isInside = true
      } else if content == "```" {
        isInside = false
      } else if isInside {
        blocks[blocks.count - 1].append(content)
      }
    }
    return blocks
  }
}
