import SystemPackage
import Testing

@testable import BatchEngine
@testable import ImageCore
@testable import ImageErrors
@testable import RunState
@testable import SystemSupport
@testable import Thumbnailing
@testable import WorkerIPC

@Suite struct WireTests {
  private func again(_ options: ThumbnailOptions) throws -> ThumbnailOptions {
    var writer = WireWriter()
    options.write(to: &writer)
    var reader = WireReader(writer.bytes)
    let result = try ThumbnailOptions(from: &reader)
    try reader.end()
    return result
  }

  @Test func `every form of size is transferred`() throws {
    var options = ThumbnailOptions()
    for size in [nil, SizeRequest.box(width: 3, height: 70_000), .width(9), .height(8), .percent(12.5)] {
      options.size = size
      #expect(try again(options) == options)
    }
  }

  @Test func `a request contains the outputs to make, and no path`() throws {
    let job = Job(
      index: 77, source: FilePath(bytes: Array("/secret/name.jpg".utf8)),
      outputs: [
        JobOutput(path: "/secret/out.png", format: .png),
        JobOutput(path: "/secret/out.jpg", format: .jpeg, skipReason: .upToDate),
      ], sourceByteCount: 1 << 40)
    var request = JobRequest(job)
    #if DEBUG
      #expect(request.name == "name.jpg", "for faults on demand")
      request.name = ""
    #endif
    let bytes = WorkerRequest.job(request).bytes
    #expect(!String(decoding: bytes, as: UTF8.self).contains("secret"))
    guard case .job(let same) = try WorkerRequest(bytes) else { throw WireError() }
    #expect(same.outputs.map(\.format) == [.png, .jpeg] && same.outputs.map(\.skipReason) == [nil, .upToDate])
    for count in 0..<bytes.count {
      #expect(throws: WireError.self) { _ = try WorkerRequest(Array(bytes.prefix(count))) }
    }
  }

  /// The stored properties with equal values in both. The full value below must differ in each of them: a new property that is
  /// not encoded fails there, and one that has no other value fails here.
  private func unchanged(_ value: Any, _ other: Any) -> [String] {
    zip(Mirror(reflecting: value).children, Mirror(reflecting: other).children)
      .filter { "\($0.value)" == "\($1.value)" }.map { $0.0.label ?? "" }
  }

  @Test func `every property of a written image is transferred`() throws {
    let size = PixelSize(width: 1, height: 1)
    let plain = WrittenImage(
      sourceSize: size, outputSize: size, sourceByteCount: 1, outputByteCount: 1, warningCount: 0, firstWarning: "",
      times: StageTimes())
    var (times, cpuTimes) = (StageTimes(), StageTimes())
    for (position, stage) in Stage.allCases.enumerated() {
      times[stage] = .nanoseconds(position + 1)
      cpuTimes[stage] = .nanoseconds(position + 100)
    }
    let large = PixelSize(width: 7, height: 5)
    var full = WrittenImage(
      sourceSize: large, sourceByteCount: 2,
      outputs: [
        OutputResult(size: large, byteCount: 3),
        OutputResult(size: large, byteCount: 0, skipped: .upToDate, format: .png),
      ], warningCount: 4, firstWarning: "w", times: times, cpuTimes: cpuTimes)
    full.outputs[1].isOpaque = true
    full.outputs[1].quality = 63
    full.outputs[1].fingerprints.color = 0x12_34_56
    full.outputs[1].fingerprints.thumbHash = [1, 2, 3]
    full.outputs[1].fingerprints.differenceHash = .max - 1
    full.notes = ConversionNotice.allCases
    full.decodingWorkers = 6
    #expect(unchanged(full, plain).isEmpty)
    #expect(unchanged(full.outputs[1], plain.outputs[0]).isEmpty)
    var writer = WireWriter()
    Outcome.written(full).write(to: &writer)
    var reader = WireReader(writer.bytes)
    #expect(try Outcome(from: &reader) == .written(full))
    try reader.end()
  }

