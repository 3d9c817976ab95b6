import CImageCodecs
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Codecs

@Suite("Scans that are left out")
struct ProgressiveScansTests {
  private let decoder = Decoder(pool: BufferPool())

  /// 4:2:0, 4:4:4, gray, and one that came so.
  private static let files: [(name: String, bytes: [UInt8])] = {
    let made: [(String, () throws -> [UInt8])] = [
      ("rex 4:2:0", { try progressive("dogs/rex.jpg") }),
      ("rex 4:4:4", { try progressive("dogs/rex.jpg", shrunkBy: 2, .colour, quality: 95) }),
      ("rex gray", { try progressive("dogs/rex.jpg", shrunkBy: 4, .gray) }),
      ("luna", { try Places.sample("dogs/luna.jpg") }),
    ]
    return made.compactMap { name, make in (try? make()).map { (name, $0) } }
  }()

  private func identity(_ bytes: [UInt8], _ name: String) {
    for request in DecodeRequest.all() {
      let all = Decoded(bytes, request.everything, with: decoder)
      let needed = Decoded(bytes, request, with: decoder)
      #expect(all.damage == nil && all.failure == nil, "\(name)")
      #expect(needed == all, "\(name) \(request)")
    }
  }

  @Test func `every scan of a progressive file is found`() throws {
    #expect(Self.files.count == 4)
    for (name, bytes) in Self.files {
      let found = try #require(scans(of: bytes), "\(name)")
      #expect(found.details.count == found.count - 2, "a first scan of DC and one that refines it: \(name)")
      for scan in found.details {
        #expect(bytes[scan.bytes.lowerBound..<scan.bytes.lowerBound + 2] == [0xFF, 0xDA])
        #expect(bytes[scan.bytes.upperBound] == 0xFF && bytes[scan.bytes.upperBound + 1] >= 0xC4)
      }
    }
    #expect(scans(of: try Places.sample("dogs/rex.jpg")) == nil, "baseline")
  }

  @Test func `planes are the same with and without the scans`() {
    for (name, bytes) in Self.files { identity(bytes, name) }
  }

  @Test(.enabled(if: Places.corpus("photos") != nil, "shared/corpus/photos is not there"))
  func `planes of photographs are the same with and without the scans`() throws {
    let folder = try #require(Places.corpus("photos"))
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where name.hasSuffix("_prog.jpg") {
      let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
      #expect(scans(of: bytes) != nil, "\(name)")
      identity(bytes, name)
    }
  }

  /// The first scan of details of a component, with data that no decoder can take: Huffman codes of ones only.
  private func spoilt(_ bytes: [UInt8], component: Int) throws -> [UInt8] {
    let scan = try #require(scans(of: bytes)?.details.first { $0.component == component }).bytes
    var bytes = bytes
    let data = scan.lowerBound + 10..<scan.upperBound
    bytes.replaceSubrange(data, with: Array(repeating: [0xFF, 0x00], count: data.count / 2).joined())
    return bytes
  }

  @Test func `what is not needed is not read, unless everything is asked for`() throws {
    var request = DecodeRequest()
    request.content = .planes
    request.denominator = 8
    for (name, bytes) in Self.files {
      let spoilt = try spoilt(bytes, component: 0)
      #expect(Decoded(spoilt, request, with: decoder) == Decoded(bytes, request, with: decoder), "\(name)")
      #expect(Decoded(spoilt, request.everything, with: decoder).damage != nil, "\(name)")
      request.denominator = 4
      #expect(Decoded(spoilt, request, with: decoder).damage != nil, "1/4 needs luma's details: \(name)")
      request.denominator = 8
    }
    let chroma = try spoilt(Self.files[0].bytes, component: 1)
    #expect(Decoded(chroma, request, with: decoder).damage != nil, "4:2:0 has chroma of 2 samples a block at 1/8")
    for denominator in [8, 4, 2, 1] {
      request.denominator = denominator
      request.content = .gray
      #expect(Decoded(chroma, request, with: decoder).damage == nil, "gray needs no chroma")
    }
  }

