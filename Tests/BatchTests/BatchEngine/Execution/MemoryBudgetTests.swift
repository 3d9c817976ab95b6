import DecoderTrials
import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ColorManagement
@testable import ImageCodecs
@testable import ImageCore
@testable import ImageErrors
@testable import Parallelism
@testable import RunState
@testable import SystemSupport
@testable import Thumbnailing

/// Promise 3: memory stays under `--max-memory` whatever the inputs and jobs.
@Suite struct MemoryBudgetTests {
  private let megabyte = 1 << 20

  @Test func `Promise 3: an eighth is reserved for the workers, and one image may have nearly all of the rest`() {
    let budget = MemoryBudget(byteCount: 1 << 30, workers: 8, base: 0)
    #expect(budget.sourceByteCount == 32 * megabyte)
    #expect(budget.outputByteCount == 8 * megabyte)
    #expect(budget.allowance == 11 * megabyte / 2)
    #expect(budget.perImageLimit == (1024 - 8 * 2 * 8) * megabyte)
    #expect(budget.admit(budget.allowance) == .admitted(share: 0), "without asking")
    #expect(budget.admit(budget.perImageLimit) == .admitted(share: budget.perImageLimit - budget.allowance))
  }

  @Test func `Promise 3: the mode and the number of workers do not determine which image is too large`() {
    for megabytes in [16, 64, 256, 1024] {
      var limits = WorkLimits()
      limits.memoryByteCount = megabytes * megabyte
      for workers in [1, 2, 8, 64] {
        // The limit falls in steps with the memory of this process, which other tests change meanwhile.
        let areSame = (0..<1000).contains { _ in
          let one = MemoryBudget(limits, workers: 1, .thread, stop: CancellationFlag()).perImageLimit
          let count = MemoryBudget.workers(atMost: workers, .process, limits)
          let processes = MemoryBudget(limits, workers: count, .process, stop: CancellationFlag())
          let threads = MemoryBudget(limits, workers: workers, .thread, stop: CancellationFlag())
          return threads.perImageLimit == one && processes.perImageLimit == one
            && count >= 1 && max(threads.allowance, processes.allowance) <= one
        }
        #expect(areSame, "\(megabytes) MB, \(workers) workers")
      }
    }
  }

  @Test func `Promise 3: a request that can never fit is rejected at once`() {
    let budget = MemoryBudget(byteCount: 100 * megabyte, workers: 2, base: 20 * megabyte)
    #expect(budget.admit(budget.perImageLimit + 1) == .neverFits)
    #expect(MemoryBudget(byteCount: megabyte, workers: 2, base: 20 * megabyte).admit(1) == .neverFits)
  }

  @Test func `an image whose work is cancelled while it waits leaves the queue, and the next one is admitted`() throws {
    let budget = MemoryBudget(byteCount: 400 * megabyte, workers: 2, base: 0)
    let large = budget.perImageLimit
    #expect(budget.admit(large) == .admitted(share: large - budget.allowance))
    let cancellation = try #require(WorkCancellation())
    let results = Mutex<[Int: ReservationResult]>([:])
    onThreads(3) { thread in
      switch thread {
      case 0:
        cancellation.cancel()
        budget.recheck()
        budget.release(large - budget.allowance)
      case 1:
        let result = cancellation.watching { budget.admit(large) }
        results.withLock { $0[1] = result }
        if case .admitted(let share) = result { budget.release(share) }
      default:
        let result = budget.admit(large)
        results.withLock { $0[2] = result }
      }
    }
    // It was admitted if the memory was free before it looked.
    let found = results.withLock { $0 }
    #expect(found[2] == .admitted(share: large - budget.allowance))
    #expect(found[1] == .runEnds || found[1] == .admitted(share: large - budget.allowance))
  }

