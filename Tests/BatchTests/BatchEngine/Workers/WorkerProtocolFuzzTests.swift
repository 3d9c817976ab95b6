import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import ImageErrors
@testable import Parallelism
@testable import RunState
@testable import SystemSupport
@testable import Thumbnailing
@testable import WorkerIPC

/// The messages between a run and its workers, damaged in thousands of ways. Each is rejected or plausible, and none crashes
/// either side.
@Suite struct WorkerProtocolFuzzTests {
  /// A linear congruential generator (Knuth, MMIX), so that each run has the same damage.
  private struct Damage {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func number(below limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(1, limit)
    }

    /// One to four changes: a byte, an extreme 8-byte number, removed or inserted bytes, or a truncated end.
    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      for _ in 0...number(below: 4) where !bytes.isEmpty {
        let at = number(below: bytes.count)
        switch number(below: 5) {
        case 0: bytes[at] = UInt8(number(below: 256))
        case 1:
          let value = [Int.max, Int.min, -1, 0, 1 << 32, 1000, 1001][number(below: 7)]
          for index in 0..<8 where at / 8 * 8 + index < bytes.count {
            bytes[at / 8 * 8 + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
          }
        case 2: bytes.removeSubrange(at..<min(bytes.count, at + number(below: 16)))
        case 3: bytes.insert(contentsOf: (0..<number(below: 16)).map { _ in UInt8(number(below: 256)) }, at: at)
        default: bytes.removeSubrange(at...)
        }
      }
      return bytes
    }
  }

  private var job: Job {
    Job(
      index: 0, source: "in.jpg",
      outputs: [JobOutput(path: "a.jpg", format: .jpeg), JobOutput(path: "b.png", format: .png, skipReason: .exists)],
      sourceByteCount: 0)
  }

  private var replies: [WorkerResponse] {
    let size = PixelSize(width: 5, height: 7)
    var image = WrittenImage(
      sourceSize: size, sourceByteCount: 99,
      outputs: [
        OutputResult(size: size, byteCount: 3, format: .jpeg), OutputResult(size: size, byteCount: 0, skipped: .exists),
      ],
      warningCount: 1, firstWarning: "a warning", times: StageTimes(), cpuTimes: StageTimes())
    image.notes = [.profile]
    return [
      .outcome(.written(image)),
      .outcome(.failed(JobError(stage: .decode, code: .corrupt, message: "a sentence", hint: .fetchAgain))),
      .admission(byteCount: 1 << 20), .piece(output: 0, .jpeg, bytes: [1, 2, 3]),
      .ready(
        Confinement(filterError: nil, landlockVersion: 7, landlockError: nil, hasNoPrivileges: true),
        [.heic: .library("libheif 1.15.1"), .tiff: .missing(.library)]),
    ]
  }

