/// 64-bit FNV-1a (Fowler, Noll, Vo). Unlike the standard library's hashes it gives the same value in every process. Use it only
/// where a deliberate collision does no harm.
package struct FNVHash {
  package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  package init() {}

  package mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  /// The value after the finalizer of SplitMix64 (Steele, Lea, Flood 2014, with the constants of Stafford's variant 13), so that
  /// every bit depends on all bits of the value. Use it for remainders and sums: the low bits of `value` depend only on the low
  /// bits of the input.
  package var mixed: UInt64 {
    var bits = value
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