  @Test func `Promise 3: concurrent requests of all sizes never exceed the budget, and all are served`() {
    let budget = MemoryBudget(byteCount: 400 * megabyte, workers: 8, base: 0)
    let maximum = budget.perImageLimit - budget.allowance
    let held = Mutex((now: 0, maximum: 0, served: 0))
    onThreads(8) { thread in
      for turn in 0..<200 {
        let wish = (thread * 7919 + turn * 104_729) % budget.perImageLimit
        guard case .admitted(let share) = budget.admit(wish) else { continue }
        held.withLock { held in
          held.now += share
          held.maximum = max(held.maximum, held.now)
          held.served += 1
        }
        held.withLock { $0.now -= share }
        budget.release(share)
      }
    }
    held.withLock { held in
      #expect(held.served == 1600)
      #expect(held.maximum <= maximum)
      #expect(held.now == 0)
    }
  }

  @Test func `Promise 3: the process's memory is counted in pages of the kernel's size`() throws {
    let line = "5000 1200 300 10 0 900 0\n"
    for pageByteCount in [4096, 16384, 65536] {
      #expect(OwnMemory.byteCount(.addressSpace, statm: line, pageByteCount: pageByteCount) == 5000 * pageByteCount)
      #expect(OwnMemory.byteCount(.resident, statm: line, pageByteCount: pageByteCount) == 1200 * pageByteCount)
    }
    for line in ["", "5000", "many words"] {
      #expect(OwnMemory.byteCount(.resident, statm: line, pageByteCount: 4096) == 0)
    }
    // VmRSS contains the same value in KB, up to the allocations of other tests.
    let status = try #require(ProcFile.contents(of: "/proc/self/status"))
    let resident = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    let kilobytes = try #require(Int(resident.filter(\.isNumber)))
    let ratio = Double(OwnMemory.byteCount(.resident)) / Double(kilobytes << 10)
    #expect(ratio > 1 / 3 && ratio < 3)
  }

  @Test func `Promise 8: once a run is ending, no image is started that waits for memory or requests it`() {
    let stop = CancellationFlag()
    let budget = MemoryBudget(byteCount: 400 * megabyte, workers: 2, base: 0, stop: stop)
    guard case .admitted(let share) = budget.admit(budget.perImageLimit) else {
      Issue.record("an empty budget has room for the largest image that it allows")
      return
    }
    let answers = Mutex<[ReservationResult]>([])
    onThreads(2) { thread in
      if thread == 1 {
        // Whether the request already waits when the stop comes, or follows it.
        let answer = budget.admit(budget.perImageLimit)
        answers.withLock { $0.append(answer) }
      } else {
        stop.cancel()
        budget.release(share)
      }
    }
    #expect(answers.withLock { $0 } == [.runEnds])
    #expect(budget.admit(budget.perImageLimit) == .runEnds)
    #expect(budget.admit(budget.allowance) == .admitted(share: 0), "what needs no asking is not asked about")
  }

  /// The memory estimate of a sample for a thumbnail.
  private func estimate(_ sample: String) throws -> Int {
    let pool = BufferPool()
    let file = try SourceFile.read(
      FilePath(Places.samples.appending(path: sample).path), byteLimit: 1 << 30, pool: pool)
    let header = try unsafe Decoder(pool: pool).readHeader(file.bytes, limits: DecodeLimits())
    let plan = ThumbnailPlan(header, options: ThumbnailOptions(), formats: [header.format])
    return MemoryEstimate(header, plan: plan, fileByteCount: file.byteCount).byteCount
  }

  @Test func `Promise 3: the estimate includes the coefficients of all scans, and whole frames`() throws {
    // 641x427 in 4:2:2 with 2 bytes per coefficient takes about 1.1 MB. With a single scan the coefficients are not stored.
    #expect(try estimate("patterns/text-422.jpg") < 4 * megabyte)
    let pool = BufferPool()
    let path = FilePath(Places.samples.appending(path: "broken/truncated-progressive.jpg").path)
    let file = try SourceFile.read(path, byteLimit: 1 << 30, pool: pool)
    let header = try unsafe Decoder(pool: pool).readHeader(file.bytes, limits: DecodeLimits())
    #expect(header.layout == .progressive)
    #expect(header.coefficientByteCount >= header.size.pixelCount * 2 * (header.color == .gray ? 1 : 3) / 2)
    // The frame, and the 16-bit products of color and alpha.
    let disc = 321 * 321 * 4
    #expect(try estimate("patterns/rgba-disc.png") >= disc + 2 * disc)
  }

