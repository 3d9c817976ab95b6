import Foundation
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

/// Promise 4: no image takes forever.
@Suite struct DeadlineTests {
  private func error(_ sample: String, _ change: (inout DecodeLimits) -> Void) throws -> CodecError? {
    let bytes = try [UInt8](Data(contentsOf: Places.samples.appending(path: sample)))
    var limits = DecodeLimits()
    change(&limits)
    let decoder = Decoder(pool: BufferPool())
    return unsafe bytes.withUnsafeBytes { bytes in
      do throws(CodecError) {
        _ = try unsafe decoder.readHeader(bytes, limits: limits)
        _ = try decoder.decode(DecodeRequest())
        return nil
      } catch {
        return error
      }
    }
  }

  @Test(arguments: ["dogs/rex.jpg", "dogs/bello.png", "patterns/adam7.png"])
  func `Promise 4: the libraries stop between rows once the deadline has passed`(sample: String) throws {
    #expect(try error(sample) { $0.deadline = 1 } == .timeout)
    #expect(try error(sample) { $0.deadline = .max } == nil)
  }

  @Test func `Promise 4: the reading of chunks stops at the deadline as well`() throws {
    let bytes = try Places.sample("dogs/bello.png")
    var limits = DecodeLimits()
    limits.deadline = 1
    unsafe bytes.withUnsafeBytes { bytes in
      _ = #expect(throws: CodecError.timeout) {
        try unsafe Decoder(pool: BufferPool()).readHeader(bytes, limits: limits)
      }
    }
  }

  @Test func `Promise 4: a PNG decoded in strips ends with a timeout at the deadline, and is not declined`() throws {
    let pool = BufferPool()
    let bytes = try Places.sample("dogs/bello.png")
    let layout = PNGPixelLayout(width: 480, height: 330, bits: 8, colorType: 2, isInterlaced: false)
    try unsafe bytes.withUnsafeBytes { bytes in
      let result = try unsafe StreamingPNGDecoder(pool: pool).decode(
        bytes, layout: layout, channels: 3, depth: .eight, deadline: 1
      ) { _ in true }
      #expect(result == .late)
    }
  }

  @Test func `Promise 3: the library refuses coefficients beyond the memory limit`() throws {
    let failure = try error("broken/truncated-progressive.jpg") { $0.memoryByteCount = 10_000 }
    guard case .outOfMemory = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }
}
