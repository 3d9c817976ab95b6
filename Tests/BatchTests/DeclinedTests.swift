import Codecs
import DecoderTrials
import Foundation
import Imaging
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Batch

/// Promise 3, for progressive files: admitted by what `ScaledJPEG` takes, and again by what libjpeg takes where that
/// has to decode them after all.
@Suite struct DeclinedTests {
  /// Admits everything and keeps count.
  private final class Ledger: MemoryAdmission, Sendable {
    let asked = Mutex<[Int]>([])
    let held = Mutex(0)
    var allowance: Int { 1 }
    var mostForOne: Int { 1 << 30 }

    func admit(_ byteCount: Int) -> Int? {
      asked.withLock { $0.append(byteCount) }
      held.withLock { $0 += byteCount }
      return byteCount
    }

    func release(_ share: Int) { held.withLock { $0 -= share } }
  }

  private func asked(_ bytes: [UInt8], _ change: (inout Recipe) -> Void = { _ in }) throws -> (Outcome, [Int], [UInt8])
  {
    let folder = try TemporaryFolder()
    let source = folder("source.jpg")
    try Data(bytes).write(to: URL(fileURLWithPath: source.string))
    var recipe = Recipe()
    recipe.tolerance = .nothingFails
    recipe.size = .box(width: 32, height: 32)
    change(&recipe)
    let ledger = Ledger()
    let job = Job(index: 0, source: source, output: folder("out.jpg"), format: .jpeg, sourceByteCount: 0)
    let outcome = Thumbnailer(recipe: recipe, memory: ledger).outcome(of: job)
    ledger.held.withLock { #expect($0 == 0, "all is given back") }
    let output = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder("out.jpg").string)))
    return (outcome, ledger.asked.withLock { $0 }, output)
  }

  private func progressive() throws -> [UInt8] {
    try recoded(Places.sample("dogs/rex.jpg")) { $0.jpeg.scans = .progressive }
  }

  /// Coefficients of libjpeg for the sample, at least.
  private func wholeByteCount() throws -> Int {
    let bytes = try progressive()
    return try unsafe bytes.withUnsafeBytes { bytes in
      try unsafe Decoder(pool: BufferPool()).readHeader(bytes, limits: DecodeLimits()).coefficientByteCount
    }
  }

  @Test func `a progressive file asks for a row of coefficients, and for all of them only with libjpeg`() throws {
    let bytes = try progressive()
    let (_, scaled, output) = try asked(bytes)
    let (_, whole, same) = try asked(bytes) { $0.decoder = .libjpeg }
    #expect(scaled.count == 1 && whole.count == 1)
    // Tables and readers of a hundred scans are reckoned with, so of small files the difference is less.
    #expect(whole[0] >= (try wholeByteCount()))
    #expect(output == same)
  }

  @Test func `a file that is declined asks again, for what libjpeg takes, and comes out as libjpeg's`() throws {
    let bytes = try progressive()
    // The end marker is missing, so ScaledJPEG declines.
    let broken = Array(bytes.dropLast(2))
    let (outcome, twice, output) = try asked(broken)
    let (_, once, same) = try asked(broken) { $0.decoder = .libjpeg }
    #expect(twice.count == 2)
    #expect(twice.last == once.first)
    #expect(output == same)
    guard case .written = outcome else {
      Issue.record("\(outcome)")
      return
    }
  }
}
