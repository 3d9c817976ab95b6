import DecoderTrials
import Testing

@testable import ImageCore
@testable import JPEGDecoding
@testable import JPEGKernels

@Suite struct ScanReaderTests {
  /// Reads bytes, eight bits at a time, with a window much smaller than the data.
  private func read(_ data: [UInt8], count: Int, restarts: [Int] = []) throws -> [UInt8] {
    try unsafe data.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return [] }
      let memory = try BufferPool().take(byteCount: ScanReader.byteCount(window: 600))
      var scratch = unsafe ScratchArena(memory.base, capacity: memory.capacity)
      var reader = unsafe ScanReader(source: base, range: 0..<data.count, windowSize: 600, scratch: &scratch)
      var (bits, result) = (Bits(), [UInt8]())
      for index in 0..<count {
        if restarts.contains(index) { bits = try reader.restart(bits) }
        if bits.next > reader.limit { bits.next = try reader.advance(bits.next) }
        bits.refill(reader.window)
        result.append(UInt8(truncatingIfNeeded: bits.bits.top(8)))
        bits.drop(8)
      }
      try reader.finish(bits)
      return withExtendedLifetime(memory) { result }
    }
  }

  @Test func `stuffed zeros are removed from data of any length`() throws {
    var random = Randomness(seed: 64)
    for length in [1, 2, 7, 8, 9, 300, 335, 336, 337, 599, 600, 601, 5000] {
      for fullness in [2, 200] {
        let clean = (0..<length).map { _ in random.below(fullness) == 0 ? 0xFF : random.byte() }
        let stuffed = clean.flatMap { $0 == 0xFF ? [0xFF, 0x00] : [$0] }
        #expect(try read(stuffed, count: length) == clean)
        #expect(throws: Unsupported.extent, "a byte too many") { try read(stuffed, count: length + 1) }
        #expect(throws: Unsupported.extent, "a byte left over") { try read(stuffed, count: length - 1) }
      }
    }
  }

  @Test func `restart markers must be in order`() throws {
    let data: [UInt8] = [1, 2, 0xFF, 0xD0, 3, 0xFF, 0x00, 0xFF, 0xD1, 4, 5]
    #expect(try read(data, count: 6, restarts: [2, 4]) == [1, 2, 3, 0xFF, 4, 5])
    #expect(throws: Unsupported.extent) { try read(data, count: 6, restarts: [2, 3]) }
    #expect(throws: Unsupported.extent) { try read(data, count: 6, restarts: [2]) }
    var swapped = data
    swapped[8] = 0xD2
    #expect(throws: Unsupported.extent) { try read(swapped, count: 6, restarts: [2, 4]) }
  }
}