  @Test func `scans that are left out count for the limit`() throws {
    var limits = DecodeLimits()
    let bytes = Self.files[0].bytes
    limits.scanCount = try #require(scans(of: bytes)).count
    var request = DecodeRequest()
    request.denominator = 8
    #expect(Decoded(bytes, request, limits: limits, with: decoder).failure == nil)
    limits.scanCount -= 1
    #expect(
      Decoded(bytes, request, limits: limits, with: decoder).failure == .tooManyScans(limit: limits.scanCount))
  }

  @Test func `a file without one of its scans, cut short or with something behind it is read whole`() throws {
    var request = DecodeRequest()
    request.denominator = 8
    for (name, bytes) in Self.files {
      for scan in try #require(scans(of: bytes)).details {
        var less = bytes
        less.removeSubrange(scan.bytes)
        #expect(scans(of: less) == nil, "\(name)")
        let all = Decoded(less, request.everything, with: decoder)
        #expect(Decoded(less, request, with: decoder) == all, "\(name)")
        let twice = Array(bytes[..<scan.bytes.upperBound] + bytes[scan.bytes.lowerBound...])
        #expect(scans(of: twice) == nil, "\(name)")
      }
      #expect(scans(of: bytes + [0]) == nil)
      for count in [0, 1, 2, 3, bytes.count / 2, bytes.count - 2, bytes.count - 1] {
        #expect(scans(of: Array(bytes.prefix(count))) == nil)
      }
    }
    let broken = try Places.sample("broken/truncated-progressive.jpg")
    guard case .truncated = Decoded(broken, request, with: decoder).damage else {
      Issue.record("cut short, but not told")
      return
    }
  }

  @Test func `fill bytes before markers change nothing`() throws {
    var bytes = Self.files[1].bytes
    for scan in try #require(scans(of: bytes)).details.reversed() {
      bytes.insert(contentsOf: [0xFF, 0xFF], at: scan.bytes.upperBound)
      bytes.insert(contentsOf: [0xFF, 0xFF, 0xFF], at: scan.bytes.lowerBound)
    }
    #expect(scans(of: bytes)?.details.count == scans(of: Self.files[1].bytes)?.details.count)
    identity(bytes, "with fill bytes")
  }

  @Test func `tables that libjpeg would refuse in a scan that is left out are found`() throws {
    for (name, bytes) in Self.files {
      // The table of the last scan, which is of luma's details: one code of one bit more than there is room for.
      let last = try #require(scans(of: bytes)?.details.last).bytes.lowerBound
      let table = try #require((0..<last).last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC4 })
      var spoilt = bytes
      spoilt[table + 5] = 3
      #expect(scans(of: spoilt) == nil, "\(name)")
      var without = bytes
      without[last + 6] = 3
      #expect(scans(of: without) == nil, "a table that is not defined: \(name)")
    }
  }

  @Test func `damaged files never crash, and pixels differ only where libjpeg sees damage`() throws {
    var numbers = SeededNumbers(seed: 30)
    let sources = [
      try progressive("dogs/rex.jpg", shrunkBy: 8), try progressive("dogs/luna.jpg", shrunkBy: 8, .colour, quality: 92),
      try progressive("patterns/orientation-6.jpg", shrunkBy: 4, .gray),
    ]
    let kept = sources.map(keptData)
    #expect(kept.allSatisfy { $0.count == 2 }, "a first scan of DC and one that refines it")
    let requests = DecodeRequest.all(denominators: [8])
    var shortened = 0
    for round in 0..<2000 {
      let source = sources[round % sources.count]
      let request = requests[round / sources.count % requests.count]
      let offset = Int(numbers.next() % UInt64(source.count))
      var bytes = source
      switch numbers.next() % 8 {
      case 0: bytes.remove(at: offset)
      case 1: bytes.insert(UInt8(truncatingIfNeeded: numbers.next()), at: offset)
      case 2: bytes[offset] = 0xFF
      case 3: bytes.replaceSubrange(offset..<min(offset + 9, bytes.count), with: numbers.bytes(4))
      default: bytes[offset] ^= 1 << UInt8(numbers.next() % 8)
      }
      var limits = DecodeLimits()
      limits.pixelCount = 1 << 20
      let all = Decoded(bytes, request.everything, limits: limits, with: decoder)
      let needed = Decoded(bytes, request, limits: limits, with: decoder)
      guard scans(of: bytes) != nil else {
        #expect(needed == all, "declined, so read whole")
        continue
      }
      shortened += 1
      #expect(needed.failure == all.failure)
      if all.damage == nil {
        #expect(needed == all)
      }
      let isInKeptScan = kept[round % sources.count].contains { $0.contains(offset) }
      if isInKeptScan {
        #expect((needed.damage == nil) == (all.damage == nil))
      }
    }
    #expect(shortened > 500)
  }

  @Test func `the reader refuses gaps that would show`() throws {
    let reader = JPEGReader()
    let bytes = Self.files[0].bytes
    let details = try #require(scans(of: bytes)).details
    let luma = try #require(details.first { $0.component == 0 })
    let chroma = try #require(details.first { $0.component == 1 })
    let good = jpeg_gap(start: luma.bytes.lowerBound, end: luma.bytes.upperBound, component: 0)
    let ofChroma = jpeg_gap(start: chroma.bytes.lowerBound, end: chroma.bytes.upperBound, component: 1)
    let early = jpeg_gap(start: 2, end: 4, component: 0)
    let beyond = jpeg_gap(start: bytes.count, end: bytes.count + 1, component: 0)
    for gaps in [[ofChroma], [early], [beyond], [good, good], [jpeg_gap(start: 900, end: 899, component: 0)]] {
      var header = unsafe jpeg_header()
      var (shape, report) = (jpeg_shape(), codec_report())
      unsafe bytes.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        let limits = unsafe DecodeLimits().forC
        let begun = unsafe jpeg_reader_begin(reader.handle, base, source.count, limits, &header, &report)
        let planned = unsafe jpeg_reader_plan(reader.handle, 8, .JPEG_LAYOUT_PIXELS, &shape, &report)
        #expect(begun == .CODEC_OK && planned == .CODEC_OK)
        #expect(shape.dc_only.0 && !shape.dc_only.1 && !shape.dc_only.2)
        var pixels = [UInt8](repeating: 0, count: shape.planes.0.stride * shape.planes.0.rows)
        let status = unsafe pixels.withUnsafeMutableBufferPointer { target -> codec_status? in
          guard let base = target.baseAddress else { return nil }
          let plane = unsafe codec_plane(base: base, stride: shape.planes.0.stride, rows: shape.planes.0.rows)
          return unsafe jpeg_reader_read(reader.handle, [plane], gaps, gaps.count, nil, &report)
        }
        #expect(status == .CODEC_FAILED && report.reason == .CODEC_REASON_INTERNAL)
      }
    }
  }
}
