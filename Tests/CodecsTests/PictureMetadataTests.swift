import Testing

@testable import Codecs

@Suite("Metadata that are carried over")
struct PictureMetadataTests {
  private func texts(_ bodies: [[UInt8]]) -> [PictureMetadata.PNGText] {
    var file = PNGBuilder()
    file.header(width: 1, height: 1, colourType: 0)
    for body in bodies { file.chunk("tEXt", body) }
    return unsafe file.bytes.withUnsafeBytes { unsafe PictureMetadata($0, format: .png).texts }
  }

  @Test func `no more than a thousand texts of a PNG are kept, nor more than 4 MiB of them`() {
    let short = (0..<3000).map { [UInt8(ascii: "a"), 0, UInt8($0 & 127)] }
    #expect(texts(short).map(\.body) == Array(short.prefix(1000)))
    let long = [UInt8](repeating: 65, count: 1 << 20)
    #expect(texts([long, long, long, long, long]).count == 4)
  }
}
