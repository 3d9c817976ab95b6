import Testing

@testable import JPEGDecoding

@Suite struct BytesTests {
  private func endOfScan(_ bytes: [UInt8], hasRestarts: Bool = false) -> Int? {
    unsafe bytes.withUnsafeBytes { unsafe $0.bytes.endOfScan(from: 0, hasRestarts: hasRestarts) }
  }

  private func symbols(_ counts: [UInt8], more: Int) -> Int? {
    let bytes = counts + Array(repeating: 0, count: 16 - counts.count + more)
    return unsafe bytes.withUnsafeBytes { unsafe $0.bytes.huffmanSymbols(at: 0) }
  }

  @Test func `a scan ends at the first marker, at any alignment`() {
    for offset in 0..<40 {
      var bytes = [UInt8](repeating: 0xFE, count: offset)
      #expect(endOfScan(bytes) == nil)
      #expect(endOfScan(bytes + [0xFF]) == nil)
      #expect(endOfScan(bytes + [0xFF, 0xD9]) == offset)
      bytes += [0xFF, 0, 0x80, 0xFF, 0, 0xFF, 0]
      #expect(endOfScan(bytes + [0xFF, 0xC4, 0]) == offset + 7)
      #expect(endOfScan(bytes + [0xFF, 0xFF, 0xC4, 0]) == offset + 7, "a fill byte")
      #expect(endOfScan(bytes + [0xFF, 0xFF, 0, 0xFF, 0xD9]) == nil, "a fill byte before data")
      #expect(endOfScan(bytes + [0xFF, 0xFF, 0xD0, 0xFF, 0xD9], hasRestarts: true) == nil, "and before a restart")
      #expect(endOfScan(bytes + [0xFF, 0xD3, 1, 0xFF, 0xDA], hasRestarts: true) == offset + 10)
      #expect(endOfScan(bytes + [0xFF, 0xD3, 1, 0xFF, 0xDA]) == nil, "a restart without an interval")
    }
  }

  @Test func `Huffman tables are valid if their codes fit their lengths and none is all ones`() {
    #expect(symbols([], more: 0) == 0)
    #expect(symbols([1], more: 1) == 1)
    #expect(symbols([2], more: 2) == nil, "1 is all ones")
    #expect(symbols([1, 1], more: 2) == 2)
    #expect(symbols([1, 2], more: 3) == nil)
    #expect(symbols([0, 3], more: 3) == 3)
    #expect(symbols([1, 1], more: 1) == nil, "a symbol is missing")
    #expect(symbols([0, 0, 0, 0, 0, 0, 0, 255], more: 255) == 255)
    #expect(symbols([0, 0, 0, 0, 0, 0, 0, 0, 255, 2], more: 257) == nil, "more than 256")
  }
}
