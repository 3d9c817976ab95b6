import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

@Suite("Completeness of a file") struct FileStructureTests {
  @Test("Each sample is whole, and cut if its end is missing, in pieces of any size")
  func cuts() throws {
    let samples: [(String, ImageFormat)] = [("dogs/bello.png", .png), ("dogs/rex.jpg", .jpeg)]
    for (name, format) in samples {
      let bytes = try Places.sample(name)
      for pieces in [1, 7, 8, 4096, bytes.count] {
        #expect(extent(bytes, format, pieces: pieces) == .whole, "\(name), pieces of \(pieces)")
        #expect(extent(bytes + [1, 2, 3], format, pieces: pieces) == .whole)
        #expect(extent(Array(bytes.dropLast()), format, pieces: pieces) == .cut)
      }
      for count in [0, 1, 7, 8, 9, 15, 16, 33, 40, bytes.count / 2, bytes.count - 8] {
        #expect(extent(Array(bytes.prefix(count)), format, pieces: 4096) == .cut, "\(name), \(count) bytes")
      }
    }
  }

  @Test("A PNG without image data has no end, and a chunk with a huge length contains everything after it")
  func png() {
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let end: [UInt8] = [0, 0, 0, 0] + Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82]
    #expect(extent(signature + end, .png, pieces: 64) == .cut)
    let data: [UInt8] = [0, 0, 0, 0] + Array("IDAT".utf8) + [0, 0, 0, 0]
    #expect(extent(signature + data + end, .png, pieces: 64) == .whole)
    let great: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF] + Array("IDAT".utf8)
    #expect(extent(signature + great + end + end, .png, pieces: 64) == .cut)
  }

  @Test("Only a decoder can judge data behind a scan without its end marker")
  func trailer() throws {
    let bytes = try Places.sample("dogs/rex.jpg")
    #expect(extent(bytes.dropLast(2) + [0xFF, 0xF3, 0, 0], .jpeg, pieces: 4096) == .unclear)
  }
}