  /// The memory estimate of a sample that is decoded completely.
  private func estimate(
    _ bytes: [UInt8], as format: ImageFormat, _ change: (inout ThumbnailOptions) -> Void
  ) throws -> (byteCount: Int, header: ImageHeader) {
    var options = ThumbnailOptions()
    change(&options)
    let header = try unsafe bytes.withUnsafeBytes { bytes in
      try unsafe Decoder(pool: BufferPool()).readHeader(bytes, limits: DecodeLimits())
    }
    let plan = ThumbnailPlan(header, options: options, formats: [format], transforms: ColorTransforms()).whole
    return (MemoryEstimate(header, plan: plan, fileByteCount: bytes.count).byteCount, header)
  }

  @Test func `Promise 3: the estimate includes all coefficients where only libjpeg supports the request`() throws {
    let bytes = try recoded(Places.sample("dogs/rex.jpg")) { $0.jpeg.scans = .progressive }
    let changes: [(ImageFormat, (inout ThumbnailOptions) -> Void)] = [
      (.png, { _ in }),
      (
        .jpeg,
        {
          $0.color = .gray; $0.gray = .luma709
        }
      ),
      (
        .jpeg,
        {
          $0.color = .gray; $0.gray = .luminance
        }
      ),
    ]
    for (format, change) in changes {
      let chosen = try estimate(bytes, as: format, change)
      #expect(chosen.header.path == .scaled && chosen.header.coefficientByteCount > 0)
      let libjpeg = try estimate(bytes, as: format) {
        change(&$0)
        $0.decoder = .libjpeg
      }
      #expect(chosen.byteCount == libjpeg.byteCount)
    }
  }

  @Test(arguments: [GrayKind.luma709, .luminance])
  func `Promise 3: the estimate includes gray that is made from a whole image`(kind: GrayKind) throws {
    func tiny(_ options: inout ThumbnailOptions) {
      options.size = .box(width: 8, height: 8)
      options.shrink = .off
    }
    func gray(_ options: inout ThumbnailOptions) {
      tiny(&options)
      options.color = .gray
      options.gray = kind
    }
    // Memory that an output with fewer channels may save.
    let output = 72 * 72 * 2 * 6
    let bello = try Places.sample("dogs/bello.png")
    let color = try estimate(bello, as: .png, tiny)
    #expect(color.header.color == .rgb)
    #expect(try estimate(bello, as: .png, gray).byteCount + output >= color.byteCount + color.header.size.pixelCount)
    let rex = try Places.sample("dogs/rex.jpg")
    let three = try estimate(rex, as: .png, tiny)
    #expect(try estimate(rex, as: .png, gray).byteCount + output >= three.byteCount + three.header.size.pixelCount)
  }

  @Test func `an image that does not fit fails with limit-memory, others are written`() throws {
    let folder = try TemporaryFolder()
    let rex = FilePath(Places.samples.appending(path: "dogs/rex.jpg").path)
    let job = Job(index: 0, source: rex, output: folder("rex.jpg"), format: .jpeg, sourceByteCount: 0)
    let tight = MemoryBudget(byteCount: megabyte, workers: 1, base: 0)
    guard case .failed(let error) = JobRunner(options: ThumbnailOptions(), memory: tight).outcome(of: job) else {
      Issue.record("it fitted into a megabyte")
      return
    }
    #expect(error.code == .limitMemory && error.hint == .raiseMemoryLimit)
    #expect(try folder.names().isEmpty)
    let enough = MemoryBudget(byteCount: 8 * megabyte, workers: 1, base: 0)
    #expect(enough.allowance < 2 * megabyte, "it has to ask")
    guard case .written = JobRunner(options: ThumbnailOptions(), memory: enough).outcome(of: job) else {
      Issue.record("it did not fit into 8 megabytes")
      return
    }
    #expect(enough.admit(enough.perImageLimit) != .neverFits, "all was given back")
  }
}
