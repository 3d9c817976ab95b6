import ImageCodecs
import ImageCore
import TestSupport
import Testing

/// Which TIFF files are raw files.
@Suite struct RawRecognitionTests {
  private func recognized(_ bytes: [UInt8]) -> ImageFormat? { unsafe ImageFormat.recognized(bytes.span.bytes) }

  private func tiff(_ entries: TIFFTree.Directory, _ further: [TIFFTree.Directory] = []) -> [UInt8] {
    TIFFTree.bytes(start: Array("II*\0\0\0\0\0".utf8), [entries] + further)
  }

  private static let make: TIFFTree.Entry = (0x010F, .text("NIKON CORPORATION"))
  private static let sensor: TIFFTree.Directory = [(0x0106, .short([32803]))]
  private static let page: TIFFTree.Directory = [(0x0106, .short([2]))]

  @Test func `a TIFF with the maker of a camera is no raw file`() {
    #expect(recognized(tiff([Self.make])) == .tiff)
    #expect(recognized(tiff([Self.make, (0x0106, .short([2]))], [Self.page])) == .tiff)
    #expect(recognized(tiff([Self.make, (0x014A, .directories([Self.page, Self.page]))])) == .tiff)
    // A preview in JPEG alone is allowed in any TIFF.
    #expect(recognized(tiff([Self.make, (0x0201, .blob([0xFF, 0xD8, 0xFF])), (0x0202, .long([3]))])) == .tiff)
    #expect(recognized(TIFFParts(width: 2, height: 2).bytes) == .tiff)
  }

  @Test func `data of a sensor in any directory make it one`() {
    for photometric in [32803, 34892] {
      let sensor: TIFFTree.Directory = [(0x0106, .short([photometric]))]
      #expect(recognized(tiff(sensor)) == .raw)
      #expect(recognized(tiff([Self.make], [Self.page, sensor])) == .raw)
      #expect(recognized(tiff([Self.make, (0x014A, .directories([Self.page, sensor]))])) == .raw)
    }
    #expect(recognized(tiff([(0xC612, .undefined([1, 4, 0, 0]))])) == .raw)
  }

  @Test func `the start of a file is taken as raw while its directory is missing`() {
    let bytes = tiff([Self.make, (0x014A, .directories([Self.sensor]))])
    let position = bytes.count - 18
    #expect(recognized(Array(bytes.prefix(position))) == .raw)
    #expect(recognized(tiff([(0x014A, .long([1 << 20]))])) == .tiff, "no camera made it")
    #expect(recognized(Array(bytes.prefix(8))) == .tiff)
  }
}
