import Testing

@testable import JPEGDecoding

@Suite struct MCUStripsTests {
  @Test func `every row is in one strip, and each strip except the last has the same number of rows`() {
    for each in [1, 2, 6, 40] {
      for last in 1...4 {
        let strips = MCUStrips(each: each, last: last)
        for count in 1...100 {
          var next = 0
          while next < count {
            let strip = strips.strip(with: next, of: count)
            #expect(strip.lowerBound == next && strip.upperBound <= count)
            #expect(strip.allSatisfy { strips.strip(with: $0, of: count) == strip })
            if strip.upperBound == count {
              #expect(strip.count >= min(last, count))
            } else {
              #expect(strip.count == each)
            }
            #expect(strip.count <= strips.maxCount(of: count))
            next = strip.upperBound
          }
        }
      }
    }
  }

  @Test func `one strip may contain all rows`() {
    for count in [1, 2, 65_500] {
      #expect(MCUStrips.whole.strip(with: count - 1, of: count) == 0..<count)
      #expect(MCUStrips.whole.maxCount(of: count) == count)
    }
  }
}
