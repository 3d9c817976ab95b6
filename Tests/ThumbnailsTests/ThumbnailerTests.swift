import TestSupport
import Testing
import Thumbnails

@Suite("Thumbnails of the library") struct ThumbnailerTests {
  private let thumbnailer = Thumbnailer(threads: 2)

  @Test("An image in, a thumbnail out")
  func one() async throws {
    let thumbnail = try await thumbnailer.thumbnail(
      of: try Places.sample("dogs/rex.jpg"), ThumbnailOptions(.box(100, 100)))
    #expect(thumbnail.format == .jpeg && thumbnail.format.mediaType == "image/jpeg")
    #expect(max(thumbnail.width, thumbnail.height) == 100)
    let info = try unsafe thumbnailer.info(of: thumbnail.bytes.span.bytes)
    #expect((info.width, info.height) == (thumbnail.width, thumbnail.height))
    #expect(thumbnail.notices.isEmpty)
  }

  @Test("Several sizes and formats come from one call, in the order of the options")
  func several() async throws {
    let outputs = [
      ThumbnailOptions.Output(.width(40), format: .jpeg), ThumbnailOptions.Output(.width(80), format: .png),
      ThumbnailOptions.Output(.width(40), format: .png), ThumbnailOptions.Output(.original),
    ]
    let image = try Places.sample("dogs/rex.jpg")
    let source = try unsafe thumbnailer.info(of: image.span.bytes)
    let made = try await thumbnailer.thumbnails(of: image, ThumbnailOptions(outputs))
    #expect(made.map(\.format) == [.jpeg, .png, .png, .jpeg])
    #expect(made.map(\.width) == [40, 80, 40, source.width])
    for thumbnail in made {
      let info = try unsafe thumbnailer.info(of: thumbnail.bytes.span.bytes)
      #expect((info.width, info.height) == (thumbnail.width, thumbnail.height))
      #expect(info.format == thumbnail.format)
    }
    // The largest output decides the scale of decoding.
    let largest = try await thumbnailer.thumbnail(of: try Places.sample("dogs/rex.jpg"), ThumbnailOptions(.width(80)))
    let two = ThumbnailOptions([ThumbnailOptions.Output(.width(30)), ThumbnailOptions.Output(.width(80))])
    #expect(try await thumbnailer.thumbnails(of: try Places.sample("dogs/rex.jpg"), two)[1] == largest)
  }

  @Test("A blocking call gives the same bytes")
  func blocking() async throws {
    let image = try Places.sample("dogs/bello.png")
    var options = ThumbnailOptions(.box(64, 64), format: .jpegOrPNG)
    options.fit = .cover
    options.gravity = .north
    options.background = ThumbnailOptions.Color(red: 1, green: 2, blue: 3)
    let blocking = try unsafe thumbnailer.thumbnails(of: image.span.bytes, options)
    #expect(blocking == [try await thumbnailer.thumbnail(of: image, options)])
    #expect((blocking[0].width, blocking[0].height) == (64, 64))
  }

  @Test("Options of one call leave no trace in the next")
  func independence() async throws {
    let image = try Places.sample("dogs/rex.jpg")
    let plain = ThumbnailOptions(.box(90, 90))
    let first = try await thumbnailer.thumbnail(of: image, plain)
    var other = ThumbnailOptions(.box(50, 70), format: .png)
    other.isGray = true
    other.fit = .contain
    other.pngLevel = 9
    _ = try await thumbnailer.thumbnails(of: try Places.sample("dogs/bello.png"), other)
    _ = try? await thumbnailer.thumbnails(of: [1, 2, 3], other)
    #expect(try await thumbnailer.thumbnail(of: try Places.sample("dogs/rex.jpg"), plain) == first)
  }

  @Test("Fits and gravities have the names of the program's options")
  func names() {
    #expect(ThumbnailOptions.Fit.allCases.map(\.rawValue) == ["inside", "cover", "contain", "fill", "outside"])
    #expect(ThumbnailOptions.Gravity(rawValue: "northeast") == .northeast)
    #expect(ThumbnailOptions.Gravity(rawValue: "entropy") == .entropy)
  }

  @Test("The header says what an image is, without decoding it")
  func header() throws {
    let image = try Places.sample("dogs/rex.jpg")
    let info = try unsafe thumbnailer.info(of: image.span.bytes)
    #expect(info.format == .jpeg && info.bitsPerSample == 8 && !info.hasAlpha && (1...8).contains(info.orientation))
    let text = Array("text".utf8)
    #expect(throws: ThumbnailError.self) { _ = try unsafe thumbnailer.info(of: text.span.bytes) }
  }

  // MARK: - Errors

  private func code(_ image: sending [UInt8], _ limits: ThumbnailLimits = ThumbnailLimits()) async -> String {
    do throws(ThumbnailError) {
      _ = try await Thumbnailer(limits: limits, threads: 1).thumbnail(of: image, ThumbnailOptions(.box(20, 20)))
      return "none"
    } catch {
      #expect(!error.message.isEmpty && !error.message.contains("--"), "\(error)")
      return error.code.rawValue
    }
  }

  @Test("Damaged and foreign images have the codes of the program")
  func errors() async throws {
    let image = try Places.sample("dogs/rex.jpg")
    #expect(await code([]) == "not-an-image")
    #expect(await code(Array("just some text".utf8)) == "not-an-image")
    #expect(await code(Array("8BPS\0\u{1}".utf8) + [UInt8](repeating: 0, count: 40)) == "unsupported")
    #expect(await code(Array(image.prefix(image.count / 2))) == "truncated")
    for name in ["photo.heic", "10bit.avif", "lzw.tif", "photo.jxl"] {
      #expect(await code(try Places.sample("formats/\(name)")) == "needs-isolation", "\(name)")
    }
    #expect(ThumbnailError.Code.needsIsolation.rawValue == "needs-isolation")
  }

  @Test("Limits hold")
  func limits() async throws {
    func code(_ change: (inout ThumbnailLimits) -> Void) async throws -> String {
      var limits = ThumbnailLimits()
      change(&limits)
      return await self.code(try Places.sample("dogs/rex.jpg"), limits)
    }
    #expect(try await code { $0.pixelCount = 1000 } == "limit-pixels")
    #expect(try await code { $0.byteCount = 1000 } == "limit-bytes")
    #expect(try await code { $0.memoryByteCount = 50_000 } == "limit-memory")
    #expect(try await code { $0.timeout = .nanoseconds(1) } == "timeout")
    #expect(try await code { $0.timeout = nil } == "none")
  }

  @Test("More images than the memory allows at once wait for each other")
  func memory() async throws {
    var limits = ThumbnailLimits()
    limits.memoryByteCount = 9 << 20
    let tight = Thumbnailer(limits: limits, threads: 4)
    let bytes = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<16 {
        group.addTask {
          try await tight.thumbnail(of: try Places.sample("dogs/rex.jpg"), ThumbnailOptions(.box(400, 400))).bytes
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(bytes.count == 1)
  }
}
