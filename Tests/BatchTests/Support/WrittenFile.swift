import Foundation
import SystemPackage
import TestSupport
import Testing
import Thumbnailing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import RunState

/// An output as read back from its file: the bytes, the header, and interleaved pixels.
struct WrittenFile {
  let bytes: [UInt8]
  let header: ImageHeader
  let channels: Int
  let samples: [Int]

  /// Fails if the decoder reports anything.
  init(_ path: FilePath) throws {
    let pool = BufferPool()
    let file = try SourceFile.read(path, byteLimit: 1 << 30, pool: pool)
    bytes = unsafe [UInt8](file.bytes)
    let decoder = Decoder(pool: pool)
    header = try unsafe decoder.readHeader(file.bytes, limits: DecodeLimits())
    let decoded = try decoder.decode(DecodeRequest())
    #expect(decoded.report == DecodeReport(), "\(path)")
    guard case .pixels(let plane) = decoded.unwrapped() else { throw CodecError.broken("\(path) came as planes") }
    channels = plane.channels
    samples = plane.samples
    #expect(plane.size == header.size, "\(path)")
  }
}

extension JobRunner {
  /// Makes one output, and requires success.
  func written(_ source: FilePath, to output: FilePath, _ format: ImageFormat) throws -> WrittenImage {
    let job = Job(index: 0, source: source, output: output, format: format, sourceByteCount: 0)
    let outcome = outcome(of: job)
    guard case .written(let image) = outcome else {
      Issue.record("\(source): \(String(describing: outcome))")
      throw CodecError.broken("\(output) was not written")
    }
    return image
  }
}
