/// FNV-1a of 64 bits (Fowler, Noll, Vo): the same in every process, unlike the standard library's hashes, and good enough
/// where nobody gains by a collision.
package struct FNVHash {
  package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  package init() {}

  package mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  /// Every bit depends on all bits of the value: the finalizer of SplitMix64 (Steele, Lea, Flood 2014; the constants are
  /// Stafford's variant 13). For remainders and sums, as the low bits of the value depend on the low bits of the input only.
  package var mixed: UInt64 {
    var bits = value
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
