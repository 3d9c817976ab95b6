import DecoderTrials
import Testing

@testable import ImageCore
@testable import JPEGDecoding
@testable import JPEGKernels

@Suite struct HuffmanTableTests {
  /// Codes of 2 to 16 bits.
  private let code = HuffmanCode(
    counts: [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3],
    symbols: [0x01, 0x02, 0x00, 0x11, 0x05, 0xF0, 0x21, 0x04, 0x31, 0x0A, 0x12, 0x41, 0x71, 0xA3, 0x20, 0x06, 0x0B])

  private func withTable<Result>(_ use: ScanKind, _ body: (HuffmanTable) -> Result) throws -> Result {
    let memory = try BufferPool().take(byteCount: HuffmanTable.byteCount)
    var scratch = unsafe ScratchArena(memory.base, capacity: memory.capacity)
    let table = HuffmanTable(code, use: use, scratch: &scratch)
    let result = body(table)
    return withExtendedLifetime(memory) { result }
  }

  private func decoded(_ table: HuffmanTable, _ bits: UInt64) -> DecodedSymbol {
    table.short(bits) == 0 ? table.long(bits) : table.short(bits)
  }

  @Test(arguments: [ScanKind.ac, .dc(low: 0), .dc(low: 2), .firstAC(low: 1), .refinement(low: 3)])
  func `the lookup table agrees with the codes`(use: ScanKind) throws {
    try withTable(use) { table in
      var random = Randomness(seed: 12)
      for number in 0..<20000 {
        // All values of the first 12 bits, with random bits after them.
        let bits = UInt64(number % 4096) << 52 | random.next() >> 12
        let short = table.short(bits)
        let long = table.long(bits)
        #expect(long.bits > HuffmanTable.indexBits ? short == 0 || short == long : short == long)
      }
    }
  }

  @Test func `pairs equal their two symbols decoded one by one`() throws {
    let memory = try BufferPool().take(byteCount: HuffmanTable.byteCount + SymbolPairTable.byteCount)
    var scratch = unsafe ScratchArena(memory.base, capacity: memory.capacity)
    let table = HuffmanTable(code, use: .ac, scratch: &scratch)
    let pairs = SymbolPairTable(table, next: table, scratch: &scratch)
    var (random, kinds) = (Randomness(seed: 13), [0, 0, 0])
    for number in 0..<20000 {
      let bits = UInt64(number % 1024) << 54 | random.next() >> 10
      let (pair, first) = (pairs.pair(bits), table.long(bits))
      let second = table.long(bits << UInt64(first.bits))
      if pair == 0 {
        kinds[0] += 1
        #expect(table.codeLength(bits) > SymbolPairTable.indexBits)
      } else if pair.isUnusual {
        kinds[1] += 1
        #expect(pair.decoded(bits) == first && first.bits > SymbolPairTable.indexBits)
      } else {
        let isAlone = pair & 0xFF == first.bits
        kinds[2] += isAlone ? 0 : 1
        #expect(pair >> 16 & 0xFFFF == first.unsignedValue && pair >> 48 == first.steps | first.bits << 8)
        #expect(pair & 0xFF == first.bits + (isAlone ? 0 : second.bits))
        #expect(pair >> 8 & 0xFF == first.steps + (isAlone ? 0 : second.steps))
        #expect(pair >> 32 & 0xFFFF == (isAlone ? first : second).unsignedValue)
      }
    }
    #expect(kinds.allSatisfy { $0 > 100 }, "\(kinds)")
    withExtendedLifetime(memory) {}
  }

  @Test func `symbols decode to runs and values`() throws {
    try withTable(.ac) { table in
      // 00, then one bit: symbol 0x01.
      #expect(decoded(table, 0b001 << 61) == DecodedSymbol(bits: 3, steps: 1, value: 1))
      #expect(decoded(table, 0b000 << 61) == DecodedSymbol(bits: 3, steps: 1, value: -1))
      // 010, then two bits: symbol 0x02.
      #expect(decoded(table, 0b01000 << 59) == DecodedSymbol(bits: 5, steps: 1, value: -3))
      #expect(decoded(table, 0b01010 << 59) == DecodedSymbol(bits: 5, steps: 1, value: 2))
      #expect(decoded(table, 0b0110 << 60) == DecodedSymbol(bits: 4, steps: DecodedSymbol.end, value: 0))
    }
    try withTable(.refinement(low: 2)) { table in
      #expect(decoded(table, 0b001 << 61) == DecodedSymbol(bits: 3, steps: 0, value: 4))
      #expect(decoded(table, 0b0110 << 60) == DecodedSymbol(bits: 4, steps: DecodedSymbol.end, value: 1))
    }
  }

  @Test func `unknown codes and invalid symbols are illegal`() throws {
    for use in [ScanKind.ac, .dc(low: 0), .refinement(low: 0)] {
      try withTable(use) { #expect(decoded($0, .max).steps == DecodedSymbol.illegal) }
    }
    try withTable(.refinement(low: 0)) {
      #expect(decoded($0, 0b010 << 61).steps == DecodedSymbol.illegal, "more than one bit")
    }
    try withTable(.dc(low: 0)) { #expect(decoded($0, 0b01110 << 59).steps == DecodedSymbol.illegal, "0x11") }
  }
}
