import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

@Suite("A profile in several segments of a JPEG")
struct ProfileSegmentsTests {
  private let decoder = Decoder(pool: BufferPool())
  private let start: [UInt8]
  private let profile: [UInt8]
  private let rest: [UInt8]

  init() throws {
    let bytes = try Places.sample("patterns/icc-srgb.jpg")
    let name = Array("ICC_PROFILE\0".utf8)
    let index = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
    let end = index - 2 + Int(bytes[index - 2]) << 8 + Int(bytes[index - 1])
    start = Array(bytes[..<(index - 4)])
    profile = Array(bytes[(index + 14)..<end])
    rest = Array(bytes[end...])
  }

  private typealias Segment = (number: Int, count: Int, part: ArraySlice<UInt8>)

  private func bytes(_ segments: [Segment]) -> [UInt8] {
    segments.flatMap { number, count, part in
      let length = 16 + part.count
      return [0xFF, 0xE2, UInt8(length >> 8), UInt8(length & 255)] + Array("ICC_PROFILE\0".utf8)
        + [UInt8(number), UInt8(count)] + part
    }
  }

  private func header(_ bytes: [UInt8]) throws -> ImageHeader {
    try unsafe bytes.withUnsafeBytes { bytes in
      defer { decoder.finish() }
      return try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
    }
  }

  /// The profile that is read from a file with these segments: their numbers, their counts, their contents.
  private func read(_ segments: [Segment]) throws -> [UInt8]? { try header(start + bytes(segments) + rest).profile }

  private func notes(_ segments: [Segment]) throws -> [ConversionNotice] {
    try header(start + bytes(segments) + rest).notes
  }

  @Test func `is joined in the order of the segments' numbers, up to 255`() throws {
    let (head, tail) = (profile[..<100], profile[100...])
    #expect(try read([(1, 2, head), (2, 2, tail)]) == profile)
    #expect(try read([(2, 2, tail), (1, 2, head)]) == profile)
    let bytes = profile.indices.map { profile[$0..<($0 + 1)] }
    let maximum: [Segment] = (1...255).map { ($0, 255, $0 < 255 ? bytes[$0 - 1] : profile[254...]) }
    #expect(try read(maximum) == profile)
    #expect(try read(maximum + maximum) == profile)
    #expect(try notes(maximum + maximum) == [])
  }

  @Test func `is missing if a segment is missing, and that is noted`() throws {
    #expect(try read([(1, 2, profile[...])]) == nil)
    #expect(try read([(0, 1, profile[...])]) == nil)
    #expect(try read([(2, 1, profile[...])]) == nil)
    #expect(try read([(1, 2, profile[..<9]), (2, 3, profile[9...])]) == nil, "counts that contradict each other")
    for segments: [Segment] in [[(1, 2, profile[...])], [(0, 1, profile[...])], [(2, 1, profile[...])]] {
      #expect(try notes(segments) == [.damagedProfile])
    }
    let tooShort = [0xFF, 0xE2, 0, 14] + Array("ICC_PROFILE\0".utf8)
    #expect(try header(start + tooShort + rest).notes == [.damagedProfile])
    #expect(try header(start + rest).notes == [])
  }

  @Test func `is read once if its segments are repeated, without a note`() throws {
    let (head, tail) = (profile[..<100], profile[100...])
    #expect(try read([(1, 1, profile[...]), (1, 1, profile[...])]) == profile)
    #expect(try notes([(1, 1, profile[...]), (1, 1, profile[...])]) == [])
    #expect(try read([(1, 2, head), (1, 2, head), (2, 2, tail), (2, 2, tail)]) == profile)
    #expect(try notes([(1, 2, head), (1, 2, head), (2, 2, tail), (2, 2, tail)]) == [])
    // Before and behind the frame header.
    let frame = try #require(rest.indices.first { rest[$0] == 0xFF && rest[$0 + 1] == 0xC0 })
    let end = frame + 2 + Int(rest[frame + 2]) << 8 + Int(rest[frame + 3])
    let whole = bytes([(1, 1, profile[...])])
    let twice = try header(start + whole + rest[..<end] + whole + rest[end...])
    #expect(twice.profile == profile && twice.notes == [])
    #expect(try header(start + rest[..<end] + whole + rest[end...]).profile == profile)
  }

  @Test func `is the first complete one, and the remaining segments are noted`() throws {
    var other = profile
    other[other.count - 1] ^= 1
    let (head, tail) = (profile[..<100], profile[100...])
    let (otherHead, otherTail) = (other[..<90], other[90...])
    #expect(try read([(1, 1, profile[...]), (1, 1, other[...])]) == profile)
    #expect(try read([(1, 1, profile[...]), (1, 2, otherHead), (2, 2, otherTail)]) == profile)
    // The first profile lacks a part, or is interrupted by another count. The second one is complete.
    #expect(try read([(1, 2, head), (1, 2, otherHead), (2, 2, otherTail)]) == other)
    #expect(try read([(2, 3, head), (1, 2, otherHead), (2, 2, otherTail)]) == other)
    #expect(try read([(1, 2, head), (1, 1, other[...]), (2, 2, tail)]) == other)
    for segments: [Segment] in [
      [(1, 1, profile[...]), (1, 1, other[...])], [(1, 2, head), (1, 2, otherHead), (2, 2, otherTail)],
      [(1, 2, head), (1, 1, other[...]), (2, 2, tail)], [(1, 1, profile[...]), (2, 2, otherTail)],
    ] { #expect(try notes(segments) == [.furtherProfiles]) }
  }
}
