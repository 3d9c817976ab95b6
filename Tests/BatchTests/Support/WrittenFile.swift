import Foundation
import SystemPackage
import TestSupport
import Testing
import Thumbnailing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import RunState
@testable import SystemSupport

/// An output as it is decoded again: the bytes, the header, and interleaved pixels.
struct WrittenFile {
  let bytes: [UInt8]
  let header: ImageHeader
  let channels: Int
  let samples: [Int]

  init(_ path: FilePath) throws {
    let file = try SourceFile.read(path, byteLimit: 1 << 30, pool: BufferPool())
    try self.init(bytes: unsafe [UInt8](file.bytes), "\(path)")
  }

  /// Fails if the decoder reports anything.
  init(bytes: [UInt8], _ name: String) throws {
    self.bytes = bytes
    let decoder = Decoder(pool: BufferPool())
    (header, channels, samples) = try unsafe bytes.withUnsafeBytes { bytes in
      let header = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
      let decoded = try decoder.decode(DecodeRequest())
      #expect(decoded.report == DecodeReport(), "\(name)")
      guard case .pixels(let plane) = decoded.unwrapped() else { throw CodecError.broken("\(name) came as planes") }
      #expect(plane.size == header.size, "\(name)")
      return (header, plane.channels, plane.samples)
    }
  }

  /// Makes one output in memory, and requires success.
  static func made(
    from source: FilePath, _ format: ImageFormat, _ options: ThumbnailOptions
  ) throws -> (image: WrittenImage, file: WrittenFile) {
    let outputs = KeptOutput()
    let runner = JobRunner(
      options: options, threadsPerImage: 1, memory: UnlimitedMemory(), timeout: nil, destination: outputs)
    let image = try runner.written(source, to: "kept", format)
    return (image, try WrittenFile(bytes: outputs.bytes, "\(source) as \(format)"))
  }
}

/// Keeps an output in memory. Where only its content matters, thousands of files would cost more than the images.
final class KeptOutput: OutputDestination {
  private(set) var bytes: [UInt8] = []

  func skipReason(for output: JobOutput) -> SkipReason? { nil }

  func write(_ bytes: RawSpan, of output: JobOutput, at index: Int, permissions: Permissions) {
    self.bytes = bytes.array(0..<bytes.byteCount)
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
