import DecoderTrials
import Foundation
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore
@testable import JPEGDecoding
@testable import JPEGKernels

@Suite("Kinds of JPEG files")
struct KindTests {
  private let decoder = Decoder(pool: BufferPool())

  private func made(_ scans: JPEGScans, _ subsampling: ChromaSubsampling = .half) throws -> [UInt8] {
    try recoded(Places.sample("dogs/rex.jpg"), shrunkBy: 4) {
      $0.jpeg.scans = scans
      $0.jpeg.subsampling = subsampling
      $0.jpeg.quality = 60
    }
  }

  private func comparisons(_ bytes: [UInt8], workers: Int = 1) -> [Trial.Comparison] {
    DecodeRequest.scaled.map { request in
      var request = request
      request.workers = workers
      return Trial.compare(bytes, request, with: decoder)
    }
  }

  // MARK: - 16-bit quantization tables

  /// The file with 16-bit quantization tables, the last step replaced by `last`.
  private func withWideTables(_ bytes: [UInt8], last: Int) -> [UInt8] {
    var result = Array(bytes[..<2])
    var offset = 2
    while offset + 4 <= bytes.count, bytes[offset + 1] != 0xDA {
      let end = offset + 2 + Int(bytes[offset + 2]) << 8 + Int(bytes[offset + 3])
      if bytes[offset + 1] == 0xDB {
        for table in stride(from: offset + 4, to: end, by: 65) {
          let steps = bytes[table + 1..<table + 64].map(Int.init) + [last]
          result += [0xFF, 0xDB, 0, 131, 0x10 | bytes[table]] + steps.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        }
      } else {
        result += bytes[offset..<end]
      }
      offset = end
    }
    return result + bytes[offset...]
  }

  @Test(arguments: [JPEGScans.baseline, .progressive])
  func `16-bit tables equal 8-bit ones, and steps above 255 give libjpeg's output`(scans: JPEGScans) throws {
    let bytes = try made(scans)
    let last = Int(try #require(Self.lastStep(bytes)))
    let wide = withWideTables(bytes, last: last)
    #expect(wide.count == bytes.count + 2 * 64)
    #expect(comparisons(wide).allSatisfy { $0 == .same })
    for request in DecodeRequest.scaled {
      #expect(Trial(wide, request, with: decoder).planes == Trial(bytes, request, with: decoder).planes)
    }
    #expect(comparisons(withWideTables(bytes, last: 300)).allSatisfy { $0 == .same })
    // Large enough that coefficients leave their range.
    for comparison in comparisons(withWideTables(bytes, last: 65535)) {
      if case .differs(let what) = comparison { Issue.record("\(what)") }
    }
  }

  private static func lastStep(_ bytes: [UInt8]) -> UInt8? {
    (2..<bytes.count - 70).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDB }.map { bytes[$0 + 4 + 64] }
  }

  // MARK: - Restart markers