  @Test func `a damaged reply is rejected by the parent, or plausible`() {
    var damage = Damage(seed: 1)
    var refused = 0
    for round in 0..<40_000 {
      let bytes = damage.damaged(replies[round % replies.count].bytes)
      guard let reply = try? WorkerResponse(bytes) else {
        refused += 1
        continue
      }
      guard case .outcome(let outcome) = reply,
        outcome.isPlausible(for: job, ThumbnailOptions(), threadsPerImage: 2, elapsed: .seconds(1))
      else { continue }
      switch outcome {
      case .written(let image):
        #expect(image.outputs.count == 2 && image.outputs[1].skipped == .exists && image.outputs[0].skipped == nil)
        #expect(
          image.outputByteCount >= 0 && (0...ThumbnailOptions().limits.fileByteCount).contains(image.sourceByteCount))
        #expect(image.firstWarning.utf8.count <= 4096 && (1...2).contains(image.decodingWorkers))
      case .failed(let error): #expect(error.message.utf8.count <= 4096 && error.stage != .write)
      case .skipped: Issue.record("a job that was sent has something to do")
      }
    }
    #expect(refused > 10_000 && refused < 40_000)
  }

  @Test func `quality and size are within the limit that the options set`() {
    var limited = ThumbnailOptions()
    limited.outputLimit.byteCount = 100
    let size = PixelSize(width: 5, height: 5)
    func isPlausible(
      _ quality: Int?, _ options: ThumbnailOptions, as format: ImageFormat = .jpeg, byteCount: Int = 100
    ) -> Bool {
      let job = Job(index: 0, source: "in", output: "out", format: format, sourceByteCount: 0)
      var image = WrittenImage(
        sourceSize: size, outputSize: size, sourceByteCount: 1, outputByteCount: byteCount, warningCount: 0,
        firstWarning: "", times: StageTimes())
      image.outputs[0].format = format
      image.outputs[0].quality = quality
      return Outcome.written(image).isPlausible(for: job, options, threadsPerImage: 1, elapsed: .seconds(1))
    }
    #expect([39, 40, 80, 81, nil].map { isPlausible($0, limited) } == [false, true, true, false, false])
    #expect([40, nil].map { isPlausible($0, limited, as: .png) } == [false, true])
    #expect([100, 101].map { isPlausible(50, limited, byteCount: $0) } == [true, false])
    #expect([40, nil].map { isPlausible($0, ThumbnailOptions()) } == [false, true])
    let error = Outcome.failed(JobError(stage: .encode, code: .tooLarge, message: "large"))
    let verdicts = [limited, ThumbnailOptions()].map {
      error.isPlausible(for: job, $0, threadsPerImage: 1, elapsed: .seconds(1))
    }
    #expect(verdicts == [true, false])
  }

  @Test func `outputs are only accepted as the image that the worker describes`() throws {
    let folder = try TemporaryFolder()
    let size = PixelSize(width: 5, height: 5)
    let sound: [UInt8] = [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 5, 0, 5, 1, 1, 0x11, 0, 0xFF, 0xD9]
    var damage = Damage(seed: 2)
    for _ in 0..<3000 {
      let bytes = damage.damaged(sound)
      let job = Job(index: 0, source: "in", output: folder("a.jpg"), format: .jpeg, sourceByteCount: 0)
      let outputs = ReceivedOutputs(of: job, existing: .overwrite, durability: .ordinary, permissions: .ordinary)
      var image = WrittenImage(
        sourceSize: size, outputSize: size, sourceByteCount: 1, outputByteCount: bytes.count, warningCount: 0,
        firstWarning: "", times: StageTimes())
      image.outputs[0].format = .jpeg
      // In pieces of one to four bytes.
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = 1 + damage.number(below: 4)
        try outputs.add(Array(rest.prefix(count)), to: 0, .jpeg, memory: 1 << 20)
        rest = rest.dropFirst(count)
      }
      guard case .written? = try? outputs.finish(image) else { continue }
      #expect(bytes.starts(with: [0xFF, 0xD8]) && bytes.suffix(2) == [0xFF, 0xD9])
    }
    #expect(try folder.names(in: "").allSatisfy { $0 == "a.jpg" }, "of a refused output nothing stays")
  }

  @Test func `a worker exits on a damaged configuration or request`() throws {
    let worker = try #require(ExecutorTests.worker, "imgbatch-worker is built next to the tests")
    let memory = MemoryBudget(WorkLimits(), workers: 1, .process, stop: CancellationFlag())
    let workerConfiguration = WorkerConfiguration(
      options: ThumbnailOptions(), threadsPerImage: 1, timeout: nil, memory: memory, parent: Int(getpid()))
    var damage = Damage(seed: 3)
    for round in 0..<60 {
      let connection = try WorkerSocket(path: worker)
      if round % 2 == 0 {
        _ = connection.channel.send(damage.damaged(workerConfiguration.bytes))
      } else {
        _ = connection.channel.send(workerConfiguration.bytes)
        let source = try Descriptor(opening: "/dev/null", .sniffed)
        _ = connection.channel.send(damage.damaged(WorkerRequest.job(JobRequest(job)).bytes), with: source.number)
      }
      #expect(connection.end(.endOfInput).message.hasPrefix("it exited with status"), "round \(round)")
    }
  }
}
