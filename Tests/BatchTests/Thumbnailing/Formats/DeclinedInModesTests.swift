import DecoderTrials
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import ImageErrors
@testable import JPEGDecoding
@testable import Parallelism
@testable import RunState
@testable import Thumbnailing

/// If `JPEGDecoding` declines a file, early or late and for any reason, the outcome and the bytes are libjpeg's in every mode.
@Suite struct DeclinedInModesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private struct Sample {
    let name: String
    let reason: Unsupported
    let bytes: [UInt8]
  }

  private static let ones = Array(repeating: [UInt8(0xFF), 0], count: 40).joined()
  /// Quantization steps that no real image has: they push coefficients out of their range.
  private static func steps(_ table: UInt8) -> [UInt8] {
    [0xFF, 0xDB, 0, 131, 0x10 | table] + [UInt8](repeating: 0xFF, count: 128)
  }

  private func samples() throws -> [Sample] {
    let whole = try recoded(Places.sample("dogs/rex.jpg"), shrunkBy: 2) { $0.jpeg.scans = .progressive }
    let baseline = try recoded(Places.sample("dogs/rex.jpg"), shrunkBy: 2) { $0.jpeg.scans = .baseline }
    let parts = JPEGParts(whole)
    let scans = parts.scans
    let behindFirst = scans[0].data.upperBound
    let frame = try #require(parts.segment(0xC2))
    let tables = try #require(parts.segments.first { $0.marker == 0xC4 && $0.start > behindFirst })
    let quantization = try #require(parts.segment(0xDB))
    var samples: [Sample] = []
    func add(_ name: String, _ reason: Unsupported, _ pieces: ArraySlice<UInt8>...) {
      samples.append(Sample(name: name, reason: reason, bytes: Array(pieces.joined())))
    }
    func inserted(_ bytes: [UInt8], at position: Int) -> [UInt8] {
      Array(whole[..<position] + bytes + whole[position...])
    }
    func changed(_ position: Int, _ byte: UInt8) -> [UInt8] {
      var bytes = whole
      bytes[position] = byte
      return bytes
    }

    add("number-of-lines", .kind, inserted([0xFF, 0xDC, 0, 4, 0, 100], at: behindFirst)[...])
    add("jfif-late", .kind, inserted([0xFF, 0xE0, 0, 2], at: behindFirst)[...])
    add("stray-between", .markers, inserted([1, 2, 3], at: tables.end)[...])
    add("cut-in-table", .markers, whole[..<(tables.end - 3)])
    add("second-frame", .markers, inserted(Array(whole[frame]), at: behindFirst)[...])
    add("long-interval", .markers, inserted([0xFF, 0xDD, 0, 5, 0, 0, 0], at: frame.upperBound)[...])
    add("no-jpeg-behind", .markers, whole.dropLast(2), [0xFF, 0x27, 1, 2, 3])
    add("two-starts", .markers, whole.dropLast(2), whole[...])
    add("table-class", .tables, changed(tables.start + 4, 0x2F)[...])
    add("no-such-table", .tables, changed(scans[1].start + 6, 0x03)[...])
    add("step-zero", .tables, changed(quantization.lowerBound + 20, 0)[...])
    for index in [0, 1, scans.count - 1] {
      let scan = scans[index].start..<scans[index].data.upperBound
      add("without-scan-\(index)", .script, whole[..<scan.lowerBound], whole[scan.upperBound...])
      add("scan-twice-\(index)", .script, whole[..<scan.upperBound], whole[scan], whole[scan.upperBound...])
    }
    for (index, scan) in scans.enumerated() where index == 0 || scan.firstCoefficient == 1 && scan.data.count > 300 {
      let position = scan.data.lowerBound + scan.data.count / 2
      add("ones-\(index)", .code, whole[..<position], ArraySlice(Self.ones), whole[(position + 80)...])
    }
    add("no-end", .extent, whole.dropLast(2))
    add("one-byte-short", .extent, whole.dropLast(1))
    add("half", .extent, whole[..<(whole.count / 2)])
    add("half-and-end", .script, whole[..<(scans[0].data.lowerBound + 400)], [0xFF, 0xD9])
    add(
      "stray-in-scan", .extent, whole[..<behindFirst], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], whole[behindFirst...])
    add("restart", .extent, whole[..<(behindFirst - 40)], [0xFF, 0xD3], whole[(behindFirst - 40)...])
    add("wide-steps", .range, whole[..<frame.lowerBound], ArraySlice(Self.steps(0)), whole[frame.lowerBound...])
    add("sequential-stray", .extent, baseline.dropLast(2), [9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0xFF, 0xD9])
    return samples
  }

  /// The outcome of each job, without values that differ from run to run, and the bytes of its output.
  private func results(
    _ executor: any Executor, _ samples: [Sample], _ options: ThumbnailOptions, _ format: ImageFormat, name: String
  ) throws -> [String: String] {
    try folder.addFolder(name)
    let jobs = try samples.enumerated().map { index, sample in
      Job(
        index: index, source: try folder.add(sample.name + ".jpg", sample.bytes),
        output: folder("\(name)/\(sample.name).\(format.rawValue)"), format: format, sourceByteCount: 0)
    }
    var results: [String: String] = [:]
    for (index, outcome) in try executor.outcomes(of: jobs, options: options) {
      var text: String =
        switch outcome {
        case .written(let image): "written \(image.outputSize) \(image.warningCount) \(image.firstWarning)"
        case .skipped(let reason): "skipped \(reason)"
        case .failed(let error): "failed \(error)"
        }
      if let output = FileManager.default.contents(atPath: jobs[index].output.string) {
        text += " \(output.hashValue)"
      }
      results[samples[index].name] = text
    }
    return results
  }

  @Test func `the samples are declined for every reason that a file can cause`() throws {
    let decoder = Decoder(pool: BufferPool())
    var reasons: Set<Unsupported> = []
    for sample in try samples() {
      var request = DecodeRequest()
      (request.denominator, request.content) = (4, .planes)
      _ = Trial(sample.bytes, request, with: decoder)
      #expect(decoder.scaledVerdict == .declined(sample.reason), "\(sample.name)")
      reasons.insert(sample.reason)
    }
    // The other reasons have other causes: one comes from the scan limit, and one from the caller's planes.
    #expect(reasons == [.kind, .markers, .tables, .script, .code, .extent, .range])
  }

  @Test(arguments: [DamageTolerance.damageFails, .nothingFails], [ImageFormat.jpeg, .png])
  func `a declined file has the same outcome in threads and processes as in serial, and as with libjpeg`(
    tolerance: DamageTolerance, format: ImageFormat
  ) throws {
    let worker = try #require(ExecutorTests.worker, "imgbatch-worker is built next to the tests")
    var samples = try samples()
    let whole = try recoded(Places.sample("dogs/rex.jpg"), shrunkBy: 2) { $0.jpeg.scans = .progressive }
    samples.append(Sample(name: "taken", reason: .kind, bytes: whole))
    for (side, scanCount) in [(32, 100), (64, 100), (64, 9)] {
      var options = ThumbnailOptions()
      options.size = .box(width: side, height: side)
      options.tolerance = tolerance
      options.limits.scanCount = scanCount
      var limits = WorkLimits()
      limits.memoryByteCount = 1 << 30
      let name = "\(side)-\(scanCount)"
      let serial = try results(SerialExecutor(), samples, options, format, name: name + "-serial")
      #expect(serial.count == samples.count && serial.values.contains { $0.hasPrefix("written") })
      #expect(scanCount < 10 || serial["taken"]?.hasPrefix("written") == true)
      #expect(!serial.values.contains { $0.contains("EBADF") || $0.contains("internal") })
      let threads = try results(ThreadExecutor(workers: 2), samples, options, format, name: name + "-threads")
      #expect(threads == serial)
      let executor = ProcessExecutor(workers: 2, program: WorkerProgram(path: worker), limits: limits)
      let processes = try results(executor, samples, options, format, name: name + "-processes")
      #expect(processes == serial)
      options.decoder = .libjpeg
      let library = try results(SerialExecutor(), samples, options, format, name: name + "-libjpeg")
      #expect(library == serial)
    }
  }

  @Test func `a source that changes between two attempts fails, and is not taken for another`() throws {
    let bytes = try #require(try samples().first { $0.name == "without-scan-1" }).bytes
    let path = try folder.add("changing.jpg", bytes)
    var source = OpenSource(try SourceFile.open(path))
    let pool = BufferPool()
    #expect(try source.read(byteLimit: 1 << 30, pool: pool).byteCount == bytes.count)
    #expect(try source.read(byteLimit: 1 << 30, pool: pool).byteCount == bytes.count)
    try folder.add("changing.jpg", bytes + [0])
    let error = #expect(throws: JobError.self) { _ = try source.read(byteLimit: 1 << 30, pool: pool).byteCount }
    #expect(error?.code == .changedWhileReading)
  }
}
