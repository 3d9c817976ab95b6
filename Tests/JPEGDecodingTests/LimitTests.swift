import DecoderTrials
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore
@testable import JPEGDecoding
@testable import JPEGKernels

@Suite("Limits and skipped scans")
struct LimitTests {
  private let decoder = Decoder(pool: BufferPool())

  private func progressive() throws -> [UInt8] {
    try recoded(Places.sample("dogs/rex.jpg"), shrunkBy: 2) { $0.jpeg.scans = .progressive }
  }

  private func scans(_ bytes: [UInt8]) throws -> [ScanHeader] {
    try unsafe bytes.withUnsafeBytes { bytes in unsafe try Parser.parse(bytes.bytes, maxScans: 0).scans }
  }

  private func request(_ denominator: Int, _ content: DecodeRequest.Content = .planes) -> DecodeRequest {
    var request = DecodeRequest()
    request.denominator = denominator
    request.content = content
    return request
  }

  @Test func `every scan of a progressive file is found, with its data`() throws {
    let bytes = try progressive()
    let scans = try scans(bytes)
    #expect(scans.count == 10)
    #expect(scans.filter { !$0.isAC }.count == 2, "a first scan of DC and one that refines it")
    for scan in scans {
      #expect(bytes[scan.data.upperBound] == 0xFF && bytes[scan.data.upperBound + 1] >= 0xC4)
    }
  }

  @Test func `an expired deadline ends the decoding between rows`() throws {
    for bytes in [try progressive(), try Places.sample("dogs/rex.jpg")] {
      for workers in [1, 3] {
        var request = request(8)
        request.workers = workers
        // The header reader checks the clock several times, the decoder at each row of MCUs.
        let decoder = Decoder(pool: BufferPool())
        for look in UInt64(1)...40 where decoder.scaledVerdict == nil {
          var limits = DecodeLimits()
          limits.deadline = look
          let trial = SteppingClock.counting { Trial(bytes, request, limits: limits, with: decoder) }.result
          #expect(trial.failure == .timeout)
        }
        #expect(decoder.scaledVerdict == .timeout)
      }
    }
  }

