import Foundation
import Imaging
import TestSupport
import Testing

@testable import Codecs

/// Promise 4: no picture takes for ever.
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
  func `Promise 4: the libraries end between rows when the deadline has passed`(sample: String) throws {
    #expect(try error(sample) { $0.deadline = 1 } == .timeout)
    #expect(try error(sample) { $0.deadline = .max } == nil)
  }

  @Test func `Promise 3: the library refuses coefficients beyond the memory limit`() throws {
    let failure = try error("broken/truncated-progressive.jpg") { $0.memoryByteCount = 10_000 }
    guard case .outOfMemory = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }
}
