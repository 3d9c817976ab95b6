import Foundation
import ImageCodecs
import ImageCore
import TestSupport
import Testing

/// Whether all libraries that are opened at run time are installed. `make deps` installs those that the system has.
private let hasLibraries = ImageFormat.allCases.allSatisfy(\.isReadable)

@Suite(
  "Formats of libraries that are opened at run time",
  .enabled(if: hasLibraries, "libheif, libtiff and libjxl are not all installed"))
struct IsolatedFormatTests {
  private let scratch: ScratchFolder
  private static let samples = [
    "10bit.avif", "alpha.avif", "alpha.heic", "alpha.jxl", "cmyk.tif", "lzw.tif", "palette.tif", "photo.heic",
    "photo.jxl",
  ]

  init() throws {
    scratch = try ScratchFolder()
    for name in Self.samples { try scratch.add("formats/\(name)", as: "in/\(name)") }
  }

  @Test("Every mode makes the same JPEGs, next to images that this program decodes itself")
  func modes() throws {
    try scratch.add("dogs/rex.jpg", as: "in/photo.jpg")
    try scratch.add("dogs/bello.png", as: "in/photo.png")
    let names = (Self.samples.map { $0 + ".jpg" } + ["photo.jpg", "photo.png"]).sorted()
    for mode in Command.modes {
      let line = "imgbatch resize in -o \(mode) --size 50 --mode \(mode)"
      let answer = try Command.shell(line, in: scratch)
      #expect(answer.status == 0 && answer.error.contains("11 written"), "\(answer.error)")
      #expect(scratch.files(below: mode) == names)
      for name in names {
        #expect(scratch.bytes("\(mode)/\(name)") == scratch.bytes("threads/\(name)"), "\(mode) \(name)")
      }
      #expect(try Command.shell(line + " --existing update", in: scratch).error.contains("0 written, 11 skipped"))
    }
  }

  @Test("Lossy images are close to the drawing, and TIFF with LZW is exact")
  func pixels() throws {
    let answer = try Command.shell("imgbatch resize in -o out --size 120x90 --format png", in: scratch)
    #expect(answer.status == 0, "\(answer.error)")
    // LZW stores the drawing itself.
    let drawing = try image("out/lzw.tif.png")
    for (name, decibels) in [("photo.heic", 33.0), ("photo.jxl", 33), ("10bit.avif", 33), ("cmyk.tif", 40)] {
      // 16 bits per sample where the source has more than 8.
      let other = try image("out/\(name).png").reducedTo8Bits
      #expect(other.channels == drawing.channels && other.header.size == drawing.header.size, "\(name)")
      #expect(psnr(drawing.samples, other.samples) > decibels, "\(name): \(psnr(drawing.samples, other.samples))")
    }
    for name in ["alpha.heic", "alpha.avif", "alpha.jxl"] {
      let fading = try image("out/\(name).png")
      try #require(fading.channels == 4)
      // Alpha grows from 0 at the top to 255 at the bottom.
      #expect(fading.pixel(60, 0)[3] <= 4 && fading.pixel(60, 89)[3] >= 250, "\(name)")
      let opaque = (0..<120).map { Array(fading.pixel($0, 89).prefix(3)) }
      #expect(psnr((0..<120).flatMap { drawing.pixel($0, 89) }, opaque.flatMap { $0 }) > 30, "\(name)")
    }
  }

  /// A TIFF, and the samples of the PNG that it becomes.
  struct Case: CustomTestStringConvertible {
    let testDescription: String
    let file: TIFFParts
    let expected: [Int]
    var size = PixelSize(width: 20, height: 18)
  }

