import DecoderTrials
import ImageCore
import Testing

@testable import JPEGKernels
@testable import JPEGKernelsAVX2

/// Bits are found by their rank in the same way with the instruction and without.
@Suite struct BitDepositTests {
  /// The bits of a mask, from the lowest one.
  private func bits(_ mask: UInt64) -> [UInt64] { (0..<64).map { 1 << $0 }.filter { mask & $0 != 0 } }

  private func masks() -> [UInt64] {
    var random = Randomness(seed: 21)
    let few = (0..<500).map { _ in random.next() & random.next() & random.next() }
    return [0, 1, 1 << 63, .max] + few + few.map(~) + (0..<500).map { _ in random.next() }
  }

  private func check(
    bit: (_ rank: Int, _ mask: UInt64) -> UInt64, select: (_ mask: UInt64, _ word: UInt64) -> UInt64
  ) {
    var random = Randomness(seed: 22)
    for mask in masks() {
      let bits = bits(mask)
      for rank in 0..<16 { #expect(bit(rank, mask) == (rank < bits.count ? bits[rank] : 0)) }
      let word = random.next()
      let kept = bits.enumerated().filter { (word << UInt64($0.offset)) >> 63 == 1 }
      #expect(select(mask, word) == kept.reduce(0) { $0 | $1.element })
    }
  }

  @Test func `bits are passed one by one`() {
    let deposit = JPEGKernels.BitDeposit(isFast: false)
    check(bit: { deposit.bit(ofRank: $0, in: $1) }, select: { deposit.select($0, by: $1) })
  }

  @Test(.enabled(if: InstructionSet.avx2.isSupported))
  func `the instruction finds the same bits`() {
    let deposit = JPEGKernelsAVX2.BitDeposit(isFast: true)
    check(bit: { deposit.bit(ofRank: $0, in: $1) }, select: { deposit.select($0, by: $1) })
  }
}