  @Test func `every property of a job that a worker needs is transferred, and no path`() throws {
    let plain = Job(index: 0, source: "a", output: "b", format: .jpeg, sourceByteCount: 0)
    var output = JobOutput(
      path: "secret/out.png", below: BaseFolder("secret"), format: .png,
      or: JobOutput.Alternative(path: "secret/out.jpg", format: .jpeg), skipReason: .exists)
    output.redo = .sourceChanged
    let error = JobError(stage: .read, code: .read, message: "")
    let full = Job(
      index: 1, source: "secret/d", relativeStart: 1, outputs: [output, output], sourceByteCount: 2, refusal: error,
      address: "e")
    #expect(unchanged(full, plain).isEmpty)
    #expect(unchanged(output, plain.outputs[0]).isEmpty)
    let bytes = WorkerRequest.job(JobRequest(full)).bytes
    #expect(!String(decoding: bytes, as: UTF8.self).contains("secret"))
    guard case .job(let request) = try WorkerRequest(bytes) else { throw WireError() }
    let same = request.job
    // Only what to make from the open file.
    #expect(same.outputs.map(\.format) == [.png, .png] && same.outputs.map(\.skipReason) == [.exists, .exists])
    #expect(same.outputs.allSatisfy { $0.alternative == JobOutput.Alternative(path: "", format: .jpeg) })
    #expect(
      same.outputs.allSatisfy { $0.path.isEmpty && $0.base == nil && $0.redo == nil } && same.index == 0
        && same.address == nil)
    for count in 0..<bytes.count {
      #expect(throws: WireError.self) { _ = try WorkerRequest(Array(bytes.prefix(count))) }
    }
  }

  @Test func `every kind of outcome is transferred, and no prefix of one is accepted`() throws {
    var times = StageTimes()
    times[.decode] = .nanoseconds(1_234_567)
    times[.write] = .seconds(3)
    var cpuTimes = StageTimes()
    cpuTimes[.read] = .nanoseconds(17)
    let outcomes: [Outcome] = [
      .written(
        WrittenImage(
          sourceSize: PixelSize(width: 4000, height: 3000), outputSize: PixelSize(width: 256, height: 192),
          sourceByteCount: 99, outputByteCount: 11, warningCount: 2, firstWarning: "wörds", times: times,
          cpuTimes: cpuTimes)),
      .skipped(.exists), .skipped(.upToDate), .skipped(.notFailed),
      .failed(JobError(stage: .resize, code: .limitMemory, message: "no \u{1B} room")),
      .failed(JobError(stage: .read, code: .timeout, message: "late", hint: .raiseTimeLimit)),
    ]
    for outcome in outcomes {
      var writer = WireWriter()
      outcome.write(to: &writer)
      var reader = WireReader(writer.bytes)
      #expect(try Outcome(from: &reader) == outcome)
      try reader.end()
      for count in 0..<writer.bytes.count {
        var cut = WireReader(Array(writer.bytes.prefix(count)))
        #expect(throws: WireError.self) { _ = try Outcome(from: &cut) }
      }
    }
  }

  @Test func `a hint with an unknown name is malformed`() throws {
    for (name, hint) in [("", nil), ("fetch-again", Hint.fetchAgain)] {
      var reader = WireReader(failure(hint: name))
      #expect(
        try Outcome(from: &reader)
          == .failed(JobError(stage: .decode, code: .corrupt, message: "bad", hint: hint)))
      try reader.end()
    }
    for name in ["fetchAgain", "fetch-again ", "fetch-again\0", "\u{1B}[2J"] {
      var reader = WireReader(failure(hint: name))
      #expect(throws: WireError.self) { _ = try Outcome(from: &reader) }
    }
  }

  private func failure(hint: String) -> [UInt8] {
    var writer = WireWriter()
    for text in ["failed", "decode", "corrupt", "bad", hint] { writer.write(text) }
    return writer.bytes
  }
}
