import Codecs
import DecoderTrials
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Batch

@Suite struct HeaderReaderTests {
  /// A progressive JPEG without its last scan: libjpeg decodes it, `ScaledJPEG` does not.
  private func unfinished() throws -> [UInt8] {
    let bytes = try recoded(Places.sample("dogs/luna.jpg")) { $0.jpeg.scans = .progressive }
    let last = try #require(bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
    return bytes[..<last] + [0xFF, 0xD9]
  }

  @Test func `what decodes a progressive JPEG is told by all of its scans, of a file that is not too large`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.add("unfinished.jpg", unfinished())
    let reader = HeaderReader(limits: DecodeLimits())
    #expect(try reader.read(path).header.path == .scaled)
    let forecast = try reader.readForecast(path)
    #expect(forecast.header.path == .library)
    var same = forecast.header
    same.path = .scaled
    #expect(try reader.read(path).header == same)

    // Nothing counts behind its end marker. Read whole it would be, and found to be libjpeg's.
    try #require(unsafe truncate(path.string, off_t(HeaderReader.mostForecastByteCount + 1)) == 0)
    #expect(try reader.readForecast(path).header.path == .scaled)
  }
}
