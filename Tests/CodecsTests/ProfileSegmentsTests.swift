import Imaging
import TestSupport
import Testing

@testable import Codecs

@Suite("A profile in several segments of a JPEG")
struct ProfileSegmentsTests {
  private let decoder = Decoder(pool: BufferPool())
  private let start: [UInt8]
  private let profile: [UInt8]
  private let rest: [UInt8]

  init() throws {
    let bytes = try Places.sample("patterns/icc-srgb.jpg")
    let name = Array("ICC_PROFILE\0".utf8)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
    let end = place - 2 + Int(bytes[place - 2]) << 8 + Int(bytes[place - 1])
    start = Array(bytes[..<(place - 4)])
    profile = Array(bytes[(place + 14)..<end])
    rest = Array(bytes[end...])
  }

  /// What is read of a file that has these segments: their numbers, of how many they say that they are, contents.
  private func read(_ segments: [(number: Int, count: Int, part: ArraySlice<UInt8>)]) throws -> [UInt8]? {
    let all = segments.flatMap { number, count, part in
      let length = 16 + part.count
      return [0xFF, 0xE2, UInt8(length >> 8), UInt8(length & 255)] + Array("ICC_PROFILE\0".utf8)
        + [UInt8(number), UInt8(count)] + part
    }
    let bytes = start + all + rest
    return try unsafe bytes.withUnsafeBytes { bytes in
      defer { decoder.finish() }
      return try unsafe decoder.readHeader(bytes, limits: DecodeLimits()).profile
    }
  }

  @Test func `is joined in the order of their numbers, of up to 255`() throws {
    let (head, tail) = (profile[..<100], profile[100...])
    #expect(try read([(1, 2, head), (2, 2, tail)]) == profile)
    #expect(try read([(2, 2, tail), (1, 2, head)]) == profile)
    let bytes = profile.indices.map { profile[$0..<($0 + 1)] }
    #expect(try read((1...255).map { ($0, 255, $0 < 255 ? bytes[$0 - 1] : profile[254...]) }) == profile)
  }

  @Test func `is none where one lacks or comes twice`() throws {
    #expect(try read([(1, 2, profile[...])]) == nil)
    #expect(try read([(1, 2, profile[...]), (1, 2, profile[...])]) == nil)
    #expect(try read([(0, 1, profile[...])]) == nil)
    #expect(try read((0..<600).map { ($0 % 255 + 1, 255, profile[..<1]) }) == nil)
  }
}