  /// 72x56 noise, 4:2:0, progressive, with a restart marker after every third MCU: 116 markers in ten scans.
  static let restarting = """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQ
    YEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAA4AEgD
    ASIAAhEBAxEB/8QAGQABAQEBAQEAAAAAAAAAAAAAAgADAQUE/8QAGAEBAQEBAQAAAAAAAAAAAAAAAwIFBAH/3QAEAAP/2gAMAwEAAhADEAAAAfBX
    X3GWlTcSdt//0PgTer3m0vV87R2Zg//R89psZTdNno3Tf//S7a3Z2+em8zBzbVN//9PqWkFnonbG0qX/1OaVn5CdUzdU3//V9B1zE6qX/8QAGRAB
    AQEBAQEAAAAAAAAAAAAAABEBEDFB/9oACAEBAAEFAuR//9DmP//RRH//0okZj//TRH//1IzEf//VRH//1pyP/9eJz//QRH//0X1//9LM5H//04xm
    P//Ujzn/1YjMf//Wic//10fP/9DMTn//0YzyP//Szkf/08xnP//EABYRAQEBAAAAAAAAAAAAAAAAAAEAAv/aAAgBAwEBPwE1GrOr/9A1Go1f/9E1
    Z1Gr/9I1Go1f/9M1Z1Gr/9QYYb//1csN/8QAFhEBAQEAAAAAAAAAAAAAAAAAABIR/9oACAECAQE/AbWt/9C1Lf/Rta3/0rWt/9O1rf/U1rX/1da/
    /8QAGBABAQEBAQAAAAAAAAAAAAAAEAAxESH/2gAIAQEABj8Cf//Qf//Rf//Sf//Tf//Uf//Vf//Wf//Xf//QPb//0X//0jl//9N//9R//9V//9Yy
    /9d//9Cw/9F//9J//9N//8QAJhAAAgICAQEIAwAAAAAAAAAAAAERITFBYVEQcYGRobHB8dHh8P/aAAgBAQABPyFKu4jXuKio/9BKUmhLXgJlbP/R
    S1AgvVg//9K0Qq5JQjsv/9NefyU7mLmf/9RRVqiTwFhB/9VK+BSzLMvwf//WTTkht8Cwk//Xt3jtAlU6P//QjZlrsP/RS1H7I8RH0f/S/iCElyRw
    P//TSbETzJ7B/9RSVCVnRHXZ/9VLhqjaoMHkf//WTZ2dawR8D//X2KT5Ytj/0KIWigSq1Z//0adPMRSTgT2f/9JOmCPSxUvOD//TZbQkPEER9H//
    2gAMAwEAAgADAAAAEHbzf//Q8B+//9Fyqr//0v0Dv//TasN//9SB4L//1fff/8QAGBEAAwEBAAAAAAAAAAAAAAAAAAEQIRH/2gAIAQMBAT8QtH//
    0Cwl/9Gxf//Swtf/05GB/9Rw4cf/1WDOH//EABYRAQEBAAAAAAAAAAAAAAAAAAEAEP/aAAgBAgEBPxAhCf/QMSf/0SEJ/9IhCf/TIQn/1BQoV//V
    FCv/xAAlEAEAAgIBAwQDAQEAAAAAAAABESEAMUFRcfBhgZGxocHR4fH/2gAIAQEAAT8QmmLpL/zAzAZ4MRhKWBJz/9AEMdJgSLnHUgDLIfxhqCA3
    0z//0bAQGTp4+mSmws5H2whJI0gl+Tn/0hQMhlBfz84yIUgqKPKxQkBueHpfnXP/0y2Acgd93xhLKMwWRrDUiw0KkP61n//UiCRwMmzyfxgJDj2x
    FJTdi9GfrP/VpqD0rXz8YBgS3HT3wN4lLBUV/mf/1uATAuukZ76mHjz9ZO2RFz/uf//XGZTaJIfPPZZBUGFeJox4h2mGyz+5/9AcQllWbnOWBupG
    /oyEMA3b175//9GE0Bwa+3m8COABubuNxkXZKnCBqB36Z//SJlRJhqnnfCAh5IV+LyQdHV4T0z//03kIWYvrR74YyT6k/eIxdmkBD5ef/9QtyIjW
    u2BCKLBxhJUQ/Tvn/9WAqsg+s9MjoA9an2fNYKhBOEjB6/Of/9bgF7OJwXLLTv3/AFkpeZSOOc//10ikTNFI+XhAowS8LUedsbYi63HXP//QlYEj
    aWHnnONLQ0Qc687YUYlXZR5Wf//RIrUNS0Pb4wUCiSpneEUWnEWnpn//0npUyuHnT84GLBFoQ+f3DaZ5C53/ADP/04BJeV6/zIAns1wa/WEyMjwK
    a8M//9k=
    """

