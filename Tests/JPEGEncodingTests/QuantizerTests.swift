import ImageCore
import Testing

@testable import JPEGKernels

@Suite struct QuantizerTests {
  /// The transform gives at most 8 * 1,024.
  private static let maxMagnitude = 16_383

  @Test func `quotients are those of a division rounded to the nearest`() throws {
    let memory = try BufferPool().take(byteCount: Quantizer.scratchByteCount)
    for step in 1...255 {
      var scratch = unsafe ScratchArena(memory.base, capacity: memory.capacity)
      let quantizer = Quantizer([UInt8](repeating: UInt8(step), count: 64), scratch: &scratch)
      var differing = 0
      for magnitude in stride(from: 0, through: QuantizerTests.maxMagnitude, by: 16) {
        let magnitudes =
          SixteenBlocks(repeating: Int16(magnitude)) &+ SIMD16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        let quotients = quantizer.quotients(magnitudes, 63)
        for lane in 0..<16 where Int(quotients[lane]) != (magnitude + lane + 4 * step) / (8 * step) { differing += 1 }
      }
      #expect(differing == 0, "step \(step)")
    }
  }
}
