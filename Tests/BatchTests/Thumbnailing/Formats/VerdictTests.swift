import DecoderTrials
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

/// Promise 16: with `--fail-on warning` the verdict on a file depends only on the file. With `damage` it also depends on the
/// scans that the scale needs. It never depends on format, fit, gray, height or decoder.
@Suite struct VerdictTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private struct Request {
    var options = ThumbnailOptions()
    var format: ImageFormat
  }

  /// Every format, decoder, fit and gray at some sizes.
  private static let requests: [Request] = [
    SizeRequest.percent(100), .box(width: 16, height: 8), .box(width: 4, height: 4),
  ]
  .flatMap { size in
    [(Fit.inside, false), (.cover, false), (.inside, true)].flatMap { fit, isGray in
      [(ImageFormat.jpeg, JPEGDecoderChoice.auto), (.jpeg, .libjpeg), (.png, .auto)].map { format, decoder in
        var request = Request(format: format)
        request.options.size = size
        request.options.fit = fit
        request.options.gravity = .north
        request.options.color = isGray ? .gray : .asSource
        request.options.decoder = decoder
        return request
      }
    }
  }

  /// The outcome of a file, in one sentence.
  private func verdict(_ source: FilePath, _ request: Request) -> String {
    let job = Job(index: 0, source: source, output: "kept", format: request.format, sourceByteCount: 0)
    let runner = JobRunner(
      options: request.options, threadsPerImage: 1, memory: UnlimitedMemory(), timeout: nil, destination: KeptOutput())
    switch runner.outcome(of: job) {
    case .written(let image): return "written, \(image.warningCount) warnings: \(image.firstWarning)"
    case .failed(let error): return "failed, \(error.code): \(error.message)"
    case let other: return "\(String(describing: other))"
    }
  }

  /// The denominator at which a JPEG is decoded for a request.
  private func denominator(_ bytes: [UInt8], _ request: Request) -> Int {
    let decoder = Decoder(pool: BufferPool())
    defer { decoder.finish() }
    let header = unsafe bytes.withUnsafeBytes { try? unsafe decoder.readHeader($0, limits: DecodeLimits()) }
    return header.map { ThumbnailPlan($0, options: request.options, formats: [request.format]).decode.denominator } ?? 0
  }

  /// Checks that the verdicts agree. Returns the one for `warning`, and those for `damage` by denominator.
  @discardableResult
  private func verdicts(_ bytes: [UInt8], _ name: String) throws -> (warning: String, damage: [Int: String]) {
    let source = try folder.add("source", bytes)
    var warning: Set<String> = []
    var damage: [Int: Set<String>] = [:]
    for var request in Self.requests {
      request.options.tolerance = .warningFails
      warning.insert(verdict(source, request))
      request.options.tolerance = .damageFails
      damage[denominator(bytes, request), default: []].insert(verdict(source, request))
    }
    #expect(warning.count == 1, "\(name), under warning: \(warning)")
    for (denominator, verdicts) in damage {
      #expect(verdicts.count == 1, "\(name), under damage at 1/\(denominator): \(verdicts)")
    }
    return (warning.first ?? "", damage.compactMapValues(\.first))
  }

  private func jpeg(_ height: Int, _ subsampling: ChromaSubsampling, _ scans: JPEGScans) throws -> [UInt8] {
    let plane = Plane.made(66, height, channels: 3) { x, y, channel in
      (x * 5 + y * (3 + channel) + x * y % 7 * 9) % 256
    }
    var request = EncodeRequest(format: .jpeg)
    request.jpeg.subsampling = subsampling
    request.jpeg.scans = scans
    let encoder = Encoder(pool: BufferPool())
    let image = Image.pixels(plane)
    return try withExtendedLifetime(encoder) { unsafe [UInt8](try encoder.encode(image, request)) }
  }

  private let endMarker: [UInt8] = [0xFF, 0xD9]
  private let junk = [UInt8](repeating: 0x11, count: 40)
  private let trailer: [UInt8] = [0xFF, 0x27, 0xFF, 0xD9]

  @Test(arguments: [ChromaSubsampling.half, .halfWidth, .none], [JPEGScans.baseline, .progressive])
  func `no verdict depends on the height`(subsampling: ChromaSubsampling, scans: JPEGScans) throws {
    // Every number of rows in the last row of MCUs, which have 16 rows or 8.
    let end = scans == .baseline && subsampling != .half ? 64 : 72
    for height in stride(from: 57, through: end, by: scans == .baseline ? 1 : 5) {
      let whole = try jpeg(height, subsampling, scans)
      let sound = try verdicts(whole, "\(height) rows")
      #expect(sound.warning.hasPrefix("written, 0"))
      for verdict in sound.damage.values { #expect(verdict.hasPrefix("written, 0")) }
      let cut: [UInt8] = whole.dropLast(2)
      let files: [(String, [UInt8])] = [
        ("junk before the end marker", cut + junk + endMarker), ("no end marker", cut),
        ("a trailer instead of the end marker", cut + junk + trailer),
      ]
      for (name, bytes) in files {
        let found = try verdicts(bytes, "\(name), \(height) rows")
        #expect(found.warning.hasPrefix("failed, corrupt: the data are damaged (the decoder warns: "), "\(found)")
        for verdict in found.damage.values { #expect(verdict.hasPrefix("written, "), "\(name)") }
        // The last scan of a progressive file contains details of luma. At 1/8 it is not read.
        for (denominator, verdict) in found.damage where scans == .baseline || denominator < 8 {
          #expect(!verdict.hasPrefix("written, 0"), "\(name), \(height) rows, 1/\(denominator)")
        }
      }
    }
  }

  @Test(arguments: [JPEGScans.baseline, .progressive])
  func `wherever a file is cut, all requests get the same verdict`(scans: JPEGScans) throws {
    let whole = try jpeg(70, .half, scans)
    let first = try #require(JPEGParts(whole).scans.first).data.lowerBound
    for cut in stride(from: first + 40, to: whole.count - 2, by: (whole.count - first) / 23) {
      for end: [UInt8] in [[], endMarker] {
        let bytes: [UInt8] = whole.prefix(cut) + end
        let found = try verdicts(bytes, "\(cut) of \(whole.count) bytes, then \(end)")
        #expect(found.warning.hasPrefix("failed"))
        for verdict in found.damage.values where end.isEmpty || scans == .baseline {
          #expect(verdict.hasPrefix(end.isEmpty ? "failed, truncated" : "failed"), "\(cut)")
        }
      }
    }
  }

  @Test func `damage in a scan counts if the scale needs the scan, for every request`() throws {
    let whole = try jpeg(70, .half, .progressive)
    for (index, scan) in JPEGParts(whole).scans.enumerated() where scan.data.count > 30 {
      var bytes = whole
      for position in stride(from: scan.data.lowerBound + 10, to: scan.data.lowerBound + 24, by: 2) {
        bytes.replaceSubrange(position..<position + 2, with: [0xFF, 0])
      }
      let found = try verdicts(bytes, "scan \(index)")
      #expect(found.warning.hasPrefix("failed"))
      // With 4:2:0 at 1/8, a block has two chroma samples and one luma sample per side.
      let isNeeded = scan.firstCoefficient == 0 || scan.firstComponent != 1
      #expect(found.damage[8]?.hasPrefix("failed") == isNeeded, "scan \(index): \(found.damage)")
      #expect(found.damage[1]?.hasPrefix("failed") == true)
    }
  }

  @Test func `restart markers out of order have one verdict`() throws {
    let whole = try Places.sample("patterns/noise-restart.jpg")
    let markers = whole.indices.dropLast().filter { whole[$0] == 0xFF && (0xD0...0xD7).contains(whole[$0 + 1]) }
    for marker in stride(from: 1, to: markers.count, by: max(1, markers.count / 4)).map({ markers[$0] }) {
      for change: UInt8 in [1, 4] {
        var bytes = whole
        bytes[marker + 1] ^= change
        let found = try verdicts(bytes, "marker at \(marker)")
        #expect(found.damage.values.allSatisfy { $0.hasPrefix("failed, corrupt") })
      }
      var bytes = whole
      bytes.removeSubrange(marker..<marker + 2)
      let found = try verdicts(bytes, "no marker at \(marker)")
      #expect(found.damage.values.allSatisfy { $0.hasPrefix("failed") })
    }
  }

  @Test func `missing scans before an end marker are a warning at every scale`() throws {
    let whole = try jpeg(70, .half, .progressive)
    for scan in JPEGParts(whole).scans.dropFirst() {
      let found = try verdicts(Array(whole.prefix(scan.start)) + endMarker, "up to \(scan.start)")
      #expect(found.warning.contains("the decoder warns: the scans end before the last details"))
      for verdict in found.damage.values {
        #expect(verdict == "written, 1 warnings: the scans end before the last details")
      }
      let cut = try verdicts(Array(whole.prefix(scan.start)), "cut at \(scan.start)")
      for verdict in cut.damage.values { #expect(verdict.hasPrefix("failed, truncated")) }
    }
  }

  @Test func `a PNG has one verdict, whether it is decoded in strips or as a whole`() throws {
    let encoder = LibdeflatePNGEncoder(pool: BufferPool())
    let plane = Plane.made(40, 300, channels: 3) { x, y, channel in (x * 7 + y * (3 + channel) + x * y % 5) % 256 }
    let bytes = try withExtendedLifetime(encoder) {
      unsafe [UInt8](try encoder.encode(plane, level: 1, profile: nil, chunks: PNGColorChunks()))
    }
    let data = try #require(bytes.indices.dropLast(4).first { bytes[$0..<$0 + 4].elementsEqual("IDAT".utf8) })
    func changed(_ position: Int) -> [UInt8] {
      var bytes = bytes
      bytes[position] ^= 1
      return bytes
    }
    let files: [(String, [UInt8])] = [
      ("sound", bytes), ("no IEND", Array(bytes.dropLast(12))), ("bytes behind", bytes + [1, 2, 3]),
      ("a wrong checksum of IEND", changed(bytes.count - 1)), ("a wrong checksum of IDAT", changed(bytes.count - 13)),
      ("a wrong Adler-32", changed(bytes.count - 17)), ("cut", Array(bytes.prefix(bytes.count / 2))),
      ("a wrong byte", changed(data + (bytes.count - data) / 2)),
      ("another last byte of data", changed(bytes.count - 21)),
    ]
    for (name, file) in files { try verdicts(file, name) }
  }
}
