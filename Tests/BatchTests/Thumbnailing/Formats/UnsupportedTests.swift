import DecoderTrials
import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import ImageErrors
@testable import RunState
@testable import Thumbnailing

/// Promise 3 for progressive JPEGs: they are admitted with the small amount that `JPEGDecoding` needs, and again with libjpeg's
/// amount if that must decode them.
@Suite struct UnsupportedTests {
  /// Admits requests up to `maximum`, and records them.
  private final class Account: MemoryReserving, Sendable {
    struct State {
      var asked: [Int] = []
      var held = 0
      var maxHeldWhenAsked = 0
    }
    let state = Mutex(State())
    let maximum: Int
    let beyond: ReservationResult
    var allowance: Int { 1 }
    var perImageLimit: Int { 1 << 30 }

    init(maximum: Int, beyond: ReservationResult) {
      self.maximum = maximum
      self.beyond = beyond
    }

    func admit(_ byteCount: Int) -> ReservationResult {
      state.withLock { state in
        state.asked.append(byteCount)
        state.maxHeldWhenAsked = max(state.maxHeldWhenAsked, state.held)
        guard byteCount <= maximum else { return beyond }
        state.held += byteCount
        return .admitted(share: byteCount)
      }
    }

    func release(_ share: Int) { state.withLock { $0.held -= share } }
  }

  private struct Result {
    var outcome: Outcome?
    var asked: [Int]
    var output: Data?
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func result(
    _ bytes: [UInt8], maximum: Int = .max, beyond: ReservationResult = .neverFits,
    _ change: (inout ThumbnailOptions) -> Void = { _ in }
  ) throws -> Result {
    let source = try folder.add("source.jpg", bytes)
    let output = folder("out.jpg")
    try? FileManager.default.removeItem(atPath: output.string)
    var options = ThumbnailOptions()
    options.tolerance = .nothingFails
    options.size = .box(width: 32, height: 32)
    change(&options)
    let account = Account(maximum: maximum, beyond: beyond)
    let job = Job(index: 0, source: source, output: output, format: .jpeg, sourceByteCount: 0)
    let outcome = JobRunner(options: options, memory: account).outcome(of: job)
    return account.state.withLock { state in
      #expect(state.held == 0, "all is given back")
      #expect(state.maxHeldWhenAsked == 0, "nobody waits for memory while holding some")
      return Result(outcome: outcome, asked: state.asked, output: FileManager.default.contents(atPath: output.string))
    }
  }

  private func progressive() throws -> [UInt8] {
    try recoded(Places.sample("dogs/rex.jpg")) { $0.jpeg.scans = .progressive }
  }

  /// Intact headers. The data after them ends `JPEGDecoding`: undefined codes, or a missing end marker.
  private func declined(_ kind: String) throws -> [UInt8] {
    var bytes = try progressive()
    if kind == "no end marker" { return bytes.dropLast(2) }
    let scan = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
    for position in stride(from: scan + 100, to: scan + 160, by: 2) {
      bytes.replaceSubrange(position..<position + 2, with: [0xFF, 0])
    }
    return bytes
  }

  private func coefficientByteCount() throws -> Int {
    try unsafe progressive().withUnsafeBytes { bytes in
      try unsafe Decoder(pool: BufferPool()).readHeader(bytes, limits: DecodeLimits()).coefficientByteCount
    }
  }

  @Test func `Promise 3: a progressive file requests all coefficients only if libjpeg decodes it`() throws {
    let bytes = try progressive()
    let scaled = try result(bytes)
    let whole = try result(bytes) { $0.decoder = .libjpeg }
    #expect(scaled.asked.count == 1 && whole.asked.count == 1)
    #expect(whole.asked[0] >= (try coefficientByteCount()))
    #expect(scaled.output != nil && scaled.output == whole.output)
  }

  @Test(arguments: ["codes of ones", "no end marker"])
  func `Promise 3: a file that is declined midway returns its memory and requests libjpeg's amount`(
    kind: String
  ) throws {
    let bytes = try declined(kind)
    let twice = try result(bytes)
    let once = try result(bytes) { $0.decoder = .libjpeg }
    #expect(twice.asked.count == 2 && once.asked.count == 1)
    #expect(twice.asked.last == once.asked.first)
    #expect(twice.output != nil && twice.output == once.output)
    guard case .written = twice.outcome else {
      Issue.record("\(String(describing: twice.outcome))")
      return
    }
  }

  @Test func `Promise 3: a declined file that is refused libjpeg's memory fails without decoding`() throws {
    let bytes = try declined("codes of ones")
    let admitted = try result(bytes).asked[0]
    let refused = try result(bytes, maximum: admitted)
    guard case .failed(let error) = refused.outcome else {
      Issue.record("\(String(describing: refused.outcome))")
      return
    }
    #expect(error.code == .limitMemory && error.hint == .raiseMemoryLimit)
    #expect(refused.asked.count == 2 && refused.output == nil)
    let ended = try result(bytes, maximum: admitted, beyond: .runEnds)
    #expect(ended.outcome == nil && ended.output == nil, "the run is to end: not begun")
  }
}
