import Testing

@testable import ImageCore

@Suite struct RowBandsTests {
  @Test("Bands consist of whole blocks and cover every row once")
  func cover() {
    for height in [1, 7, 8, 9, 64, 100, 255] {
      for count in 1...9 {
        let bands = (0..<count).map { RowBands.rows(of: $0, of: count, height: height) }
        #expect(bands.flatMap { Array($0) } == Array(0..<height))
        #expect(bands.allSatisfy { $0.isEmpty || $0.lowerBound % RowAccumulator.blockRows == 0 })
      }
    }
  }
}