  @Test func `restart markers in progressive files end runs and predictions`() throws {
    let data = try #require(Data(base64Encoded: Self.restarting, options: .ignoreUnknownCharacters))
    let bytes = [UInt8](data)
    #expect(comparisons(bytes).allSatisfy { $0 == .same })
    // A marker other than the expected one.
    var markers = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && (0xD0...0xD7).contains(bytes[$0 + 1]) }
    #expect(markers.count == 116)
    markers.removeAll { $0 % 5 != 0 }
    for marker in markers {
      var changed = bytes
      changed[marker + 1] ^= 1
      for workers in [1, 3] {
        for comparison in comparisons(changed, workers: workers) {
          if case .differs(let what) = comparison { Issue.record("marker at \(marker): \(what)") }
        }
      }
    }
  }

  // MARK: - Parts of images

  @Test(arguments: [JPEGScans.baseline, .progressive])
  func `the rows of a region equal those of the whole image, and damage after them is found`(scans: JPEGScans) throws {
    let bytes = try made(scans)
    let size = try #require(header(bytes)?.size)
    for denominator in [1, 2, 4, 8] {
      var request = DecodeRequest()
      request.content = .planes
      request.denominator = denominator
      request.workers = denominator / 2
      let whole = try #require(Trial(bytes, request, with: decoder).planes.first)
      request.region = DecodeRegion([SourceRect(x: 0, y: 64, width: Double(size.width), height: 64)], of: size)
      let part = try #require(Trial(bytes, request, with: decoder).planes.first)
      #expect(decoder.scaledVerdict == .decoded && part.count == whole.count)
      let rowBytes = (size.width + denominator - 1) / denominator
      let rows = 64 / denominator * rowBytes..<128 / denominator * rowBytes
      #expect(part.subdata(in: rows) == whole.subdata(in: rows), "1/\(denominator)")
      var spoilt = bytes
      spoilt.replaceSubrange(bytes.count - 22..<bytes.count - 2, with: Array(repeating: [0xFF, 0], count: 10).joined())
      let inRegion = Trial(spoilt, request, with: decoder)
      let verdict = decoder.scaledVerdict
      #expect(inRegion.planes.first?.subdata(in: rows) == whole.subdata(in: rows))
      request.region = nil
      let everywhere = Trial(spoilt, request, with: decoder)
      #expect(decoder.scaledVerdict == verdict && inRegion.report == everywhere.report)
      // The last scan refines the AC of luma, which is not needed at 1/8.
      let isPassedOver = scans == .progressive && denominator == 8
      #expect((verdict == .decoded) == isPassedOver && (inRegion.report.damage == nil) == isPassedOver)
    }
  }

  /// The planes of a decoding, in memory filled with `filling`.
  private func planes(
    _ bytes: [UInt8], _ request: ScaledDecoder.Request, filling: UInt8
  ) throws -> [(samples: [UInt8], stride: Int, across: Int)] {
    let frame = try unsafe bytes.withUnsafeBytes { try unsafe Parser.parse($0.bytes, maxScans: 0).frame }
    let shapes = frame.components.map { component in
      let size = frame.scaledSize(of: component, denominator: request.denominator)
      return (stride: component.blocksAcross * size, rows: component.blocksDown * size, across: component.across * size)
    }
    let byteCount = shapes.reduce(0) { $0 + $1.stride * $1.rows }
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: byteCount)
    defer { unsafe memory.deallocate() }
    unsafe memory.initialize(repeating: filling, count: byteCount)
    var (start, targets) = (0, [ScaledPlane]())
    for shape in shapes {
      targets.append(unsafe ScaledPlane(base: memory + start, stride: shape.stride, rowCount: shape.rows))
      start += shape.stride * shape.rows
    }
    let verdict = unsafe bytes.withUnsafeBytes {
      unsafe ScaledDecoder(pool: BufferPool(), kernels: Kernels.self).decode($0, request, into: targets)
    }
    #expect(verdict == .decoded)
    return zip(targets, shapes).map { target, shape in
      let samples = unsafe Array(UnsafeBufferPointer(start: target.base, count: shape.stride * shape.rows))
      return (samples, shape.stride, shape.across)
    }
  }

  @Test(arguments: [JPEGScans.baseline, .progressive], [ChromaSubsampling.half, .none])
  func `the columns of a region equal those of the whole image, and distant columns are not written`(
    scans: JPEGScans, subsampling: ChromaSubsampling
  ) throws {
    let bytes = try made(scans, subsampling)
    let mcu = subsampling == .half ? 16 : 8
    let width = try #require(header(bytes)?.size.width)
    for denominator in [1, 2, 4, 8] {
      var request = ScaledDecoder.Request(denominator: denominator)
      let whole = try planes(bytes, request, filling: 1)
      for columns in [0..<1, 37..<90, 150..<151, width - 40..<width, 0..<width] {
        request.columns = columns
        request.workers = denominator / 2
        let part = try planes(bytes, request, filling: 2)
        for (part, whole) in zip(part, whole) {
          var (wrong, untouched) = (0, 0)
          for (index, sample) in part.samples.enumerated() {
            let column = index % part.stride / part.across * mcu
            if column + mcu > columns.lowerBound && column < columns.upperBound {
              wrong += sample == whole.samples[index] ? 0 : 1
            } else if column + 9 * mcu < columns.lowerBound || column > columns.upperBound + 9 * mcu {
              (wrong, untouched) = (wrong + (sample == 2 ? 0 : 1), untouched + 1)
            }
          }
          #expect(wrong == 0 && (columns.count > width / 2 || untouched > 0), "1/\(denominator), \(columns)")
        }
      }
    }
  }

  // MARK: - Prediction from the header

  private func header(_ bytes: [UInt8]) -> ImageHeader? {
    let header = unsafe bytes.withUnsafeBytes { try? unsafe decoder.readHeader($0, limits: DecodeLimits()) }
    decoder.finish()
    return header
  }

  @Test func `the header predicts the decoder of sample files and of encoded files`() throws {
    var files = ["dogs/rex", "dogs/luna", "patterns/cmyk", "patterns/icc-srgb", "patterns/noise-restart"].map {
      ($0, (try? Places.sample($0 + ".jpg")) ?? [])
    }
    files += ["orientation-6", "text-422", "zone-plate"].map { ($0, (try? Places.sample("patterns/\($0).jpg")) ?? []) }
    for scans in [JPEGScans.baseline, .progressive] {
      for subsampling in [ChromaSubsampling.half, .halfWidth, .none] {
        files.append(("\(scans) \(subsampling)", try made(scans, subsampling)))
      }
    }
    var paths: [DecoderKind] = []
    for (name, bytes) in files {
      let path = try #require(header(bytes)?.path, "\(name)")
      paths.append(path)
      for request in DecodeRequest.scaled {
        _ = Trial(bytes, request, with: decoder)
        #expect(decoder.scaledVerdict == (path == .scaled ? .decoded : nil), "\(name)")
      }
    }
    #expect(paths.filter { $0 == .library }.count == 1, "the one of inks")
  }

  @Test func `the header predicts which sampling factors are decoded`() throws {
    let bytes = try made(.baseline)
    let frame = try #require((2..<bytes.count - 20).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    var counts: [DecoderKind: Int] = [:]
    for luma in Self.factors {
      for (cb, cr) in Self.factors.flatMap({ [($0, $0), ($0, UInt8(0x11))] }) {
        var changed = bytes
        (changed[frame + 11], changed[frame + 14], changed[frame + 17]) = (luma, cb, cr)
        guard let path = header(changed)?.path else { continue }
        counts[path, default: 0] += 1
        _ = Trial(changed, DecodeRequest.scaled[0], with: decoder)
        // The data were coded with other factors. The test only checks whether such a frame is accepted.
        let isTaken = decoder.scaledVerdict.map { $0 != .declined(.kind) && $0 != .declined(.planes) } ?? false
        #expect(isTaken == (path == .scaled), "\(luma) \(cb) \(cr): \(String(describing: decoder.scaledVerdict))")
      }
    }
    #expect(counts[.scaled, default: 0] > 10 && counts[.library, default: 0] > 10, "\(counts)")
  }

  /// Horizontal factor in the upper four bits, vertical factor in the lower four.
  private static let factors: [UInt8] = [0x11, 0x12, 0x21, 0x22, 0x13, 0x31, 0x14, 0x41, 0x24, 0x42]
}
