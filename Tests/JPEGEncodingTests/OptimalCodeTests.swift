import DecoderTrials
import Testing

@testable import JPEGEncoding

@Suite struct OptimalCodeTests {
  /// The search of libjpeg (jpeg_gen_optimal_table of jchuff.c): merges the two symbols of least count until one is left.
  /// - Returns: the number of codes of each length up to 32, before any is shortened; nil if one is longer.
  private func lengths(_ counts: [UInt32]) -> [Int]? {
    var counts = counts.map(Int.init) + [1]
    var lengths = [Int](repeating: 0, count: 257)
    var groups = (0...256).map { [$0] }
    func least(except other: Int? = nil) -> Int? {
      var least: Int?
      for symbol in counts.indices where counts[symbol] > 0 && symbol != other {
        if least.map({ counts[symbol] <= counts[$0] }) ?? true { least = symbol }
      }
      return least
    }
    while let one = least(), let other = least(except: one) {
      counts[one] += counts[other]
      counts[other] = 0
      groups[one] += groups[other]
      for symbol in groups[one] { lengths[symbol] += 1 }
    }
    return lengths.contains { $0 > 32 } ? nil : lengths
  }

  private func random(_ seed: Int) -> [UInt32] {
    var random = Randomness(seed: UInt64(seed))
    let kinds = 1 + random.below(256)
    let most = 1 << random.below(20)
    var counts = [UInt32](repeating: 0, count: 256)
    for _ in 0..<kinds { counts[random.below(256)] = UInt32(random.below(1 + random.below(most))) }
    return counts
  }

  @Test func `codes are those of libjpeg's search`() throws {
    for seed in 0..<500 {
      let counts = random(seed)
      let lengths = try #require(self.lengths(counts))
      let code = try #require(OptimalCode(counts: counts[...]))
      let symbols = (0..<256).filter { lengths[$0] > 0 }.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
      #expect(code.symbols.map(Int.init) == symbols)
      #expect(code.lengthCounts.reduce(0) { $0 + Int($1) } == symbols.count)
      if lengths.allSatisfy({ $0 <= 16 }) {
        var expected = [Int](repeating: 0, count: 17)
        for length in lengths where length > 0 { expected[length] += 1 }
        // The symbol that does not occur has one of the longest codes.
        expected[lengths[256]] -= 1
        #expect(code.lengthCounts.map(Int.init) == expected[1...].map { $0 })
      }
    }
  }

  /// Counts that make the tree as deep as possible.
  private func fibonacci(_ count: Int) -> [UInt32] {
    var counts: [UInt32] = [1, 1]
    while counts.count < count { counts.append(counts[counts.count - 1] + counts[counts.count - 2]) }
    return counts + [UInt32](repeating: 0, count: 256 - count)
  }

  @Test func `codes of up to 32 bits are shortened to 16, longer ones are refused like by libjpeg`() throws {
    for count in 2...40 {
      let counts = fibonacci(count)
      let code = OptimalCode(counts: counts[...])
      #expect((code == nil) == (lengths(counts) == nil), "\(count) symbols")
      guard let code else { continue }
      // Kraft's sum, with one code left for the one of ones only.
      var sum = 0
      for (index, count) in code.lengthCounts.enumerated() { sum += Int(count) << (15 - index) }
      #expect(sum < 1 << 16)
      #expect(code.lengthCounts.reduce(0) { $0 + Int($1) } == count)
    }
  }

  @Test func `a single symbol and none have a code`() throws {
    var counts = [UInt32](repeating: 0, count: 256)
    #expect(try #require(OptimalCode(counts: counts[...])).symbols == [])
    counts[0xF0] = 9
    let code = try #require(OptimalCode(counts: counts[...]))
    #expect(code.symbols == [0xF0] && code.lengthCounts[0] == 1)
  }
}