  static let cases: [Case] = {
    let (width, height) = (20, 18)
    let gray = (0..<width * height).map { $0 * 7 % 256 }
    let rgb = (0..<width * height * 3).map { $0 * 5 % 256 }
    var base = TIFFParts(width: width, height: height)
    base.samples = rgb
    func file(_ change: (inout TIFFParts) -> Void) -> TIFFParts {
      var file = base
      change(&file)
      return file
    }
    func makeGray(_ file: inout TIFFParts, _ samples: [Int], bits: Int = 8) {
      (file.samples, file.samplesPerPixel, file.photometric, file.bits) = (samples, 1, 1, bits)
    }
    let wide = gray.map { $0 * 257 }
    let alpha = (0..<width * height).map { $0 % 256 }
    func withAlpha(_ colors: (Int, Int) -> Int) -> [Int] {
      alpha.indices.flatMap { pixel in (0..<3).map { colors(rgb[3 * pixel + $0], alpha[pixel]) } + [alpha[pixel]] }
    }
    return [
      Case(testDescription: "RGB", file: base, expected: rgb),
      Case(testDescription: "big-endian RGB", file: file { $0.isBigEndian = true }, expected: rgb),
      Case(testDescription: "tiles that the image does not fill", file: file { $0.tile = (16, 16) }, expected: rgb),
      Case(testDescription: "gray", file: file { makeGray(&$0, gray) }, expected: gray),
      Case(
        testDescription: "gray with zero for white",
        file: file {
          makeGray(&$0, gray.map { 255 - $0 })
          $0.photometric = 0
        }, expected: gray),
      Case(testDescription: "gray of 16 bits", file: file { makeGray(&$0, wide, bits: 16) }, expected: wide),
      Case(
        testDescription: "big-endian gray of 16 bits in tiles",
        file: file {
          makeGray(&$0, wide, bits: 16)
          ($0.isBigEndian, $0.tile) = (true, (16, 16))
        }, expected: wide),
      Case(
        testDescription: "unassociated alpha",
        file: file {
          ($0.samples, $0.samplesPerPixel, $0.extraSample) = (withAlpha { color, _ in color }, 4, 2)
        }, expected: withAlpha { color, _ in color }),
      Case(
        testDescription: "associated alpha",
        file: file {
          ($0.samples, $0.samplesPerPixel, $0.extraSample) = (
            withAlpha { color, alpha in (color * alpha + 127) / 255 }, 4, 1
          )
        },
        expected: withAlpha { color, alpha in
          let product = (color * alpha + 127) / 255
          return alpha == 0 ? 0 : min(255, (product * 255 + alpha / 2) / alpha)
        }),
      Case(
        testDescription: "a sample that is no alpha",
        file: file { ($0.samples, $0.samplesPerPixel, $0.extraSample) = (withAlpha { color, _ in color }, 4, 0) },
        expected: rgb),
      Case(
        testDescription: "a quarter turn", file: file { $0.orientation = 6 },
        expected: (0..<width).flatMap { x in
          (0..<height).reversed().flatMap { y in (0..<3).map { rgb[(y * width + x) * 3 + $0] } }
        }, size: PixelSize(width: height, height: width)),
    ]
  }()

  @Test("TIFF keeps its samples", arguments: cases)
  func tiff(one: Case) throws {
    try scratch.write(one.file.bytes, as: "tiff/a.tif")
    let answer = try Command.shell("imgbatch resize tiff -o out --size 20x20 --format png --json", in: scratch)
    #expect(answer.status == 0, "\(answer.error)")
    let made = try image("out/a.tif.png")
    #expect(made.header.size == one.size)
    #expect(made.samples == one.expected)
  }

  @Test("Further pages and inks are noted")
  func notes() throws {
    var pages = TIFFParts(width: 4, height: 4)
    pages.samples = [Int](repeating: 9, count: 48)
    pages.furtherPages = 2
    try scratch.write(pages.bytes, as: "in/pages.tif")
    let files = try Command.shell("imgbatch resize in -o out --json", in: scratch).files
    #expect(files["pages.tif"]?["notes"] as? [String] == ["images-dropped"])
    #expect(files["cmyk.tif"]?["notes"] as? [String] == ["cmyk-without-profile"])
    #expect(files["photo.heic"]?["notes"] == nil)
  }

  @Test("Damaged images fail alone, without an output", arguments: Command.modes)
  func damage(mode: String) throws {
    for name in Self.samples {
      let bytes = try Places.sample("formats/\(name)")
      try scratch.write(Array(bytes.prefix(bytes.count * 2 / 3)), as: "broken/cut-\(name)")
      try scratch.write(Array(bytes.prefix(40)) + [UInt8](repeating: 0xA5, count: 200), as: "broken/noise-\(name)")
    }
    try scratch.add("formats/photo.heic", as: "broken/good.heic")
    let answer = try Command.shell("imgbatch resize broken -o out --mode \(mode) --json", in: scratch)
    #expect(answer.status == 1)
    // libtiff finds the directory of a cut file at its start, and LZW and PackBits fail in the rows that are missing.
    #expect(scratch.files(below: "out") == ["good.heic.jpg"], "\(answer.error)")
    for (name, event) in try answer.files where name != "good.heic" {
      let code = (event["error"] as? [String: String])?["code"]
      #expect(["truncated", "corrupt", "unsupported", "limit-memory"].contains(code ?? ""), "\(name): \(code ?? "-")")
    }
  }