  @Test func `skipped scans count toward the limit`() throws {
    let bytes = try progressive()
    var limits = DecodeLimits()
    limits.scanCount = try scans(bytes).count
    #expect(Trial(bytes, request(8), limits: limits, with: decoder).failure == nil)
    #expect(decoder.scaledVerdict == .decoded)
    limits.scanCount -= 1
    #expect(
      Trial(bytes, request(8), limits: limits, with: decoder).failure == .tooManyScans(limit: limits.scanCount))
  }

  /// The file with undecodable data in an AC scan of a component: codes of all ones.
  private func spoilt(_ bytes: [UInt8], component: Int) throws -> [UInt8] {
    let scan = try #require(try scans(bytes).first { $0.isAC && $0.components == [component] })
    var bytes = bytes
    bytes.replaceSubrange(scan.data, with: Array(repeating: [0xFF, 0x00], count: scan.data.count / 2).joined())
    return bytes
  }

  @Test func `unneeded scans are not read, unless everything must be read`() throws {
    let bytes = try progressive()
    let luma = try spoilt(bytes, component: 0)
    var all = request(8)
    all.reading = .everything
    #expect(Trial(luma, request(8), with: decoder) == Trial(bytes, request(8), with: decoder))
    #expect(Trial(luma, all, with: decoder).report.damage != nil)
    #expect(Trial(luma, request(4), with: decoder).report.damage != nil, "1/4 needs luma's details")
    let chroma = try spoilt(bytes, component: 1)
    #expect(
      Trial(chroma, request(8), with: decoder).report.damage != nil, "4:2:0 has chroma of 2 samples a block at 1/8")
    for denominator in [8, 4, 2, 1] {
      let (gray, planes) = (request(denominator, .gray), request(denominator))
      let report = Trial(chroma, gray, with: decoder).report
      #expect(report.damage != nil && report == Trial(chroma, planes, with: decoder).report, "gray or not")
    }
  }

  @Test func `a file with a missing or repeated scan, or a truncated one, is declined`() throws {
    let bytes = try progressive()
    let scans = try scans(bytes)
    for (index, scan) in scans.enumerated() {
      let start = (index == 0 ? 2 : scans[index - 1].data.upperBound)
      let marker = try #require((start..<scan.data.lowerBound).last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
      let whole = marker..<scan.data.upperBound
      var less = bytes
      less.removeSubrange(whole)
      #expect(declined(less) == .script, "without scan \(index)")
      #expect(declined(Array(bytes[..<whole.upperBound] + bytes[marker...])) == .script, "scan \(index) twice")
    }
    for count in [0, 1, 2, 3, bytes.count / 2, bytes.count - 2, bytes.count - 1] {
      #expect(declined(Array(bytes.prefix(count))) != nil, "\(count) bytes")
    }
  }

  private func declined(_ bytes: [UInt8]) -> Unsupported? {
    unsafe bytes.withUnsafeBytes { bytes in
      do throws(Unsupported) {
        _ = try unsafe Parser.parse(bytes.bytes, maxScans: 0)
        return nil
      } catch {
        return error
      }
    }
  }

  /// Parses a frame header with these values.
  private func frame(width: Int, sampling: [UInt8], isProgressive: Bool) throws -> Frame {
    let segment: [UInt8] =
      [8, 0x10, 0, UInt8(width >> 8), UInt8(width & 255), UInt8(sampling.count)]
      + sampling.enumerated().flatMap { [UInt8($0), $1, 0] }
    return try unsafe segment.withUnsafeBytes { bytes in
      try unsafe Frame(segment: bytes.bytes, isProgressive: isProgressive)
    }
  }

  @Test func `memory stays within the estimate for any number of threads`() throws {
    let samplings: [[UInt8]] = [
      [0x11], [0x11, 0x11, 0x11], [0x22, 0x11, 0x11], [0x42, 0x11, 0x11], [0x24, 0x11, 0x11], [0x14, 0x14, 0x12],
      [0x41, 0x41, 0x21],
    ]
    for isProgressive in [false, true] {
      let bytes = try isProgressive ? progressive() : Places.sample("dogs/rex.jpg")
      let file = try unsafe bytes.withUnsafeBytes { try unsafe Parser.parse($0.bytes, maxScans: 0) }
      for sampling in samplings {
        for width in [1, 31, 33, 4000, 65500] {
          let components = 0..<sampling.count
          let wide = ParsedFile(
            frame: try frame(width: width, sampling: sampling, isProgressive: isProgressive),
            scans: file.scans.filter { $0.components.allSatisfy(components.contains) },
            quantization: Array(file.quantization.prefix(sampling.count)))
          let maximum = Kernels.maxScratchByteCount(width: width, components: sampling.count)
          // First one thread per file or band. Then several threads in a pipeline, which have one row of MCUs more than threads.
          #expect(Kernels.scratchByteCount(wide, workers: 1) <= maximum, "\(sampling) \(width)")
          for workers in 2...5 {
            let byteCount = Kernels.scratchByteCount(wide, workers: workers)
            #expect(byteCount <= (workers + 1) * maximum, "\(sampling) \(width), \(workers) workers")
          }
        }
      }
    }
  }

  @Test func `planes too small for the image's blocks are declined`() throws {
    let bytes = try Places.sample("dogs/rex.jpg")
    let decoder = ScaledDecoder(pool: BufferPool(), kernels: Kernels.self)
    var samples = [UInt8](repeating: 0, count: 64)
    let verdict = unsafe bytes.withUnsafeBytes { bytes in
      unsafe samples.withUnsafeMutableBufferPointer { samples -> Verdict? in
        guard let base = samples.baseAddress else { return nil }
        let plane = unsafe ScaledPlane(base: base, stride: 8, rowCount: 8)
        return unsafe decoder.decode(bytes, .init(denominator: 8), into: [plane, plane, plane])
      }
    }
    #expect(verdict == .declined(.planes))
  }
}