  @Test("info, --dry-run and formats describe them")
  func descriptions() throws {
    let info = try Command.shell("imgbatch info in --json", in: scratch).events
    #expect(
      info.map { $0["format"] as? String } == [
        "avif", "avif", "heic", "jxl", "tiff", "tiff", "tiff", "heic", "jxl",
      ])
    #expect(info.allSatisfy { $0["width"] as? Int == 120 && $0["height"] as? Int == 90 })
    #expect(info.map { $0["bits"] as? Int } == [16, 8, 8, 8, 8, 8, 8, 8, 8])
    let dry = try Command.shell("imgbatch resize in -o out -n --size 40", in: scratch)
    #expect(dry.status == 0 && dry.output.contains("in/photo.heic -> out/photo.heic.jpg: 120x90 -> 40x30"))
    let formats = try Command.run("formats", "--json").events
    #expect(formats.map { $0["format"] as? String } == ImageFormat.allCases.map(\.rawValue))
    #expect(formats.allSatisfy { $0["isRead"] as? Bool == true && $0["package"] == nil })
    #expect(
      (formats.first { $0["format"] as? String == "tiff" }?["reader"] as? String)?.hasPrefix("libtiff 4.") == true)
    let table = try Command.run("formats")
    #expect(table.status == 0 && table.output.contains("AVIF") && table.output.contains("libheif 1."))
  }

  @Test("The program itself opens none of the libraries", arguments: Command.modes)
  func isolation(mode: String) throws {
    // Worker processes do not get the variables: the log is that of the program.
    let answer = try Command.shell(
      """
      mkdir log
      LD_DEBUG=files LD_DEBUG_OUTPUT=log/opened imgbatch resize in -o out --mode \(mode)
      """, in: scratch)
    #expect(answer.status == 0 && answer.error.contains("9 written"), "\(answer.error)")
    let logs = scratch.files(below: "log").map { name in
      String(decoding: scratch.bytes("log/\(name)") ?? Data(), as: UTF8.self)
    }
    try #require(logs.contains { $0.contains("file=libc.so.6") }, "LD_DEBUG has no effect")
    for library in ["libheif.so", "libtiff.so", "libjxl.so"] {
      #expect(!logs.contains { $0.contains("file=\(library)") }, "\(library)")
    }
  }

  @Test("Downloads are recognized by content and checked in a worker process")
  func downloads() throws {
    let heic = try Places.sample("formats/photo.heic")
    let tiff = try Places.sample("formats/lzw.tif")
    let server = try TestServer { request, reply in
      // Without Content-Length the end of the connection is the end of the body: only a decoder finds out.
      func answerWithoutLength(_ bytes: some Collection<UInt8>) {
        reply.send("HTTP/1.0 200 OK\r\n\r\n")
        reply.finish()
        reply.send(bytes)
        reply.close()
      }
      switch request.path {
      case "/whole": reply.answer(200, ["Content-Type: text/plain"], heic)
      case "/cut": answerWithoutLength(heic.dropLast(300))
      case "/tiff": answerWithoutLength(tiff)
      default: answerWithoutLength(tiff.dropLast(9000))
      }
    }
    defer { server.stop() }
    let list = ["/whole", "/cut", "/tiff", "/cut-tiff"].map { server.address($0) }
    let answer = try Command.fetch(list, scratch, ["--thumbs", scratch["thumbs"], "--retries", "0"])
    #expect(answer.status == 1, "\(answer.error)")
    #expect(scratch.files(below: "thumbs") == ["000001-whole.heic.jpg", "000003-tiff.tiff.jpg"], "\(answer.error)")
  }

  // MARK: - Reading outputs

  private func image(_ name: String) throws -> DecodedPNG {
    try DecodedPNG(Array(try #require(scratch.bytes(name), "\(name)")))
  }

  private func psnr(_ one: [Int], _ other: [Int]) -> Double {
    let sum = zip(one, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return sum == 0 ? .infinity : 10 * log10(255 * 255 * Double(one.count) / Double(sum))
  }
}

/// The samples of a PNG.
private struct DecodedPNG {
  let header: ImageHeader
  private(set) var channels = 0
  private(set) var samples: [Int] = []

  init(_ bytes: [UInt8]) throws {
    let decoder = Decoder(pool: BufferPool())
    (header, channels, samples) = try unsafe bytes.withUnsafeBytes { bytes in
      defer { decoder.finish() }
      let header = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
      guard case .pixels(let plane) = try decoder.decode(DecodeRequest()).unwrapped() else { return (header, 0, []) }
      return (header, plane.channels, plane.samples)
    }
  }

  var reducedTo8Bits: DecodedPNG {
    guard header.bits == 16 else { return self }
    var copy = self
    copy.samples = samples.map { ($0 + 128) / 257 }
    return copy
  }

  func pixel(_ x: Int, _ y: Int) -> [Int] {
    let start = (y * header.size.width + x) * channels
    return Array(samples[start..<start + channels])
  }
}

extension ScratchFolder {
  fileprivate func write(_ bytes: [UInt8], as name: String) throws {
    let target = url.appending(path: name)
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: target)
  }
}
